// Waiting on a word of memory, by bare system calls.
#ifndef TASKWEIGHT_FUTEX_H
#define TASKWEIGHT_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void futex_wait(atomic_uint *word, unsigned value) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL);
}

static inline void futex_wake(atomic_uint *word, int waiters) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, waiters); }

static inline void wait_until_set(atomic_uint *word) {
    while (!atomic_load_explicit(word, memory_order_acquire))
        futex_wait(word, 0);
}

#endif
