"""One run: the counters of its tasks, its clock, and the proof that they did the work."""

import os
import resource
import sys
from time import monotonic_ns

from protocol import PARKED, RINGS, end

MEASURED_EVERY = 64  # one switch in 64 is timed, where the token is divisible by it
HOG_NS = 200_000_000
TICK_NS = 1_000_000
REQUEST_BYTES = 64
MOST_CALLS = 2**30  # deepest nesting that Python accepts
LEVEL_WORDS = 32  # what a level of calls keeps in `deep`, and what it counts: 256 bytes

# Operations of a batch of the warm-up. The scenarios not named here wait for others most of the time.
WARM_UP_OPERATIONS = {"switch": 2000, "switch-io": 2000, "yield": 2000, "control": 2000, "spawn": 500, "cpu": 10}
WARM_UP_TASKS = 2
WARM_UP_LIMIT_NS = 2_000_000_000
# Timed switches whose begin and end are kept, for timelines.
MOMENTS_KEPT = 1000


class Run:
    """What the tasks of every model share. Not safe for threads but where stated."""

    def __init__(self, scenario, tasks, operations, finishers):
        self.scenario = scenario
        self.tasks = tasks
        self.operations = operations
        self.unfinished = finishers
        self.counters = [0] * tasks
        self.tokens = 0
        self.passed = 0
        self.checksum = 0
        self.started = self.ended = 0
        self.answered, self.connected = 0, tasks
        self.handed = 0
        self.times = {}
        self.moments = []
        self.clock = clock_cost() if scenario in RINGS else 0

    def share(self, index):
        """What task `index` makes of the operations: the first tasks take the remainder."""
        return self.operations // self.tasks + (index < self.operations % self.tasks)

    def next(self, index):
        return (index + 1) % self.tasks

    def finish(self, token):
        """A task has made its last operation and holds a token of this value. True for the last one, which stops the
        clock."""
        self.tokens += token
        self.unfinished -= 1
        if self.unfinished == 0:
            self.ended = monotonic_ns()
        return self.unfinished == 0

    def stay_parked(self, tasks):
        """The work of `idle` and `deep`: the gate stays closed, and `tasks` tasks are parked."""
        self.started = monotonic_ns()
        self.operations, self.counters = tasks, [1] * tasks
        self.ended, self.tokens = monotonic_ns(), tasks

    def answer(self):
        """A request was answered."""
        self.answered += 1
        if self.answered == self.operations:
            self.finish(self.operations)

    def hang_up(self):
        """A connection was closed by the other side."""
        self.connected -= 1
        if self.connected == 0 and self.answered < self.operations:
            end("the other side closed all connections before the last request")

    def received(self):
        """The token that was passed on at the time `handed` has arrived. Only the holder of the token comes here."""
        now = monotonic_ns()
        self.record(now - self.handed - self.clock)
        if len(self.moments) < MOMENTS_KEPT:
            self.moments.append((self.handed, now))

    def record(self, ns):
        """Counts a time, in steps of at most 1/32 of the value, by the value in the middle."""
        ns = max(ns, 0)
        shift = max(ns.bit_length() - 6, 0)
        middle = (ns >> shift << shift) + ((1 << shift) - 1) // 2
        self.times[middle] = self.times.get(middle, 0) + 1

    def elapsed(self):
        return max(self.ended - self.started, 1)

    def outcome(self):
        """What was done, if the counters of the tasks and the tokens agree with what was asked for."""
        counted = sum(self.counters)
        if not counted == self.tokens == self.operations:
            raise RuntimeError(
                f"asked for {self.operations} operations, but the tasks counted {counted} and the tokens {self.tokens}"
            )
        outcome = {"operations": counted, "logical_switches": self.logical_switches(), "elapsed_ns": self.elapsed()}
        times = sorted(self.times.items())
        if self.scenario in RINGS:
            outcome |= {"hand_over_ns": times, "clock_ns": self.clock, "hand_overs": self.moments}
        elif self.scenario == "hog":
            outcome |= {"lateness_ns": times}
        elif self.scenario == "cpu":
            outcome |= {"checksum": self.checksum % 2**32}
        return outcome

    def logical_switches(self):
        if self.scenario == "yield":
            return self.passed if self.tasks > 1 else 0
        return 0 if self.scenario in ("control", *PARKED, "cpu") else self.operations


def clock_cost():
    """What one reading of the clock costs: the least of several averages, as anything else that runs adds."""
    readings = range(1000)
    averages = []
    for _ in range(20):
        begin = end = monotonic_ns()
        for _ in readings:
            end = monotonic_ns()
        averages.append((end - begin) // len(readings))
    return min(averages)


def chunk(index):
    """Chunk `index` of `cpu`."""
    x = (index + 1) & 0xFFFFFFFF
    for _ in range(10_000):
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
    return x


def burn(started):
    """Computes without giving way until the time of the hog has gone by since `started`."""
    index = 0
    while monotonic_ns() - started < HOG_NS:
        chunk(index)
        index += 1


def allow_levels(depth, most=MOST_CALLS):
    """The levels of calls that use `depth` bytes, if they are at most `most`. Raises Python's own limit."""
    levels = -(-depth // (LEVEL_WORDS * 8))
    if levels > most:
        raise RecursionError(f"--depth {depth}: {levels} calls are needed, at most {most} can be nested")
    sys.setrecursionlimit(max(sys.getrecursionlimit(), levels + 1000))
    return levels


def descend(levels, bottom=None):
    """Recurses until `levels` levels are suspended, each with its own list; the deepest calls `bottom`."""
    words = [levels] * LEVEL_WORDS
    if levels > 1:
        descend(levels - 1, bottom)
    elif bottom:
        bottom()
    return len(words)


def open_both_ways(flags=0):
    """A pipe behind one descriptor that reads and writes, as Linux allows: 10,000 fit into the usual hard limit."""
    reader, writer = os.pipe()
    try:
        return os.open(f"/proc/self/fd/{reader}", os.O_RDWR | os.O_CLOEXEC | flags)
    finally:
        os.close(reader)
        os.close(writer)


def allow_descriptors(tasks):
    """Raises the limit of open files so that every task can have one: up to the hard limit, or beyond it where the
    process may (root)."""
    needed = tasks + 32
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = max(hard, needed)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    except (OSError, ValueError) as error:
        raise OSError(
            f"{tasks} tasks need {needed} file descriptors, the hard limit RLIMIT_NOFILE is {hard}: raise it "
            f"(`ulimit -Hn {needed}` as root) or use fewer tasks"
        ) from error


def warm_up(scenario, batch):
    """Runs batches until the time of two successive ones differs by less than 10 %.

    `batch` runs the scenario with its tasks and operations and returns the elapsed time. Returns the fields of
    `ready` about the warm-up.
    """
    operations = WARM_UP_OPERATIONS.get(scenario)
    if operations is None:
        return {}
    begin, previous = monotonic_ns(), 0
    while monotonic_ns() - begin < WARM_UP_LIMIT_NS:
        elapsed = batch(WARM_UP_TASKS, operations)
        if abs(elapsed - previous) * 10 < previous:
            break
        previous = elapsed
    return {"warm_up_ns": monotonic_ns() - begin}
