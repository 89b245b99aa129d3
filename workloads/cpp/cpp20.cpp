// The model `cpp20`: stackless coroutines of C++20 on one thread, with the least executor that programs use them with.
//
// In `switch` the token does not pass by resuming the next task directly: the next task is put into the executor's
// ready queue, as an event loop does it, and the holder, when it suspends, transfers control to the head of the queue
// (symmetric transfer, without a return to the executor's loop). `switch-io` and `echo` wait in epoll, `hog` for one
// timerfd; each frame is allocated with `new`, as the language does it by default.
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <unistd.h>
#include <vector>

#include "channel.h"
#include "executor.hpp"
#include "limit.h"
#include "protocol.h"

namespace {

// What a task owns that others can reach. The token is never 0: 0 stands for none.
struct Slot {
    Place place{};
    std::uint64_t token = 0;
    std::uint64_t operations = 0;
};

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

// The tasks of one run.
class Run {
  public:
    explicit Run(const arguments &arguments)
        : asked(arguments), slots(asked.tasks), ready(asked.tasks + 1), unfinished(finishers(&asked)) {
        stopwatch_start(&watch);
        if (asked.scenario == SCENARIO_SWITCH_IO || asked.scenario == SCENARIO_ECHO)
            channels = open_channels(&asked, true);
        if (channels || asked.scenario == SCENARIO_HOG)
            reactor.emplace(ready);
        for (std::uint32_t index = 0; channels && index < asked.tasks; index++)
            reactor->watch(channels[index], slots[index].place);
    }

    [[noreturn]] void live() {
        const char *stopped_by = nullptr;
        auto created = asked.scenario == SCENARIO_SPAWN ? asked.tasks : create_all(stopped_by);
        protocol_ready(created, stopped_by);
        started_ns = now_ns();
        if (asked.scenario == SCENARIO_IDLE)
            report_idle(created);
        else if (asked.scenario == SCENARIO_SPAWN)
            spawn();
        else
            open_gate_and_work();
        report();
    }

  private:
    // Creates the tasks and runs each up to the gate. Only `idle` may get fewer than it asked for.
    std::uint32_t create_all(const char *&stopped_by) {
        std::uint32_t created = 0;
        try {
            for (; created < asked.tasks; created++)
                ready.push(create(created).handle);
        } catch (const std::bad_alloc &) {
            if (asked.scenario != SCENARIO_IDLE || created == 0)
                throw;
            stopped_by = limit_reached(ENOMEM);
        }
        if (asked.scenario == SCENARIO_HOG)
            ready.push(compute().handle);
        run_until_idle();
        return created;
    }

    void open_gate_and_work() {
        // In `echo` the gate is the read.
        for (std::uint32_t index = 0; asked.scenario != SCENARIO_ECHO && index < asked.tasks; index++)
            ready.push(std::exchange(slots[index].place, nullptr));
        if (asked.scenario == SCENARIO_HOG)
            ready.push(std::exchange(hog, nullptr));
        for (run_until_idle(); unfinished > 0; run_until_idle()) {
            if (!reactor)
                fail("no task can run, but the work is not done");
            reactor->wait();
        }
    }

    // Creates N tasks, then waits for them, until M have been.
    void spawn() {
        for (std::uint64_t left = asked.operations; left > 0;) {
            auto batch = left < asked.tasks ? static_cast<std::uint32_t>(left) : asked.tasks;
            for (std::uint32_t index = 0; index < batch; index++)
                ready.push(live_briefly(slots[index]).handle);
            run_until_idle();
            tokens += batch;
            left -= batch;
        }
        ended_ns = now_ns();
    }

    [[noreturn]] void report() const {
        outcome outcome{};
        outcome.started_ns = started_ns;
        outcome.ended_ns = ended_ns;
        outcome.tokens = tokens;
        for (const auto &slot : slots)
            outcome.operations += slot.operations;
        outcome.logical_switches = asked.scenario == SCENARIO_YIELD ? passed_on : logical_switches(&asked);
        outcome.hand_over = asked.scenario <= SCENARIO_SWITCH_IO ? &watch : nullptr;
        outcome.lateness = asked.scenario == SCENARIO_HOG ? &lateness : nullptr;
        outcome.checksum = asked.scenario == SCENARIO_CPU ? &checksum : nullptr;
        protocol_done(&asked, &outcome);
    }

    [[noreturn]] void report_idle(std::uint32_t created) const {
        outcome outcome{};
        outcome.operations = outcome.tokens = created;
        protocol_done(&asked, &outcome);
    }

    Task create(std::uint32_t index) {
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
        case SCENARIO_HOG:
            return tick(slots[index], own_share);
        default:
            return control(slots[index], own_share);
        }
    }

    void run_until_idle() {
        while (!ready.is_empty())
            ready.pop().resume();
    }

    Park park(Place &place) { return {ready, place}; }

    // The last task stops the clock.
    void finish(std::uint64_t token) {
        tokens += token;
        if (--unfinished == 0)
            ended_ns = now_ns();
    }

    // The token goes round. The first task has it when the gate opens.
    Task hand_round(std::uint32_t index) {
        auto &own = slots[index], &next = slots[(index + 1) % asked.tasks];
        co_await park(own.place);
        std::uint64_t token = 0;
        if (index > 0)
            token = co_await Receive{ready, own, watch};
        while (token < asked.operations) {
            own.operations++;
            stopwatch_hand(&watch, token + 1);
            next.token = token + 1;
            if (next.place)
                ready.push(std::exchange(next.place, nullptr));
            token = co_await Receive{ready, own, watch};
        }
        finish(token);
        co_await park(own.place);
    }

    // Whether the byte has come.
    static bool read_byte(int pipe) {
        char byte;
        auto got = read(pipe, &byte, 1);
        if (got < 0 && errno != EAGAIN)
            fail("read from a pipe: %s", std::strerror(errno));
        return got == 1;
    }

    Task hand_round_by_pipe(std::uint32_t index) {
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
            stopwatch_hand(&watch, token_in_pipes + 1);
            token_in_pipes++;
            if (write(next_pipe, "", 1) != 1)
                fail("write to a pipe: %s", std::strerror(errno));
        }
        finish(token_in_pipes);
        co_await park(own.place);
    }

    Task give_way(Slot &own, std::uint64_t left) {
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

    Task control(Slot &own, std::uint64_t left) {
        co_await park(own.place);
        std::uint64_t token = 0;
        for (; left > 0; left--)
            count(&own.operations, &token);
        finish(token);
        co_await park(own.place);
    }

    Task live_briefly(Slot &own) {
        own.operations++;
        co_return;
    }

    Task compute_chunks(Slot &own, std::uint32_t own_index) {
        co_await park(own.place);
        std::uint64_t token = 0;
        for (std::uint64_t index = own_index; index < asked.operations; index += asked.tasks) {
            checksum += chunk(index);
            count(&own.operations, &token);
        }
        finish(token);
        co_await park(own.place);
    }

    Task tick(Slot &own, std::uint64_t left) {
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

    Task compute() {
        co_await park(hog);
        compute_until(started_ns + 200'000'000);
    }

    // Answers requests until the other side closes the connection. The task that gives the last answer stops the clock.
    Task answer(Slot &own, int connection) {
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

    arguments asked;
    std::vector<Slot> slots;
    ReadyQueue ready;
    std::optional<Reactor> reactor;
    int *channels = nullptr;
    Place hog{};
    std::uint32_t unfinished, connected = asked.tasks, checksum = 0;
    std::uint64_t tokens = 0, passed_on = 0, answered = 0, token_in_pipes = 0, started_ns = 0, ended_ns = 0;
    stopwatch watch{};
    histogram lateness{};
};

} // namespace

int main(int argc, char **argv) {
    model model{};
    model.name = "cpp20";
    model.one_worker = true;
    model.workers = "the executor runs all coroutines on one thread";
    arguments asked{};
    parse_arguments(&asked, &model, argc, argv);
    protocol_start();
    try {
        Run run{asked};
        run.live();
    } catch (const std::bad_alloc &) {
        fail("allocate %u tasks: %s", asked.tasks, limit_reached(ENOMEM));
    }
}
