// The limits of the machine that many tasks run into. For C and C++.
#ifndef TASKWEIGHT_LIMIT_H
#define TASKWEIGHT_LIMIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Which limit keeps the process from having more threads or memory, with its value, such as "kernel.pid_max 32768":
// the one that is used up most, by comparing what is in use with every limit. `error` says what failed if none is.
const char *limit_reached(int error);

// Raises the limit of open files so that every task can have a descriptor: up to the hard limit, or beyond it where the
// process may.
void allow_descriptors(uint32_t tasks);

#ifdef __cplusplus
}
#endif
#endif
