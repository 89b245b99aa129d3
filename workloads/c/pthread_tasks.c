// The scenarios as threads.
#define _GNU_SOURCE
#include "pthread_tasks.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "deep.h"
#include "futex.h"

struct arguments arguments;
struct task *tasks;
atomic_uint arrived, unfinished, connected, gate_is_open, is_finished;
_Atomic uint64_t tokens;
_Atomic uint32_t checksum;
uint64_t started_ns, ended_ns;
struct stopwatch stopwatch;
struct histogram lateness;

static _Atomic uint64_t answered;
static uint64_t token_in_pipes;

static void arrive_and_pass_gate(void) {
    atomic_fetch_add(&arrived, 1);
    wait_until_set(&gate_is_open);
}

// The last task stops the clock.
static void finish(uint64_t token) {
    atomic_fetch_add(&tokens, token);
    if (atomic_fetch_sub(&unfinished, 1) != 1)
        return;
    ended_ns = now_ns();
    atomic_store(&is_finished, 1);
    futex_wake(&is_finished, 1);
}

static void hand(struct task *next, uint64_t token) {
    stopwatch_hand(&stopwatch, token);
    next->token = token;
    atomic_store_explicit(&next->has_token, 1, memory_order_release);
    futex_wake(&next->has_token, 1);
}

static uint64_t receive(struct task *own) {
    wait_until_set(&own->has_token);
    atomic_store_explicit(&own->has_token, 0, memory_order_relaxed);
    stopwatch_receive(&stopwatch, own->token);
    return own->token;
}

static void hand_by_pipe(struct task *next, uint64_t token) {
    stopwatch_hand(&stopwatch, token);
    token_in_pipes = token;
    if (write(next->channel, "", 1) != 1)
        fail("write to a pipe: %s", strerror(errno));
}

static uint64_t receive_by_pipe(struct task *own) {
    char byte;
    if (read(own->channel, &byte, 1) != 1)
        fail("read from a pipe: %s", strerror(errno));
    stopwatch_receive(&stopwatch, token_in_pipes);
    return token_in_pipes;
}

// The token goes round. The first task has it when the gate opens.
static inline __attribute__((always_inline)) void
take_round(struct task *own, void (*hand_over)(struct task *, uint64_t), uint64_t (*take_over)(struct task *)) {
    struct task *next = &tasks[(own->index + 1) % arguments.tasks];
    uint64_t token = own->index == 0 ? 0 : take_over(own);
    while (token < arguments.operations) {
        own->operations++;
        touch(own->memory, arguments.touch);
        hand_over(next, token + 1);
        token = take_over(own);
    }
    finish(token);
}

static void do_switch(struct task *own) { take_round(own, hand, receive); }

static void do_switch_io(struct task *own) { take_round(own, hand_by_pipe, receive_by_pipe); }

static inline void take_turns(struct task *own, bool give_way) {
    uint64_t token = 0;
    for (uint64_t left = share(arguments.operations, arguments.tasks, own->index); left > 0; left--) {
        count(&own->operations, &token);
        if (give_way)
            sched_yield();
    }
    finish(token);
}

static void do_yield(struct task *own) { take_turns(own, true); }

static void do_control(struct task *own) { take_turns(own, false); }

static void do_cpu(struct task *own) {
    uint64_t token = 0;
    uint32_t sum = 0;
    for (uint64_t index = own->index; index < arguments.operations; index += arguments.tasks) {
        sum += chunk(index);
        count(&own->operations, &token);
    }
    atomic_fetch_add(&checksum, sum);
    finish(token);
}

static void do_hog(struct task *own) {
    uint64_t token = 0, due_ns = started_ns;
    for (uint64_t left = share(arguments.operations, arguments.tasks, own->index); left > 0; left--) {
        due_ns += 1000000;
        struct timespec due = {(time_t)(due_ns / 1000000000), (long)(due_ns % 1000000000)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
            ;
        histogram_count(&lateness, now_ns() - due_ns);
        count(&own->operations, &token);
    }
    finish(token);
}

// Answers requests until the other side closes the connection. The task that gives the last answer stops the clock.
static void do_echo(struct task *own) {
    char request[REQUEST_BYTES];
    size_t filled = 0;
    for (ssize_t got; (got = read(own->channel, request + filled, sizeof request - filled)) > 0;) {
        filled += (size_t)got;
        if (filled < sizeof request)
            continue;
        if (write(own->channel, request, sizeof request) != sizeof request)
            break;
        filled = 0;
        own->operations++;
        uint64_t total = atomic_fetch_add(&answered, 1) + 1;
        if (total == arguments.operations)
            finish(total);
    }
    if (atomic_fetch_sub(&connected, 1) == 1 && atomic_load(&answered) < arguments.operations)
        fail("the other side closed all connections after %ju requests of %ju", (uintmax_t)answered,
             (uintmax_t)arguments.operations);
}

static void (*const bodies[SCENARIOS])(struct task *) = {
    [SCENARIO_SWITCH] = do_switch,   [SCENARIO_SWITCH_IO] = do_switch_io, [SCENARIO_YIELD] = do_yield,
    [SCENARIO_CONTROL] = do_control, [SCENARIO_ECHO] = do_echo,           [SCENARIO_CPU] = do_cpu,
    [SCENARIO_HOG] = do_hog,
};

static void park_for_good(void *nothing) {
    (void)nothing;
    arrive_and_pass_gate();
}

// The gate of `deep` stays closed.
static void go_deep(void) {
    call_down(arguments.depth, arguments.hold ? park_for_good : NULL, NULL);
    arrive_and_pass_gate();
}

// A finished thread keeps its stack and all it owns until the end of the process.
void *live(void *own) {
    static atomic_uint never;
    if (arguments.scenario == SCENARIO_DEEP)
        go_deep();
    else if (arguments.scenario == SCENARIO_ECHO)
        atomic_fetch_add(&arrived, 1); // its gate is the read
    else
        arrive_and_pass_gate();
    bodies[arguments.scenario](own);
    wait_until_set(&never);
    return NULL;
}

void *live_briefly(void *own) {
    ((struct task *)own)->operations++;
    return NULL;
}

void *compute(void *nothing) {
    arrive_and_pass_gate();
    compute_until(started_ns + 200000000);
    return nothing;
}
