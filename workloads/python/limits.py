"""The limits that stop the creation of threads."""

import os
import pathlib
import resource

# What one more thread would take: mappings for its stack, for the guard below it and for malloc, and the stack.
MAPPINGS = 8
STACK_BYTES = 8 << 20
# Below this, a limit is not the reason.
NEARLY = 0.9


def nearest():
    """The limit of threads that is most nearly used up, by name and value."""
    used, limit = max(used_up())
    return limit if used > NEARLY else f"none of the known limits, most used is {limit}"


def used_up():
    """Every limit there is: how much of it is used, from 0 to 1, with its name and value."""
    everyone = int(read("/proc/loadavg").split()[3].split("/")[1])
    mappings = read("/proc/self/maps").count("\n") + MAPPINGS
    space = int(read("/proc/self/statm").split()[0]) * resource.getpagesize() + STACK_BYTES
    candidates = [
        ("kernel.pid_max", everyone, read("/proc/sys/kernel/pid_max")),
        ("kernel.threads-max", everyone, read("/proc/sys/kernel/threads-max")),
        ("vm.max_map_count", mappings, read("/proc/sys/vm/max_map_count")),
        ("RLIMIT_AS", space, soft_limit(resource.RLIMIT_AS)),
        *cgroups(),
    ]
    if os.geteuid() != 0:  # the kernel does not hold root to it
        candidates.append(("RLIMIT_NPROC", own_threads(), soft_limit(resource.RLIMIT_NPROC)))
    for name, used, limit in candidates:
        if limit.strip().isdecimal():
            yield used / int(limit), f"{name} {limit.strip()}"


def soft_limit(which):
    limit = resource.getrlimit(which)[0]
    return "" if limit == resource.RLIM_INFINITY else str(limit)


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
