#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "limit.h"

// A new pipe behind one descriptor that reads and writes, so that a ring of 10,000 fits the usual limit of open files.
// `flags` are added to those of open(2).
static int open_pipe(int flags) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        fail("create a pipe: %s", strerror(errno));
    // Linux opens a pipe for reading and writing at once, though POSIX leaves that undefined: see fifo(7).
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    int both = open(path, O_RDWR | O_CLOEXEC | flags);
    if (both < 0)
        fail("open a pipe for reading and writing: %s", strerror(errno));
    close(ends[0]);
    close(ends[1]);
    return both;
}

static void accept_connections(const char *path, int *connections, uint32_t count, int flags) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        fail("%s: longer than the path of a Unix socket may be", path);
    strcpy(address.sun_path, path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, SOMAXCONN) != 0)
        fail("listen on %s: %s", path, strerror(errno));
    for (uint32_t index = 0; index < count;) {
        connections[index] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | flags);
        if (connections[index] >= 0)
            index++;
        else if (errno != EINTR && errno != ECONNABORTED)
            fail("accept connection %u of %u: %s", index + 1, count, strerror(errno));
    }
    close(listener);
    unlink(path);
}

int *open_channels(const struct arguments *arguments, bool non_blocking) {
    allow_descriptors(arguments->tasks);
    int *channels = calloc(arguments->tasks, sizeof *channels);
    if (!channels)
        fail("allocate %u descriptors: %s", arguments->tasks, strerror(errno));
    if (arguments->scenario == SCENARIO_ECHO)
        accept_connections(arguments->socket, channels, arguments->tasks, non_blocking ? SOCK_NONBLOCK : 0);
    else
        for (uint32_t index = 0; index < arguments->tasks; index++)
            channels[index] = open_pipe(non_blocking ? O_NONBLOCK : 0);
    return channels;
}
