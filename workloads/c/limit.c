#define _GNU_SOURCE
#include "limit.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "protocol.h"

// The limit used up most so far.
struct search {
    const char *name;
    uint64_t maximum;
    double used_up;
};

static void consider(struct search *search, const char *name, uint64_t used, uint64_t maximum) {
    double used_up = (double)used / ((double)maximum + 1);
    if (used > 0 && maximum > 0 && used_up > search->used_up)
        *search = (struct search){name, maximum, used_up};
}

// The number in a file, after what `format` skips; 0 if there is none.
static uint64_t number_in(const char *path, const char *format) {
    uint64_t value = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    char line[256];
    while (fgets(line, sizeof line, file) && sscanf(line, format, &value) != 1)
        ;
    fclose(file);
    return value;
}

static uint64_t number_of_mappings(void) {
    uint64_t lines = 0;
    FILE *file = fopen("/proc/self/maps", "re");
    if (!file)
        return 0;
    for (int byte; (byte = getc_unlocked(file)) != EOF;)
        lines += byte == '\n';
    fclose(file);
    return lines;
}

// The threads of this process's user, which RLIMIT_NPROC counts.
static uint64_t threads_of_user(void) {
    uint64_t threads = 0;
    DIR *processes = opendir("/proc");
    if (!processes)
        return 0;
    for (struct dirent *entry; (entry = readdir(processes));) {
        char path[NAME_MAX + 16];
        snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && number_in(path, "Uid: %" SCNu64) == getuid())
            threads += number_in(path, "Threads: %" SCNu64);
    }
    closedir(processes);
    return threads;
}

// A cgroup and all above it, in the hierarchy mounted at `mount`.
static void consider_cgroups(struct search *search, const char *mount, char *cgroup) {
    for (char *end = cgroup + strlen(cgroup); end; end = strrchr(cgroup, '/')) {
        *end = '\0';
        char current[4352], maximum[4352];
        snprintf(current, sizeof current, "%s%s/pids.current", mount, cgroup);
        snprintf(maximum, sizeof maximum, "%s%s/pids.max", mount, cgroup);
        consider(search, "pids.max", number_in(current, "%" SCNu64), number_in(maximum, "%" SCNu64));
    }
}

static void consider_own_cgroups(struct search *search) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file)
        return;
    char line[4096];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *path = strstr(line, ":/");
        if (path && strstr(line, "::/") == path - 1)
            consider_cgroups(search, "/sys/fs/cgroup", path + 1);
        else if (path && strstr(line, ":pids:/") == path - 5)
            consider_cgroups(search, "/sys/fs/cgroup/pids", path + 1);
    }
    fclose(file);
}

static uint64_t soft_limit(__rlimit_resource_t resource) {
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : 0;
}

const char *limit_reached(int error) {
    static char text[128];
    struct search search = {NULL, 0, 0.97};
    uint64_t threads = number_in("/proc/loadavg", "%*s %*s %*s %*[0-9]/%" SCNu64);
    consider(&search, "kernel.pid_max", threads, number_in("/proc/sys/kernel/pid_max", "%" SCNu64));
    consider(&search, "kernel.threads-max", threads, number_in("/proc/sys/kernel/threads-max", "%" SCNu64));
    consider(&search, "vm.max_map_count", number_of_mappings(), number_in("/proc/sys/vm/max_map_count", "%" SCNu64));
    consider(&search, "RLIMIT_AS", number_in("/proc/self/status", "VmSize: %" SCNu64) << 10, soft_limit(RLIMIT_AS));
    if (geteuid() != 0)
        consider(&search, "RLIMIT_NPROC", threads_of_user(), soft_limit(RLIMIT_NPROC));
    if (number_in("/proc/sys/vm/overcommit_memory", "%" SCNu64) == 2)
        consider(&search, "CommitLimit in kB", number_in("/proc/meminfo", "Committed_AS: %" SCNu64),
                 number_in("/proc/meminfo", "CommitLimit: %" SCNu64));
    consider_own_cgroups(&search);
    if (search.name)
        snprintf(text, sizeof text, "%s %" PRIu64, search.name, search.maximum);
    else
        snprintf(text, sizeof text, "no limit known here: %s", strerror(error));
    return text;
}

void allow_descriptors(uint32_t tasks) {
    enum { SPARE = 32 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t hard = limit.rlim_max, needed = (rlim_t)tasks + SPARE;
    limit.rlim_max = hard > needed ? hard : needed;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("%" PRIu32
             " tasks need %ju file descriptors, the hard limit RLIMIT_NOFILE is %ju: raise it or use fewer tasks",
             tasks, (uintmax_t)needed, (uintmax_t)hard);
}
