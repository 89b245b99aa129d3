"""The limits that stop the creation of threads."""

import os
import pathlib
import resource

# A new thread takes two mappings, its stack and the guard below it, and malloc may want one: so near is there.
MAPPINGS_NEAR = 8


def nearest():
    """The limit of threads that is most nearly used up, by name and value."""
    return max(used_up(), default=(0, "unknown"))[1]


def used_up():
    """Every limit there is: how much of it is used, from 0 to 1, with its name and value."""
    everyone = int(read("/proc/loadavg").split()[3].split("/")[1])
    mappings = read("/proc/self/maps").count("\n") + MAPPINGS_NEAR
    candidates = [
        ("kernel.pid_max", everyone, read("/proc/sys/kernel/pid_max")),
        ("kernel.threads-max", everyone, read("/proc/sys/kernel/threads-max")),
        ("vm.max_map_count", mappings, read("/proc/sys/vm/max_map_count")),
        *cgroups(),
    ]
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    # The kernel does not hold root to it.
    if processes != resource.RLIM_INFINITY and os.geteuid() != 0:
        candidates.append(("RLIMIT_NPROC", own_threads(), str(processes)))
    for name, used, limit in candidates:
        if limit.strip().isdecimal():
            yield used / int(limit), f"{name} {limit.strip()}"


def cgroups():
    """pids.max of the cgroup of this process and of those above it, in both versions of the hierarchy."""
    for line in read("/proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers not in ("", "pids"):
            continue
        root = pathlib.Path("/sys/fs/cgroup", controllers)
        folder = root / path.lstrip("/")
        for group in (folder, *folder.parents):
            if root not in (group, *group.parents):
                break
            current, limit = read(group / "pids.current"), read(group / "pids.max")
            if current:
                yield "pids.max", int(current), limit


def own_threads():
    """The threads of all processes of this user."""
    total = 0
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        fields = dict(line.split(":\t", 1) for line in read(status).splitlines() if ":\t" in line)
        if fields.get("Uid", "").split()[:1] == [str(os.getuid())]:
            total += int(fields.get("Threads", 0))
    return total


def read(path):
    """The file, or nothing where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
