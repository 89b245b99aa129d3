"""The model python-thread: every task is a threading.Thread, as the interpreter lock lets them run.

A task waits for its own threading.Lock, used as a binary semaphore: Condition, Semaphore, Event and Queue all park
their callers on such a lock, with more Python around it. It yields by os.sched_yield(), which since Python 3.11
releases the interpreter lock around the system call. All scenarios are offered; in `cpu` the lock lets one thread
compute at a time. In `deep` a stack is what the interpreter keeps for each thread in the heap: frames of Python, which
since 3.11 take nothing of the C stack.
"""

import os
import threading
from time import monotonic_ns, sleep

import limits
from protocol import PARKED, RINGS, SCENARIOS, Protocol, end, fail, parse_arguments
from python_thread_io import accept, echo, pipe_ring, switch_io
from run import TICK_NS, Run, allow_levels, burn, chunk, descend, warm_up


class ThreadRun(Run):
    """The tasks, the locks on which those of `switch` wait for the token, and the events that all wait for."""

    def __init__(self, scenario, tasks, operations):
        super().__init__(scenario, tasks, operations, 1 if scenario in (*RINGS, *PARKED, "spawn", "echo") else tasks)
        self.way, self.arrived = None, 0
        self.locks = [held_lock() for _ in range(tasks)] if scenario == "switch" else []
        self.threads, self.pipes = [], []
        self.gate, self.over = threading.Event(), threading.Event()
        self.token = 0
        self.turn = None
        self.guard = threading.RLock()
        self.finished = held_lock()

    def create(self, body, tasks):
        """Creates the threads, parked at the gate, and returns why it could not create them all."""
        for index in range(tasks):
            thread = threading.Thread(target=self.live, args=(body, index), daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:
                return error
            self.threads.append(thread)
        return None

    def live(self, body, index):
        if self.way:
            self.way()
        elif self.scenario != "echo":  # there, the tasks wait for requests
            self.gate.wait()
        body(self, index)
        self.over.wait()

    def go_deep(self, depth, hold):
        """Lets the threads use so much of their stacks before they park, there or back at the top."""
        levels = allow_levels(depth)

        def way():
            descend(levels, self.park if hold else None)
            self.park()

        self.way = way

    def park(self):
        with self.guard:
            self.arrived += 1
        self.gate.wait()

    def await_arrival(self):
        while self.arrived < len(self.threads):
            sleep(0.001)

    def open(self):
        self.started = monotonic_ns()
        self.gate.set()

    def answer(self):
        with self.guard:
            super().answer()

    def hang_up(self):
        with self.guard:
            super().hang_up()

    def finish(self, token):
        with self.guard:
            if super().finish(token):
                self.finished.release()

    def retire(self):
        """Ends the threads of a warm-up: in a ring, all but one wait for the token."""
        self.over.set()
        for index, thread in enumerate(self.threads):
            if self.scenario == "switch" and self.locks[index].locked():
                self.locks[index].release()
            if self.scenario == "switch-io":
                os.write(self.pipes[index], b"\1")
            thread.join()
        for pipe in self.pipes:
            os.close(pipe)


def held_lock():
    lock = threading.Lock()
    lock.acquire()
    return lock


def switch(run, index):
    counters, operations, park = run.counters, run.operations, run.locks[index].acquire
    wake = run.locks[run.next(index)].release
    if index != 0:
        park()
        if not run.token & 63:
            run.received()
    while (token := run.token) < operations:
        counters[index] += 1
        token += 1
        run.token = token
        if not token & 63:
            run.handed = monotonic_ns()
        wake()
        park()
        if not run.token & 63:
            run.received()
    run.finish(token)


def give_way(run, index):
    """Also counts the yields after which another thread had run: only one runs at a time."""
    counters, give = run.counters, os.sched_yield
    token = passed = 0
    run.turn = index
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
        give()
        if run.turn != index:
            run.turn = index
            passed += 1
    with run.guard:
        run.passed += passed
    run.finish(token)


def control(run, index):
    counters, token = run.counters, 0
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
    run.finish(token)


def spawn(run, _index):
    """Run by one thread at the gate, so that the main one waits as in every scenario."""
    created = 0
    while created < run.operations:
        size = min(run.tasks, run.operations - created)
        batch = [threading.Thread(target=do_nothing, args=(run.counters, index)) for index in range(size)]
        for thread in batch:
            thread.start()
        for thread in batch:
            thread.join()
        created += size
    run.finish(created)


def do_nothing(counters, index):
    counters[index] += 1


def cpu(run, index):
    counters, token, total = run.counters, 0, 0
    for number in range(index, run.operations, run.tasks):
        total += chunk(number)
        counters[index] += 1
        token += 1
    with run.guard:
        run.checksum += total
    run.finish(token)


def tick(run, index):
    if index == run.tasks:
        burn(run.started)
        return
    due, late = run.started, []
    for _ in range(run.share(index)):
        due += TICK_NS
        sleep(max(due - monotonic_ns(), 0) / 1e9)
        late.append(monotonic_ns() - due)
        run.counters[index] += 1
    with run.guard:
        for ns in late:
            run.record(ns)
    run.finish(len(late))


BODIES = {
    "switch": switch,
    "switch-io": switch_io,
    "yield": give_way,
    "control": control,
    "spawn": spawn,
    "idle": control,
    "deep": control,
    "echo": echo,
    "cpu": cpu,
    "hog": tick,
}


def prepare(scenario, tasks, operations, address=None, depth=None, hold=False):
    """A run with its tasks parked, and the error for which there are less than were asked for."""
    run = ThreadRun(scenario, tasks, operations)
    if depth:
        run.go_deep(depth, hold)
    if scenario == "switch-io":
        run.pipes = pipe_ring(tasks)
    if scenario == "echo":
        run.connections = accept(address, tasks)
    threads = {"spawn": 1, "hog": tasks + 1}.get(scenario, tasks)
    error = run.create(BODIES[scenario], threads)
    if depth:
        run.await_arrival()
    return run, error


def warm_up_batch(scenario, tasks, operations):
    run, error = prepare(scenario, tasks, operations)
    if error:
        raise error
    run.open()
    run.finished.acquire()
    run.retire()
    return run.elapsed()


def main():
    arguments = parse_arguments("python-thread", SCENARIOS)
    scenario, tasks = arguments.scenario, arguments.tasks
    protocol = Protocol()
    more = warm_up(scenario, lambda *batch: warm_up_batch(scenario, *batch))
    run, error = prepare(scenario, tasks, arguments.operations, arguments.socket, arguments.depth, arguments.hold)
    if scenario in PARKED:
        if error:
            tasks, more = len(run.threads), {"stopped_by": limits.nearest()}
        protocol.ready(tasks, **more)
        run.stay_parked(tasks)
    elif error:
        end(f"{error}: thread {len(run.threads) + 1}, stopped by {limits.nearest()}")
    else:
        protocol.ready(tasks, **more)
        run.open()
        run.finished.acquire()
    protocol.done(run.outcome())


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 - whatever it is, in one line
        fail(error)
