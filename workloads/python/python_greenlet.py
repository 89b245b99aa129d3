"""The model python-greenlet: every task is a greenlet, a coroutine with a stack, all of them on one thread.

In `switch` a greenlet resumes the next one itself. It yields to the main greenlet, which resumes the next in turn, as
the hubs of libraries built on greenlet do: two resumptions for one yield. In `cpu` one thread computes. In `deep` a stack
is what the interpreter keeps for each greenlet in the heap: frames of Python, which since 3.11 take nothing of the C
stack. switch-io, echo and hog are not offered: greenlet has no means to wait for a pipe, a socket or a time.
"""

from collections import deque
from time import monotonic_ns

from greenlet import getcurrent, greenlet

from protocol import PARKED, Protocol, fail, parse_arguments
from run import Run, allow_levels, chunk, descend, warm_up

OFFERED = ("switch", "yield", "control", "spawn", "idle", "deep", "cpu")
GAVE_WAY = True  # what a greenlet tells the main one when it is to be resumed; when it parks, nothing


class GreenletRun(Run):
    """The tasks, and the main greenlet that resumes them."""

    def __init__(self, scenario, tasks, operations):
        super().__init__(scenario, tasks, operations, 1 if scenario in ("switch", "spawn", *PARKED) else tasks)
        self.main = getcurrent()
        self.greenlets = []

    def create(self, body):
        """Creates the greenlets and runs each as far as the gate."""
        self.greenlets = [greenlet(self.live) for _ in range(1 if self.scenario == "spawn" else self.tasks)]
        for index, task in enumerate(self.greenlets):
            task.switch(body, index)

    def live(self, body, index):
        self.main.switch()
        body(self, index)
        while True:
            self.main.switch()

    def create_deep(self, depth, hold):
        """Creates the greenlets, which use so much of their stacks, and park there or back at the top."""
        levels, park = allow_levels(depth), self.main.switch

        def live():
            descend(levels, park if hold else None)
            park()

        self.greenlets = [greenlet(live) for _ in range(self.tasks)]
        for task in self.greenlets:
            task.switch()

    def open(self):
        """Lets the greenlets go through the gate and resumes those that yield in turn, until all are parked. The
        first of a ring comes last, as it has the token."""
        self.started = monotonic_ns()
        ready = deque(self.greenlets)
        if self.scenario == "switch":
            ready.rotate(-1)
        while ready:
            task = ready.popleft()
            if task.switch():
                ready.append(task)

    def logical_switches(self):
        """Greenlets run in turn, so that every yield passes control to another, if there is one."""
        if self.scenario == "yield":
            return self.operations if self.tasks > 1 else 0
        return super().logical_switches()


def switch(run, index):
    counters, operations = run.counters, run.operations
    resume = run.greenlets[run.next(index)].switch
    token = 0
    if index != 0:
        token = run.main.switch()
        if not token & 63:
            run.received()
    while token < operations:
        counters[index] += 1
        token += 1
        if not token & 63:
            run.handed = monotonic_ns()
        token = resume(token)
        if not token & 63:
            run.received()
    run.finish(token)


def give_way(run, index):
    counters, give, token = run.counters, run.main.switch, 0
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
        give(GAVE_WAY)
    run.finish(token)


def control(run, index):
    counters, token = run.counters, 0
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
    run.finish(token)


def spawn(run, _index):
    """Run by one greenlet at the gate. A greenlet that is resumed and ends comes back to where it was created."""
    created = 0
    while created < run.operations:
        size = min(run.tasks, run.operations - created)
        batch = [greenlet(do_nothing) for _ in range(size)]
        for index, task in enumerate(batch):
            task.switch(run.counters, index)
        created += size
    run.finish(created)


def do_nothing(counters, index):
    counters[index] += 1


def stay_parked(run, index):
    """In `idle`, the gate stays closed."""


def cpu(run, index):
    token = 0
    for number in range(index, run.operations, run.tasks):
        run.checksum += chunk(number)
        run.counters[index] += 1
        token += 1
    run.finish(token)


BODIES = {"switch": switch, "yield": give_way, "control": control, "spawn": spawn, "idle": stay_parked, "cpu": cpu}


def prepare(scenario, tasks, operations):
    run = GreenletRun(scenario, tasks, operations)
    run.create(BODIES[scenario])
    return run


def warm_up_batch(scenario, tasks, operations):
    run = prepare(scenario, tasks, operations)
    run.open()
    return run.elapsed()


def main():
    arguments = parse_arguments("python-greenlet", OFFERED)
    scenario, tasks = arguments.scenario, arguments.tasks
    protocol = Protocol()
    more = warm_up(scenario, lambda *batch: warm_up_batch(scenario, *batch))
    if scenario == "deep":
        run = GreenletRun(scenario, tasks, arguments.operations)
        run.create_deep(arguments.depth, arguments.hold)
    else:
        run = prepare(scenario, tasks, arguments.operations)
    protocol.ready(tasks, **more)
    if scenario in PARKED:
        run.stay_parked(tasks)
    else:
        run.open()
    protocol.done(run.outcome())


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 - whatever it is, in one line
        fail(error)
