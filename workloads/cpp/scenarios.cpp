// The scenarios as coroutines.
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <unistd.h>
#include <utility>

#include "channel.h"
#include "run.hpp"

namespace {

// Waits for the token.
struct Receive {
    ReadyQueue &ready;
    Slot &own;
    stopwatch &watch;
    bool await_ready() const noexcept { return own.token != 0; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> coroutine) noexcept {
        own.place = coroutine;
        return ready.pop();
    }
    std::uint64_t await_resume() const {
        stopwatch_receive(&watch, own.token);
        return std::exchange(own.token, 0);
    }
};

// Whether the byte has come.
bool read_byte(int pipe) {
    char byte;
    auto got = read(pipe, &byte, 1);
    if (got < 0 && errno != EAGAIN)
        fail("read from a pipe: %s", std::strerror(errno));
    return got == 1;
}

} // namespace

Task Run::create(std::uint32_t index) {
    auto own_share = share(asked.operations, asked.tasks, index);
    switch (asked.scenario) {
    case SCENARIO_SWITCH:
        return hand_round(index);
    case SCENARIO_SWITCH_IO:
        return hand_round_by_pipe(index);
    case SCENARIO_YIELD:
        return give_way(slots[index], own_share);
    case SCENARIO_ECHO:
        return answer(slots[index], channels[index]);
    case SCENARIO_CPU:
        return compute_chunks(slots[index], index);
    case SCENARIO_DEEP:
        return go_deep(slots[index]);
    case SCENARIO_HOG:
        return tick(slots[index], own_share);
    default:
        return control(slots[index], own_share);
    }
}

// The token goes round. The first task has it when the gate opens.
Task Run::hand_round(std::uint32_t index) {
    auto &own = slots[index], &next = slots[(index + 1) % asked.tasks];
    co_await park(own.place);
    std::uint64_t token = 0;
    if (index > 0)
        token = co_await Receive{ready, own, watch};
    while (token < asked.operations) {
        own.operations++;
        touch(own.memory, asked.touch);
        stopwatch_hand(&watch, token + 1);
        next.token = token + 1;
        if (next.place)
            ready.push(std::exchange(next.place, nullptr));
        token = co_await Receive{ready, own, watch};
    }
    finish(token);
    co_await park(own.place);
}

Task Run::hand_round_by_pipe(std::uint32_t index) {
    auto &own = slots[index];
    auto own_pipe = channels[index], next_pipe = channels[(index + 1) % asked.tasks];
    co_await park(own.place);
    for (bool has_token = index == 0;; has_token = false) {
        if (!has_token) {
            do
                co_await park(own.place);
            while (!read_byte(own_pipe));
            stopwatch_receive(&watch, token_in_pipes);
        }
        if (token_in_pipes == asked.operations)
            break;
        own.operations++;
        touch(own.memory, asked.touch);
        stopwatch_hand(&watch, token_in_pipes + 1);
        token_in_pipes++;
        if (write(next_pipe, "", 1) != 1)
            fail("write to a pipe: %s", std::strerror(errno));
    }
    finish(token_in_pipes);
    co_await park(own.place);
}

Task Run::give_way(Slot &own, std::uint64_t left) {
    co_await park(own.place);
    std::uint64_t token = 0;
    for (; left > 0; left--) {
        count(&own.operations, &token);
        passed_on += !ready.is_empty();
        co_await Yield{ready};
    }
    finish(token);
    co_await park(own.place);
}

Task Run::control(Slot &own, std::uint64_t left) {
    co_await park(own.place);
    std::uint64_t token = 0;
    for (; left > 0; left--)
        count(&own.operations, &token);
    finish(token);
    co_await park(own.place);
}

Task Run::live_briefly(Slot &own) {
    own.operations++;
    co_return;
}

Task Run::compute_chunks(Slot &own, std::uint32_t own_index) {
    co_await park(own.place);
    std::uint64_t token = 0;
    for (std::uint64_t index = own_index; index < asked.operations; index += asked.tasks) {
        checksum += chunk(index);
        count(&own.operations, &token);
    }
    finish(token);
    co_await park(own.place);
}

Task Run::tick(Slot &own, std::uint64_t left) {
    co_await park(own.place);
    std::uint64_t token = 0;
    for (auto due_ns = started_ns + 1'000'000; left > 0; left--, due_ns += 1'000'000) {
        co_await SleepUntil{ready, *reactor, due_ns};
        histogram_count(&lateness, now_ns() - due_ns);
        count(&own.operations, &token);
    }
    finish(token);
    co_await park(own.place);
}

Task Run::compute() {
    co_await park(hog);
    compute_until(started_ns + 200'000'000);
}

// Answers requests until the other side closes the connection. The task that gives the last answer stops the clock.
Task Run::answer(Slot &own, int connection) {
    char request[REQUEST_BYTES];
    for (std::size_t filled = 0;;) {
        co_await park(own.place);
        auto got = read(connection, request + filled, sizeof request - filled);
        if (got < 0 && errno == EAGAIN)
            continue;
        if (got <= 0)
            break;
        filled += static_cast<std::size_t>(got);
        if (filled < sizeof request)
            continue;
        if (write(connection, request, sizeof request) != sizeof request)
            break;
        filled = 0;
        own.operations++;
        if (++answered == asked.operations)
            finish(answered);
    }
    close(connection);
    if (--connected == 0 && answered < asked.operations)
        fail("the other side closed all connections after %ju requests of %ju", std::uintmax_t{answered},
             std::uintmax_t{asked.operations});
    co_await park(own.place);
}
