// A minimal executor for C++20 coroutines: a queue of those that are ready, and a reactor for those that wait for a
// descriptor or a time. All on one thread.
#pragma once

#include <bit>
#include <cerrno>
#include <coroutine>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <queue>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "protocol.h"

// A coroutine that is started by the executor, and frees itself when it ends.
struct Task {
    struct promise_type {
        Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<> handle;
};

// Where a coroutine is found while it waits to be woken; at most one waits at a Place.
using Place = std::coroutine_handle<>;

// The coroutines that may go on, in the order they were woken. Each is in it at most once, so that a ring buffer with
// room for all never overflows.
class ReadyQueue {
  public:
    explicit ReadyQueue(std::size_t coroutines)
        : mask(std::bit_ceil(coroutines) - 1), entries(new std::coroutine_handle<>[mask + 1]) {}

    void push(std::coroutine_handle<> coroutine) { entries[tail++ & mask] = coroutine; }

    bool is_empty() const { return head == tail; }

    // The next one, to which control is transferred; if there is none, control returns to the executor.
    std::coroutine_handle<> pop() { return is_empty() ? std::noop_coroutine() : entries[head++ & mask]; }

  private:
    const std::size_t mask;
    const std::unique_ptr<std::coroutine_handle<>[]> entries;
    std::size_t head = 0, tail = 0;
};

// Wakes coroutines when a descriptor can be read or a time has come: epoll, and one timer for all times.
class Reactor {
  public:
    explicit Reactor(ReadyQueue &ready) : ready(ready) {
        watch(timer, timer_place, EPOLLET); // so that it need not be read
    }

    // Wakes whoever waits at `place` as long as the descriptor can be read.
    void watch(int descriptor, Place &place, std::uint32_t flags = 0) {
        epoll_event event{.events = EPOLLIN | flags, .data = {.ptr = &place}};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
            fail("epoll_ctl: %s", std::strerror(errno));
    }

    void wake_at(std::uint64_t due_ns, std::coroutine_handle<> coroutine) { times.emplace(due_ns, coroutine); }

    // Sleeps until there is something to wake.
    void wait() {
        arm_timer();
        epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, -1);
        if (count < 0 && errno != EINTR)
            fail("epoll_wait: %s", std::strerror(errno));
        for (int index = 0; index < count; index++) {
            auto &place = *static_cast<Place *>(events[index].data.ptr);
            if (place)
                ready.push(std::exchange(place, nullptr));
        }
        wake_due();
    }

  private:
    using Time = std::pair<std::uint64_t, std::coroutine_handle<>>;

    void arm_timer() {
        if (times.empty() || times.top().first == armed_ns)
            return;
        armed_ns = times.top().first;
        itimerspec spec{};
        spec.it_value = {static_cast<time_t>(armed_ns / 1'000'000'000), static_cast<long>(armed_ns % 1'000'000'000)};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, nullptr);
    }

    void wake_due() {
        if (times.empty())
            return;
        for (auto now = now_ns(); !times.empty() && times.top().first <= now; times.pop()) {
            ready.push(times.top().second);
            armed_ns = 0;
        }
    }

    ReadyQueue &ready;
    std::priority_queue<Time, std::vector<Time>, std::greater<>> times;
    std::uint64_t armed_ns = 0;
    Place timer_place;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
};

// Parks the coroutine at a place, and transfers control to the next one that is ready.
struct Park {
    ReadyQueue &ready;
    Place &place;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> own) noexcept {
        place = own;
        return ready.pop();
    }
    void await_resume() const noexcept {}
};

// Lets all other ready coroutines run first.
struct Yield {
    ReadyQueue &ready;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> own) noexcept {
        ready.push(own);
        return ready.pop();
    }
    void await_resume() const noexcept {}
};

// Sleeps until a time of the monotonic clock.
struct SleepUntil {
    ReadyQueue &ready;
    Reactor &reactor;
    std::uint64_t due_ns;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> own) {
        reactor.wake_at(due_ns, own);
        return ready.pop();
    }
    void await_resume() const noexcept {}
};
