// The model `pthread`: every task is a thread of the kernel, and tasks wait for each other on bare futexes. It is the
// floor for threads: nothing between the work and the system call, and no spinning.
//
// Stacks are those of glibc (normally 8 MiB reserved and a guard page) unless --stack-size or --guard-size says
// otherwise; both are in bytes.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "deep.h"
#include "futex.h"
#include "limit.h"
#include "protocol.h"
#include "pthread_tasks.h"

static struct task hog;
static pthread_attr_t attributes;

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

// Creates the threads and waits until all have come to the gate. Only `idle` and `deep` may get fewer than they
// asked for.
static uint32_t create_all(const char **stopped_by) {
    uint32_t created = 0;
    int error = 0;
    while (created < arguments.tasks && (error = create(&tasks[created], live)) == 0)
        created++;
    if (error != 0 && (!only_parks(&arguments) || created == 0))
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
    } else if (!only_parks(&arguments)) {
        atomic_store(&gate_is_open, 1);
        futex_wake(&gate_is_open, INT32_MAX);
        wait_until_set(&is_finished);
    }
    if (arguments.scenario == SCENARIO_HOG)
        pthread_join(hog.thread, NULL);
    bool is_idle = only_parks(&arguments);
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
    pthread_attr_getstacksize(&attributes, &stack_size);
    check_depth(arguments.depth, stack_size);
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
        tasks[index].memory = touched_memory(arguments.touch);
        if (arguments.touch > 0 && !tasks[index].memory)
            fail("allocate %zu bytes for task %u: %s", arguments.touch, index, strerror(errno));
    }
    free(channels);
    atomic_store(&connected, arguments.tasks);
    atomic_store(&unfinished, finishers(&arguments));
    const char *stopped_by = NULL;
    bool is_spawn = arguments.scenario == SCENARIO_SPAWN;
    uint32_t created = is_spawn ? arguments.tasks : create_all(&stopped_by);
    protocol_ready(created, stopped_by, NULL);
    run(created);
}
