// The model `ucontext`: stackful coroutines of the C library on one thread of the kernel. swapcontext() saves and
// restores the signal mask with one system call, rt_sigprocmask, so every switch between these "user-level" tasks
// enters the kernel once: that is what this model is there to show.
//
// A task switches directly to the next one, so one switch is one swapcontext(). Stacks are 16 KiB, taken from
// the kernel 1,024 at a time, without guard pages: neighbours merge into one mapping, and a million of them does not
// come near vm.max_map_count. In `deep` they are larger. A stack is used again when its task has ended (`spawn`), and
// only the pages that were touched are resident: one for a task at rest.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "deep.h"
#include "limit.h"
#include "protocol.h"

enum { STACK_BYTES = 16 << 10, DEEP_STACK_BYTES = 128 << 10, STACKS_PER_MAPPING = 1024 };

struct task {
    ucontext_t context;
    uint64_t operations;
    // The neighbours among those that have not finished; the next one in the ring.
    struct task *next, *previous;
    // What it touches while it holds the token.
    char *memory;
};

static struct arguments arguments;
static struct task *tasks;
static ucontext_t supervisor;

// The stacks: as many mappings as needed so far, and what each stack has.
static char **mappings;
static size_t mapping_count, stack_bytes = STACK_BYTES;

static uint64_t token, tokens, passed_on;
static uint32_t unfinished, checksum;
static uint64_t started_ns, ended_ns;
static struct stopwatch stopwatch;

static void swap(ucontext_t *from, const ucontext_t *to) {
    if (swapcontext(from, to) != 0)
        fail("swapcontext: %s", strerror(errno));
}

// Ends the part of a task in the run: the last one stops the clock. The others run on.
static _Noreturn void finish(struct task *own, uint64_t own_token) {
    tokens += own_token;
    own->previous->next = own->next;
    own->next->previous = own->previous;
    if (--unfinished == 0) {
        ended_ns = now_ns();
        swap(&own->context, &supervisor);
    }
    swap(&own->context, &own->next->context);
    abort();
}

static _Noreturn void do_switch(struct task *own) {
    if (token > 0)
        stopwatch_receive(&stopwatch, token);
    while (token < arguments.operations) {
        own->operations++;
        touch(own->memory, arguments.touch);
        token++;
        stopwatch_hand(&stopwatch, token);
        swap(&own->context, &own->next->context);
        stopwatch_receive(&stopwatch, token);
    }
    finish(own, token);
}

static _Noreturn void do_yield(struct task *own, uint64_t left) {
    uint64_t own_token = 0;
    for (; left > 0; left--) {
        count(&own->operations, &own_token);
        if (own->next != own) {
            passed_on++;
            swap(&own->context, &own->next->context);
        }
    }
    finish(own, own_token);
}

static _Noreturn void do_control(struct task *own, uint64_t left) {
    uint64_t own_token = 0;
    for (; left > 0; left--)
        count(&own->operations, &own_token);
    finish(own, own_token);
}

static _Noreturn void do_cpu(struct task *own, uint32_t own_index) {
    uint64_t own_token = 0;
    for (uint64_t index = own_index; index < arguments.operations; index += arguments.tasks) {
        checksum += chunk(index);
        count(&own->operations, &own_token);
    }
    finish(own, own_token);
}

static void park(void *own) { swap(&((struct task *)own)->context, &supervisor); }

// A task: it parks at the gate, and is resumed when it is its turn. In `deep` the gate stays closed.
static void live(int index) {
    struct task *own = &tasks[index];
    if (arguments.scenario == SCENARIO_DEEP)
        call_down(arguments.depth, arguments.hold ? park : NULL, own);
    park(own);
    uint64_t own_share = share(arguments.operations, arguments.tasks, (uint32_t)index);
    switch (arguments.scenario) {
    case SCENARIO_SWITCH:
        do_switch(own);
    case SCENARIO_YIELD:
        do_yield(own, own_share);
    case SCENARIO_CONTROL:
        do_control(own, own_share);
    default:
        do_cpu(own, (uint32_t)index);
    }
}

// A task of `spawn`: it returns, and `uc_link` comes next.
static void live_briefly(int index) { tasks[index].operations++; }

// The stack of task `index`; null if the memory cannot be had.
static char *stack_of(uint32_t index) {
    if (!mappings)
        mappings = calloc(arguments.tasks / STACKS_PER_MAPPING + 1, sizeof *mappings);
    if (mappings && index >= mapping_count * STACKS_PER_MAPPING) {
        size_t bytes = STACKS_PER_MAPPING * stack_bytes;
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
        char *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (mapping == MAP_FAILED)
            return NULL;
        // Huge pages would make all stacks wholly resident.
        madvise(mapping, bytes, MADV_NOHUGEPAGE);
        mappings[mapping_count++] = mapping;
    }
    return mappings ? mappings[index / STACKS_PER_MAPPING] + index % STACKS_PER_MAPPING * stack_bytes : NULL;
}

// Where the first `count` stacks lie. The kernel puts a mapping below the one before, if it can: from the last stack of
// the later one on they lie evenly.
static struct stacks stacks_of(uint32_t count) {
    struct stack_series *series = calloc(mapping_count, sizeof *series);
    size_t found = 0;
    for (size_t left = count, number = 0; series && left > 0; number++) {
        size_t own = left < STACKS_PER_MAPPING ? left : STACKS_PER_MAPPING;
        uintptr_t base = (uintptr_t)mappings[number];
        struct stack_series *above = found > 0 ? &series[found - 1] : NULL;
        if (above && base + own * stack_bytes == above->base) {
            above->base = base;
            above->count += (uint32_t)own;
        } else {
            series[found++] = (struct stack_series){base, stack_bytes, (ptrdiff_t)stack_bytes, (uint32_t)own};
        }
        left -= own;
    }
    return (struct stacks){series, found};
}

// Makes a context that runs `body`, then `successor`.
static bool create(uint32_t index, void (*body)(int), ucontext_t *successor) {
    ucontext_t *context = &tasks[index].context;
    char *stack = stack_of(index);
    if (!stack)
        return false;
    if (getcontext(context) != 0)
        fail("getcontext: %s", strerror(errno));
    context->uc_stack = (stack_t){.ss_sp = stack, .ss_size = stack_bytes};
    context->uc_link = successor;
    makecontext(context, (void (*)(void))body, 1, (int)index);
    return true;
}

// Creates N tasks, then runs them, each going on to the one after it, until M have been.
static void do_spawn(void) {
    for (uint64_t left = arguments.operations; left > 0;) {
        uint32_t batch = left < arguments.tasks ? (uint32_t)left : arguments.tasks;
        for (uint32_t index = 0; index < batch; index++)
            if (!create(index, live_briefly, index + 1 < batch ? &tasks[index + 1].context : &supervisor))
                fail("create coroutine %u of %u: stopped by %s", index + 1, batch, limit_reached(ENOMEM));
        swap(&supervisor, &tasks[0].context);
        tokens += batch;
        left -= batch;
    }
    ended_ns = now_ns();
}

// Creates the tasks and runs each up to the gate. Only `idle` and `deep` may get fewer than
// they asked for.
static uint32_t create_all(const char **stopped_by) {
    uint32_t created = 0;
    for (; created < arguments.tasks && create(created, live, NULL); created++)
        swap(&supervisor, &tasks[created].context);
    if (created < arguments.tasks)
        *stopped_by = limit_reached(ENOMEM);
    if (created < arguments.tasks && (!only_parks(&arguments) || created == 0))
        fail("create coroutine %u of %u: stopped by %s", created + 1, arguments.tasks, *stopped_by);
    return created;
}

int main(int argc, char **argv) {
    const struct model model = {
        .name = "ucontext",
        .why_not = {[SCENARIO_SWITCH_IO] = "the C library has no reactor for its coroutines",
                    [SCENARIO_ECHO] = "the C library has no reactor for its coroutines",
                    [SCENARIO_HOG] = "the C library has no timer for its coroutines"},
        .one_worker = true,
        .workers = "all coroutines run on one thread",
    };
    parse_arguments(&arguments, &model, argc, argv);
    if (arguments.scenario == SCENARIO_DEEP)
        stack_bytes = deep_stack_bytes(arguments.depth, DEEP_STACK_BYTES);
    protocol_start();
    stopwatch_start(&stopwatch);
    tasks = calloc(arguments.tasks, sizeof *tasks);
    if (!tasks)
        fail("allocate %u tasks: %s", arguments.tasks, strerror(errno));
    for (uint32_t index = 0; index < arguments.tasks; index++) {
        tasks[index].next = &tasks[(index + 1) % arguments.tasks];
        tasks[index].next->previous = &tasks[index];
        tasks[index].memory = touched_memory(arguments.touch);
        if (arguments.touch > 0 && !tasks[index].memory)
            fail("allocate %zu bytes for task %u: %s", arguments.touch, index, strerror(errno));
    }
    const char *stopped_by = NULL;
    uint32_t created = arguments.scenario == SCENARIO_SPAWN ? arguments.tasks : create_all(&stopped_by);
    unfinished = finishers(&arguments);
    struct stacks stacks = only_parks(&arguments) ? stacks_of(created) : (struct stacks){0};
    protocol_ready(created, stopped_by, &stacks);

    started_ns = now_ns();
    if (arguments.scenario == SCENARIO_SPAWN)
        do_spawn();
    else if (only_parks(&arguments))
        ended_ns = now_ns();
    else
        swap(&supervisor, &tasks[0].context);
    bool is_idle = only_parks(&arguments);
    struct outcome outcome = {
        .operations = is_idle ? created : 0,
        .tokens = is_idle ? created : tokens,
        .logical_switches = arguments.scenario == SCENARIO_YIELD ? passed_on : logical_switches(&arguments),
        .started_ns = started_ns,
        .ended_ns = ended_ns,
        .hand_over = arguments.scenario == SCENARIO_SWITCH ? &stopwatch : NULL,
        .checksum = arguments.scenario == SCENARIO_CPU ? &checksum : NULL,
    };
    for (uint32_t index = 0; index < arguments.tasks; index++)
        outcome.operations += tasks[index].operations;
    protocol_done(&arguments, &outcome);
}
