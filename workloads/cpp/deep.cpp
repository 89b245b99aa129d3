// The scenario `deep`. A coroutine has no stack of its own: calls use that of the thread that resumes it, and leave
// nothing behind. What it can hold is the frames of coroutines that await each other.
#include "deep.h"

#include <cstring>

#include "run.hpp"

namespace {

// A coroutine that starts when it is awaited. None of them ends: the innermost parks for good.
struct Level {
    struct promise_type {
        Level get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }

        // A frame that is smaller than what it is to hold does not hold it.
        static void *operator new(std::size_t bytes) {
            if (bytes < LEVEL_BYTES)
                fail("a coroutine's frame has %zu bytes, less than the %d that it is to hold", bytes, LEVEL_BYTES);
            return ::operator new(bytes);
        }
        static void operator delete(void *frame) { ::operator delete(frame); }
    };
    std::coroutine_handle<> handle;

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept { return handle; }
    void await_resume() const noexcept {}
};

// Fills an array that lives across the `co_await`.
Level await_down(ReadyQueue &ready, Place &place, std::size_t levels) {
    char locals[LEVEL_BYTES];
    std::memset(locals, 1, sizeof locals);
    asm volatile("" : : "r"(locals) : "memory");
    if (levels > 1)
        co_await await_down(ready, place, levels - 1);
    else
        co_await Park{ready, place};
    asm volatile("" : : "r"(locals) : "memory");
}

} // namespace

// The gate stays closed.
Task Run::go_deep(Slot &own) {
    if (asked.hold) {
        co_await await_down(ready, own.place, (asked.depth + LEVEL_BYTES - 1) / LEVEL_BYTES);
    } else {
        call_down(asked.depth, nullptr, nullptr);
        co_await park(own.place);
    }
}
