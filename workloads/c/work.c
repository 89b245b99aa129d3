#define _GNU_SOURCE
#include "work.h"

#include <stdlib.h>
#include <string.h>

void histogram_count(struct histogram *histogram, uint64_t value) {
    int bits = 63 - __builtin_clzll(value | 1);
    int shift = bits > 5 ? bits - 5 : 0;
    __atomic_fetch_add(&histogram->counts[(uint64_t)shift * 32 + (value >> shift)], 1, __ATOMIC_RELAXED);
}

uint64_t bucket_middle(uint64_t bucket) {
    if (bucket < 64)
        return bucket;
    uint64_t shift = bucket / 32 - 1;
    return ((bucket % 32 + 32) << shift) + ((uint64_t)1 << shift) / 2;
}

// The fastest of several rounds: what disturbs a round only ever adds.
void stopwatch_start(struct stopwatch *stopwatch) {
    enum { ROUNDS = 16, READINGS = 1000 };
    stopwatch->clock_ns = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = now_ns(), end = start;
        for (int reading = 0; reading < READINGS; reading++)
            end = now_ns();
        uint64_t mean = (end - start + READINGS / 2) / READINGS;
        if (mean < stopwatch->clock_ns)
            stopwatch->clock_ns = mean;
    }
}

void stopwatch_stop(struct stopwatch *stopwatch) {
    uint64_t now = now_ns(), passed = now - stopwatch->handed_ns;
    histogram_count(&stopwatch->times, passed > stopwatch->clock_ns ? passed - stopwatch->clock_ns : 0);
    if (stopwatch->moment_count < MOMENTS_KEPT) {
        uint64_t *moment = stopwatch->moments[stopwatch->moment_count++];
        moment[0] = stopwatch->handed_ns;
        moment[1] = now;
    }
}

uint32_t chunk(uint64_t index) {
    uint32_t x = (uint32_t)(index + 1);
    for (int round = 0; round < 10000; round++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return x;
}

char *touched_memory(size_t bytes) {
    size_t whole = (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    char *memory = whole > 0 ? aligned_alloc(LINE_BYTES, whole) : NULL;
    return memory ? memset(memory, 1, whole) : NULL;
}

void compute_until(uint64_t end_ns) {
    for (uint64_t index = 0; now_ns() < end_ns; index++) {
        uint32_t result = chunk(index);
        __asm__ volatile("" : : "r"(result));
    }
}
