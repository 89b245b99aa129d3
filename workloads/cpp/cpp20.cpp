// The model `cpp20`: stackless coroutines of C++20 on one thread, with the least executor that programs use them with.
//
// In `switch` the token does not pass by resuming the next task directly: the next task is put into the executor's
// ready queue, as an event loop does it, and the holder, when it suspends, transfers control to the head of the queue
// (symmetric transfer, without a return to the executor's loop). `switch-io` and `echo` wait in epoll, `hog` for one
// timerfd; each frame is allocated with `new`, as the language does it by default.
#include <cerrno>
#include <cstdint>
#include <new>
#include <sys/resource.h>
#include <utility>

#include "channel.h"
#include "deep.h"
#include "limit.h"
#include "protocol.h"
#include "run.hpp"

Run::Run(const arguments &arguments)
    : asked(arguments), slots(asked.tasks), ready(asked.tasks + 1), unfinished(finishers(&asked)) {
    stopwatch_start(&watch);
    for (auto &slot : slots)
        if (slot.memory = touched_memory(asked.touch); asked.touch > 0 && !slot.memory)
            throw std::bad_alloc{};
    if (asked.scenario == SCENARIO_SWITCH_IO || asked.scenario == SCENARIO_ECHO)
        channels = open_channels(&asked, true);
    if (channels || asked.scenario == SCENARIO_HOG)
        reactor.emplace(ready);
    for (std::uint32_t index = 0; channels && index < asked.tasks; index++)
        reactor->watch(channels[index], slots[index].place);
}

[[noreturn]] void Run::live() {
    const char *stopped_by = nullptr;
    auto created = asked.scenario == SCENARIO_SPAWN ? asked.tasks : create_all(stopped_by);
    protocol_ready(created, stopped_by, nullptr);
    started_ns = now_ns();
    if (only_parks(&asked))
        report_idle(created);
    else if (asked.scenario == SCENARIO_SPAWN)
        spawn();
    else
        open_gate_and_work();
    report();
}

// Creates the tasks and runs each up to the gate. Only `idle` and `deep` may get fewer than they
// asked for.
std::uint32_t Run::create_all(const char *&stopped_by) {
    std::uint32_t created = 0;
    try {
        for (; created < asked.tasks; created++)
            ready.push(create(created).handle);
    } catch (const std::bad_alloc &) {
        if (!only_parks(&asked) || created == 0)
            throw;
        stopped_by = limit_reached(ENOMEM);
    }
    if (asked.scenario == SCENARIO_HOG)
        ready.push(compute().handle);
    run_until_idle();
    return created;
}

void Run::open_gate_and_work() {
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
void Run::spawn() {
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

[[noreturn]] void Run::report() const {
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

[[noreturn]] void Run::report_idle(std::uint32_t created) const {
    outcome outcome{};
    outcome.operations = outcome.tokens = created;
    protocol_done(&asked, &outcome);
}

int main(int argc, char **argv) {
    model model{};
    model.name = "cpp20";
    model.one_worker = true;
    model.workers = "the executor runs all coroutines on one thread";
    arguments asked{};
    parse_arguments(&asked, &model, argc, argv);
    rlimit stack{};
    if (!asked.hold && getrlimit(RLIMIT_STACK, &stack) == 0)
        check_depth(asked.depth, stack.rlim_cur);
    protocol_start();
    try {
        Run run{asked};
        run.live();
    } catch (const std::bad_alloc &) {
        fail("allocate %u tasks: %s", asked.tasks, limit_reached(ENOMEM));
    }
}
