// The command line of a workload, and its conversation with taskweight. For C and C++.
#ifndef TASKWEIGHT_PROTOCOL_H
#define TASKWEIGHT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "work.h"

#ifdef __cplusplus
extern "C" {
#endif

enum scenario {
    SCENARIO_SWITCH,
    SCENARIO_SWITCH_IO,
    SCENARIO_YIELD,
    SCENARIO_CONTROL,
    SCENARIO_SPAWN,
    SCENARIO_IDLE,
    SCENARIO_DEEP,
    SCENARIO_ECHO,
    SCENARIO_CPU,
    SCENARIO_HOG,
    SCENARIOS
};

// A concurrency model, as its program presents it.
struct model {
    const char *name;
    // Why a scenario is not offered, as a whole sentence; null where it is.
    const char *why_not[SCENARIOS];
    // Why there is no choice of workers but 1, or no choice at all.
    bool one_worker;
    const char *workers;
    // Options of the model's own, each with a number as its value; ends with a null name.
    const struct own_option {
        const char *name;
        size_t *value;
    } * options;
};

struct arguments {
    enum scenario scenario;
    uint32_t tasks;
    uint64_t operations;
    const char *socket;
    // How much of its stack each task uses, in bytes, and whether it parks at the bottom of its calls; 0 in all
    // scenarios but `deep`.
    size_t depth;
    bool hold;
    // What each task touches while it holds the token, in bytes; 0 in all scenarios but `switch` and `switch-io`.
    size_t touch;
};

// Whether tasks are parked and nothing else, as many as there can be.
bool only_parks(const struct arguments *arguments);

// Evenly spaced stacks of the same length: the lowest address of the first one, and bytes.
struct stack_series {
    uintptr_t base;
    size_t length;
    ptrdiff_t stride;
    uint32_t count;
};

struct stacks {
    const struct stack_series *series;
    size_t count;
};

// How many of its tasks say that they have finished: in a ring the one that receives the last token, in `echo` the one
// that gives the last answer, otherwise all.
uint32_t finishers(const struct arguments *arguments);

// What the definition of the scenario says, where every yield passes control on or nobody can know.
uint64_t logical_switches(const struct arguments *arguments);

// What the window contained.
struct outcome {
    // Operations, as counted by the tasks.
    uint64_t operations;
    // The value of the token, or the sum of the tasks' own tokens: the second count.
    uint64_t tokens;
    uint64_t logical_switches;
    uint64_t started_ns, ended_ns;
    // Null where the scenario has none.
    const struct stopwatch *hand_over;
    const struct histogram *lateness;
    const uint32_t *checksum;
};

// Parses the command line; on a mistake says so in one line and exits with status 2.
void parse_arguments(struct arguments *arguments, const struct model *model, int argc, char **argv);

// Starts to listen on stdin, in a thread named `protocol` which sleeps in read(2). The end of the input ends the
// process.
void protocol_start(void);

// Waits until all other threads of the process are asleep, says that the tasks are parked, and waits for `go`.
// `stopped_by` is the limit that was hit, or null; `stacks` are those of the tasks where they are known, or null.
void protocol_ready(uint32_t tasks, const char *stopped_by, const struct stacks *stacks);

// Checks that the counts agree with what was asked for, says what was done, waits for `exit`, and exits with status 0.
// The tasks are not torn down: with thousands of them that would take longer than the run.
void protocol_done(const struct arguments *arguments, const struct outcome *outcome) __attribute__((noreturn));

// Says in one line why the program cannot go on, and exits with status 1.
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif
#endif
