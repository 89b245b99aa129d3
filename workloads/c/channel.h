// Pipes and connections. For C and C++.
#ifndef TASKWEIGHT_CHANNEL_H
#define TASKWEIGHT_CHANNEL_H

#include "protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { REQUEST_BYTES = 64 };

// What the tasks of `switch-io` or `echo` read and write, one descriptor for each: a pipe, or a connection accepted
// from the socket, which is removed when all are there. `non_blocking` is for both.
int *open_channels(const struct arguments *arguments, bool non_blocking);

#ifdef __cplusplus
}
#endif
#endif
