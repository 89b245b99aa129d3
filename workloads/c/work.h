// The work that the tasks of every model do, and the clocks that time it. For C and C++.
#ifndef TASKWEIGHT_WORK_H
#define TASKWEIGHT_WORK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

// Values below 64 have buckets of their own; above, 32 buckets for each power of two.
#define HISTOGRAM_BUCKETS 1920

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
};

// Counts a value; any thread may do so.
void histogram_count(struct histogram *histogram, uint64_t value);

// The value in the middle of a bucket.
uint64_t bucket_middle(uint64_t bucket);

// Times one switch in 64. In a ring only the holder of the token touches it.
// Timed switches whose begin and end are kept, for timelines.
#define MOMENTS_KEPT 1000

struct stopwatch {
    // What one reading of the clock costs.
    uint64_t clock_ns;
    uint64_t handed_ns;
    struct histogram times;
    // From and until when the first ones were.
    size_t moment_count;
    uint64_t moments[MOMENTS_KEPT][2];
};

// Measures what the clock costs.
void stopwatch_start(struct stopwatch *stopwatch);

// Counts a switch that ends now.
void stopwatch_stop(struct stopwatch *stopwatch);

// The result of chunk `index` of `cpu`.
uint32_t chunk(uint64_t index);

// Computes until the monotonic clock shows `end_ns`, without giving way.
void compute_until(uint64_t end_ns);

// What a processor fetches at a time.
#define LINE_BYTES 64

// The memory that a task touches, in whole lines and written: null where it is none, or cannot be had.
char *touched_memory(size_t bytes);

// Reads and writes one word of each line of it.
static inline void touch(char *memory, size_t bytes) {
    for (size_t offset = 0; offset < bytes; offset += LINE_BYTES) {
        volatile uint64_t *word = (volatile uint64_t *)(void *)(memory + offset);
        *word = *word + 1;
    }
}

// The monotonic clock, in nanoseconds.
static inline uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// The token is about to be passed on with this value.
static inline void stopwatch_hand(struct stopwatch *stopwatch, uint64_t token) {
    if (token % 64 == 0)
        stopwatch->handed_ns = now_ns();
}

// The token with this value has come.
static inline void stopwatch_receive(struct stopwatch *stopwatch, uint64_t token) {
    if (token % 64 == 0)
        stopwatch_stop(stopwatch);
}

// The operations of task `index` when `operations` are shared out: the first tasks take the remainder.
static inline uint64_t share(uint64_t operations, uint32_t tasks, uint32_t index) {
    return operations / tasks + (index < operations % tasks);
}

// Counts one operation and adds 1 to the token, both in such a way that the compiler cannot fold a loop of them.
static inline void count(uint64_t *operations, uint64_t *token) {
    ++*operations;
    ++*token;
    __asm__ volatile("" : "+r"(*token) : : "memory");
}

#ifdef __cplusplus
}
#endif
#endif
