// The tasks of the model `pthread`: what they own, and what they share with the main thread.
#ifndef TASKWEIGHT_PTHREAD_TASKS_H
#define TASKWEIGHT_PTHREAD_TASKS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "channel.h"
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
    // What it touches while it holds the token.
    char *memory;
};

extern struct arguments arguments;
extern struct task *tasks;
// Tasks that have come to the gate, that have not finished, and whose connection is open.
extern atomic_uint arrived, unfinished, connected;
// Set once, and then waited for no longer.
extern atomic_uint gate_is_open, is_finished;
extern _Atomic uint64_t tokens;
extern _Atomic uint32_t checksum;
extern uint64_t started_ns, ended_ns;
extern struct stopwatch stopwatch;
extern struct histogram lateness;

// What a thread runs: the task of a scenario, one that does nothing, the one of `hog` that computes.
void *live(void *own);
void *live_briefly(void *own);
void *compute(void *nothing);

#endif
