// The model `pthread`: every task is a thread of the kernel, and tasks wait for each other on bare futexes. It is the
// floor for threads: nothing between the work and the system call, and no spinning.
//
// Stacks are those of glibc (normally 8 MiB reserved and a guard page) unless --stack-size or --guard-size says
// otherwise; both are in bytes.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "futex.h"
#include "limit.h"
#include "protocol.h"

// What a task owns; it fills a cache line, so that neighbours do not share one.
struct task {
    _Alignas(64) atomic_uint has_token;
    uint32_t index;
    uint64_t token;
    uint64_t operations;
    // Its own pipe, or its connection.
    int channel;
    pthread_t thread;
};

static struct arguments arguments;
static struct task *tasks;
static struct task hog;
static pthread_attr_t attributes;

static atomic_uint arrived, gate_is_open, unfinished, is_finished;
static _Atomic uint64_t tokens, answered;
static atomic_uint connected;
static _Atomic uint32_t checksum;
static uint64_t started_ns, ended_ns;
static uint64_t token_in_pipes;
static struct stopwatch stopwatch;
static struct histogram lateness;

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

// A finished thread keeps its stack and all it owns until the end of the process.
static void *live(void *own) {
    static atomic_uint never;
    if (arguments.scenario == SCENARIO_ECHO)
        atomic_fetch_add(&arrived, 1); // its gate is the read
    else
        arrive_and_pass_gate();
    bodies[arguments.scenario](own);
    wait_until_set(&never);
    return NULL;
}

static void *live_briefly(void *own) {
    ((struct task *)own)->operations++;
    return NULL;
}

static void *compute(void *nothing) {
    arrive_and_pass_gate();
    compute_until(started_ns + 200000000);
    return nothing;
}

static int create(struct task *task, void *(*body)(void *)) {
    return pthread_create(&task->thread, &attributes, body, task);
}

static _Noreturn void cannot_create(uint32_t index, int error) {
    fail("create thread %u of %u: stopped by %s", index + 1, arguments.tasks, limit_reached(error));
}

// Creates N threads, then waits for them, until M have been.
static void do_spawn(void) {
    for (uint64_t left = arguments.operations; left > 0;) {
        uint32_t batch = left < arguments.tasks ? (uint32_t)left : arguments.tasks;
        for (uint32_t index = 0; index < batch; index++) {
            int error = create(&tasks[index], live_briefly);
            if (error != 0)
                cannot_create(index, error);
        }
        for (uint32_t index = 0; index < batch; index++)
            pthread_join(tasks[index].thread, NULL);
        atomic_fetch_add(&tokens, batch);
        left -= batch;
    }
    ended_ns = now_ns();
}

// Creates the threads and waits until all have come to the gate. Only `idle` may get fewer than it asked for.
static uint32_t create_all(const char **stopped_by) {
    uint32_t created = 0;
    int error = 0;
    while (created < arguments.tasks && (error = create(&tasks[created], live)) == 0)
        created++;
    if (error != 0 && (arguments.scenario != SCENARIO_IDLE || created == 0))
        cannot_create(created, error);
    if (error != 0)
        *stopped_by = limit_reached(error);
    if (arguments.scenario == SCENARIO_HOG && (error = create(&hog, compute)) != 0)
        cannot_create(created, error);
    while (atomic_load(&arrived) < created + (arguments.scenario == SCENARIO_HOG))
        usleep(1000);
    return created;
}

// Opens the gate, waits for the last operation and reports.
static _Noreturn void run(uint32_t created) {
    started_ns = now_ns();
    if (arguments.scenario == SCENARIO_SPAWN) {
        do_spawn();
    } else if (arguments.scenario != SCENARIO_IDLE) {
        atomic_store(&gate_is_open, 1);
        futex_wake(&gate_is_open, INT32_MAX);
        wait_until_set(&is_finished);
    }
    if (arguments.scenario == SCENARIO_HOG)
        pthread_join(hog.thread, NULL);
    bool is_idle = arguments.scenario == SCENARIO_IDLE;
    uint32_t sum = checksum;
    struct outcome outcome = {
        .operations = is_idle ? created : 0,
        .tokens = is_idle ? created : tokens,
        .logical_switches = logical_switches(&arguments),
        .started_ns = started_ns,
        .ended_ns = is_idle ? started_ns : ended_ns,
        .hand_over = arguments.scenario <= SCENARIO_SWITCH_IO ? &stopwatch : NULL,
        .lateness = arguments.scenario == SCENARIO_HOG ? &lateness : NULL,
        .checksum = arguments.scenario == SCENARIO_CPU ? &sum : NULL,
    };
    for (uint32_t index = 0; index < arguments.tasks; index++)
        outcome.operations += tasks[index].operations;
    protocol_done(&arguments, &outcome);
}

int main(int argc, char **argv) {
    size_t stack_size = 0, guard_size = SIZE_MAX;
    const struct own_option options[] = {{"stack-size", &stack_size}, {"guard-size", &guard_size}, {0}};
    const struct model model = {
        .name = "pthread",
        .workers = "every task is a thread of the kernel, there is nothing to spread them among",
        .options = options,
    };
    parse_arguments(&arguments, &model, argc, argv);
    pthread_attr_init(&attributes);
    if (stack_size != 0 && pthread_attr_setstacksize(&attributes, stack_size) != 0)
        fail("--stack-size %zu is less than the smallest possible", stack_size);
    if (guard_size != SIZE_MAX)
        pthread_attr_setguardsize(&attributes, guard_size);
    protocol_start();
    stopwatch_start(&stopwatch);
    tasks = aligned_alloc(_Alignof(struct task), arguments.tasks * sizeof *tasks);
    if (!tasks)
        fail("allocate %u tasks: %s", arguments.tasks, strerror(errno));
    memset(tasks, 0, arguments.tasks * sizeof *tasks);
    bool has_channels = arguments.scenario == SCENARIO_SWITCH_IO || arguments.scenario == SCENARIO_ECHO;
    int *channels = has_channels ? open_channels(&arguments, false) : NULL;
    for (uint32_t index = 0; index < arguments.tasks; index++) {
        tasks[index].index = index;
        tasks[index].channel = has_channels ? channels[index] : -1;
    }
    free(channels);
    atomic_store(&connected, arguments.tasks);
    atomic_store(&unfinished, finishers(&arguments));
    const char *stopped_by = NULL;
    bool is_spawn = arguments.scenario == SCENARIO_SPAWN;
    uint32_t created = is_spawn ? arguments.tasks : create_all(&stopped_by);
    protocol_ready(created, stopped_by);
    run(created);
}
