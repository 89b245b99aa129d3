"""The model python-asyncio: every task is an asyncio.Task, all of them on one event loop of one thread.

A task waits for its own asyncio.Future: Event, Lock and Queue all park their callers on such a future, with more Python
around it. It yields by asyncio.sleep(0). All scenarios are offered; in `cpu` one thread computes, and no task yields
before its share is done.
"""

import asyncio
from time import monotonic_ns

from protocol import PARKED, RINGS, SCENARIOS, Protocol, fail, parse_arguments
from python_asyncio_io import connect_pipes, listen, switch_io
from run import LEVEL_WORDS, TICK_NS, Run, allow_levels, burn, chunk, descend, warm_up

# Until Python 3.12 each takes some of the C stack when it is entered.
MOST_COROUTINES = 10_000


class AsyncRun(Run):
    """The tasks, the futures they wait for, and the ends of their pipes."""

    def __init__(self, scenario, tasks, operations):
        super().__init__(scenario, tasks, operations, 1 if scenario in (*RINGS, *PARKED, "spawn", "echo") else tasks)
        self.loop = asyncio.get_running_loop()
        self.gate, self.all_arrived, self.finished = (self.loop.create_future() for _ in range(3))
        self.over = self.loop.create_future()
        self.expected = {"spawn": 1, "hog": tasks + 1}.get(scenario, tasks)
        self.arrived = 0
        self.alive = []
        self.inboxes = [self.loop.create_future() for _ in range(tasks)] if scenario == "switch" else []
        self.readers, self.pipes, self.transports = [], [], []
        self.token = 0

    def create(self, body):
        self.alive = [self.loop.create_task(self.live(body, index)) for index in range(self.expected)]

    async def live(self, body, index):
        try:
            self.arrive()
            await self.gate
            await body(self, index)
            await self.over
        except Exception as error:  # noqa: BLE001 - whatever it is, the run cannot go on
            fail(error)

    def create_deep(self, depth, hold):
        """Creates the tasks, which make calls that leave nothing behind, or park below a chain of coroutines."""
        levels = allow_levels(depth, MOST_COROUTINES) if hold else allow_levels(depth)
        self.alive = [self.loop.create_task(self.live_deep(levels, hold)) for _ in range(self.expected)]

    async def live_deep(self, levels, hold):
        try:
            if hold:
                await descend_awaiting(levels, self.park)
            else:
                descend(levels)
                await self.park()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run cannot go on
            fail(error)

    async def park(self):
        self.arrive()
        await self.gate

    def arrive(self):
        self.arrived += 1
        if self.arrived == self.expected:
            self.all_arrived.set_result(None)

    def open(self):
        self.started = monotonic_ns()
        self.gate.set_result(None)

    def finish(self, token):
        if super().finish(token):
            self.finished.set_result(None)

    def logical_switches(self):
        """The loop runs its tasks in turn, so that every yield passes control to another, if there is one."""
        if self.scenario == "yield":
            return self.operations if self.tasks > 1 else 0
        return super().logical_switches()


async def descend_awaiting(levels, bottom):
    """As `descend`, with coroutines."""
    words = [levels] * LEVEL_WORDS
    await (descend_awaiting(levels - 1, bottom) if levels > 1 else bottom())
    return len(words)


async def switch(run, index):
    counters, operations, inboxes, new_future = run.counters, run.operations, run.inboxes, run.loop.create_future
    following = run.next(index)
    token = 0
    if index != 0:
        token = await inboxes[index]
        if not token & 63:
            run.received()
    while token < operations:
        counters[index] += 1
        token += 1
        inboxes[index] = new_future()
        if not token & 63:
            run.handed = monotonic_ns()
        inboxes[following].set_result(token)
        token = await inboxes[index]
        if not token & 63:
            run.received()
    run.finish(token)


async def give_way(run, index):
    counters, sleep, token = run.counters, asyncio.sleep, 0
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
        await sleep(0)
    run.finish(token)


async def control(run, index):
    counters, token = run.counters, 0
    for _ in range(run.share(index)):
        counters[index] += 1
        token += 1
    run.finish(token)


async def spawn(run, _index):
    """Run by one task at the gate."""
    created, create_task = 0, run.loop.create_task
    while created < run.operations:
        size = min(run.tasks, run.operations - created)
        batch = [create_task(do_nothing(run.counters, index)) for index in range(size)]
        for task in batch:
            await task
        created += size
    run.finish(created)


async def do_nothing(counters, index):
    counters[index] += 1


async def stay_parked(run, index):
    """In `idle`, the gate stays closed."""


async def cpu(run, index):
    token = total = 0
    for number in range(index, run.operations, run.tasks):
        total += chunk(number)
        run.counters[index] += 1
        token += 1
    run.checksum += total
    run.finish(token)


async def tick(run, index):
    if index == run.tasks:
        burn(run.started)
        return
    due = run.started
    for _ in range(run.share(index)):
        due += TICK_NS
        await asyncio.sleep(max(due - monotonic_ns(), 0) / 1e9)
        run.record(monotonic_ns() - due)
        run.counters[index] += 1
    run.finish(run.counters[index])


async def prepare(scenario, tasks, operations, address=None, depth=None, hold=False):
    """A run with its tasks parked."""
    run = AsyncRun(scenario, tasks, operations)
    if scenario == "echo":
        await listen(run, address)
    elif scenario == "deep":
        run.create_deep(depth, hold)
        await run.all_arrived
    else:
        if scenario == "switch-io":
            await connect_pipes(run)
        run.create(BODIES[scenario])
        await run.all_arrived
    return run


BODIES = {
    "switch": switch,
    "switch-io": switch_io,
    "yield": give_way,
    "control": control,
    "spawn": spawn,
    "idle": stay_parked,
    "cpu": cpu,
    "hog": tick,
}


async def warm_up_batch(scenario, tasks, operations):
    run = await prepare(scenario, tasks, operations)
    run.open()
    await run.finished
    for transport in run.transports:
        transport.close()
    return run.elapsed()


async def perform(arguments, protocol, more):
    """Runs the scenario up to the line exit. While the program waits for a line, the event loop is blocked."""
    scenario, tasks = arguments.scenario, arguments.tasks
    run = await prepare(scenario, tasks, arguments.operations, arguments.socket, arguments.depth, arguments.hold)
    protocol.ready(tasks, **more)
    if scenario in PARKED:
        run.stay_parked(tasks)
    else:
        run.open()
        await run.finished
    protocol.done(run.outcome())


def main():
    arguments = parse_arguments("python-asyncio", SCENARIOS)
    protocol = Protocol()
    scenario = arguments.scenario
    more = warm_up(scenario, lambda *batch: asyncio.run(warm_up_batch(scenario, *batch)))
    asyncio.run(perform(arguments, protocol, more))


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 - whatever it is, in one line
        fail(error)
