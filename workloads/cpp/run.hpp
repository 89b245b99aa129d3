// One run of the model `cpp20`: its tasks, the gate they wait behind, and the scenarios they work in.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "executor.hpp"
#include "protocol.h"

// What a task owns that others can reach. The token is never 0: 0 means none.
struct Slot {
    Place place{};
    std::uint64_t token = 0;
    std::uint64_t operations = 0;
    // What it touches while it holds the token.
    char *memory = nullptr;
};

// The tasks of one run.
class Run {
  public:
    explicit Run(const arguments &arguments);
    // Has the whole conversation.
    [[noreturn]] void live();

  private:
    std::uint32_t create_all(const char *&stopped_by);
    void open_gate_and_work();
    void spawn();
    [[noreturn]] void report() const;
    [[noreturn]] void report_idle(std::uint32_t created) const;

    // The tasks of the scenarios; each parks at the gate first.
    Task create(std::uint32_t index);
    Task hand_round(std::uint32_t index);
    Task hand_round_by_pipe(std::uint32_t index);
    Task give_way(Slot &own, std::uint64_t left);
    Task control(Slot &own, std::uint64_t left);
    Task live_briefly(Slot &own);
    Task compute_chunks(Slot &own, std::uint32_t own_index);
    Task tick(Slot &own, std::uint64_t left);
    Task compute();
    Task answer(Slot &own, int connection);
    Task go_deep(Slot &own);

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
