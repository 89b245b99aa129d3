#define _GNU_SOURCE
#include "deep.h"

#include <stdint.h>
#include <string.h>

#include "protocol.h"

// One level: an array that is filled, and that has to be there until the call below it has returned. Stacks grow
// downwards; the difference is what is in use for certain, whatever a call takes besides.
static __attribute__((noinline)) void level(uintptr_t top, size_t bytes, void (*bottom)(void *), void *argument) {
    char locals[LEVEL_BYTES];
    memset(locals, 1, sizeof locals);
    uintptr_t lowest = (uintptr_t)locals;
    __asm__ volatile("" : "+r"(lowest) : : "memory");
    if (top - lowest < bytes)
        level(top, bytes, bottom, argument);
    else if (bottom)
        bottom(argument);
    __asm__ volatile("" : : "r"(locals) : "memory");
}

__attribute__((noinline)) void call_down(size_t bytes, void (*bottom)(void *), void *argument) {
    char top;
    level((uintptr_t)&top, bytes, bottom, argument);
    __asm__ volatile("" : : "r"(&top) : "memory");
}

void check_depth(size_t depth, size_t stack_bytes) {
    size_t most = stack_bytes / 4 * 3;
    if (depth > most)
        fail("--depth %zu does not fit the %zu bytes of a stack: use %zu or less", depth, stack_bytes, most);
}

size_t deep_stack_bytes(size_t depth, size_t least) {
    const size_t largest_page = 64 << 10;
    size_t twice = (2 * depth + largest_page - 1) / largest_page * largest_page;
    return twice > least ? twice : least;
}
