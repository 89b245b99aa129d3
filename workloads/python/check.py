"""Checks workload programs over the protocol: check.py OUT_DIR MODEL...

Every scenario a model offers is run with a prime number of operations, and every line the program says is compared
with what docs/protocol.md and docs/scenarios.md ask for. Prints a line for each model; exit status 1 if one fails.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PRIME = 10_007
ALL = ("switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog")
RINGS = ("switch", "switch-io")
PARKED = ("idle", "deep")
GREENLET = ("switch", "yield", "control", "spawn", "idle", "deep", "cpu")
OFFERED = {"python-greenlet": GREENLET, "node-async": tuple(name for name in ALL if name != "switch-io")}
READY_FIELDS = {"event", "tasks", "runtime", "warm_up_ns", "stacks", "runtime_stacks"}
FIELDS = {"event", "operations", "logical_switches", "elapsed_ns"}
EXTRA_FIELDS = {
    "switch": {"hand_over_ns", "clock_ns"},
    "switch-io": {"hand_over_ns", "clock_ns"},
    "cpu": {"checksum"},
    "hog": {"lateness_ns"},
}
DEPTHS = (1, 5000, 65_536)
# Models whose runtimes say what their stacks take.
WITH_RUNTIME_STACKS = ("go", "go-1", "java-virtual", "java-virtual-1", "erlang")
# Languages whose stacks end before the machine's memory does.
ENDING_STACKS = ("go", "java", "kotlin", "erlang", "python", "node")
# Languages whose models report begin and end of timed switches.
WITH_MOMENTS = ("go", "java", "python")
# For a program that hangs, on the slowest machine there is: no amount of work here depends on it.
PATIENCE_SECONDS = 900


class Program:
    """A running program."""

    def __init__(self, path, *arguments):
        pipe = subprocess.PIPE
        command = [path, *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        # One that hangs is killed, and then has no line to say.
        self.patience = threading.Timer(PATIENCE_SECONDS, self.process.kill)
        self.patience.start()

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, f"no line on stdout, but on stderr: {self.process.stderr.read()}"
        assert len(line) <= 65536, f"a line of {len(line)} bytes"
        return json.loads(line)

    def end(self):
        """The exit status, and what was left on stdout and stderr. Closes stdin first."""
        out, err = self.process.communicate()
        self.patience.cancel()
        assert self.process.returncode != -signal.SIGKILL, f"killed, as one that hangs is after {PATIENCE_SECONDS} s"
        return self.process.returncode, out, err


class Clients:
    """The other side of echo: connections that send one request after the other."""

    def __init__(self, path, count):
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.connections = [self.connect(path, deadline) for _ in range(count)]

    @staticmethod
    def connect(path, deadline):
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
                return connection
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
                assert time.monotonic() < deadline, "nobody listens"
                time.sleep(0.01)

    def send(self, requests):
        for number in range(requests):
            connection = self.connections[number % len(self.connections)]
            request = number.to_bytes(64, "little")
            # The first in two parts: a request need not arrive in one piece.
            connection.sendall(request[:10])
            time.sleep(0.001 if number < 10 else 0)
            connection.sendall(request[10:])
            answer = connection.recv(64, socket.MSG_WAITALL)
            assert answer == request, f"request {number} was answered by {answer}"


def chunk(index):
    x = index + 1
    for _ in range(10_000):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
    return x


# A prime number too. A chunk takes an interpreter milliseconds.
CPU_CHUNKS = 211
CHECKSUM = sum(map(chunk, range(CPU_CHUNKS))) % 2**32
OPERATIONS = {"cpu": CPU_CHUNKS, "hog": 211}


def run(path, scenario, tasks, operations, *more):
    """Runs the scenario with more options, and returns the lines ready and done."""
    if scenario == "echo":
        return run_echo(path, tasks, operations)
    program = Program(path, scenario, "--tasks", tasks, "--operations", operations, *more)
    return converse(program, lambda: None)


def run_echo(path, tasks, operations):
    with tempfile.TemporaryDirectory() as folder:
        # Through a descriptor: the path of a socket has at most 107 bytes.
        descriptor = os.open(folder, os.O_PATH)
        address = f"/proc/{os.getpid()}/fd/{descriptor}/echo"
        program = Program(path, "echo", "--tasks", tasks, "--operations", operations, "--socket", address)
        clients = Clients(address, tasks)
        lines = converse(program, lambda: clients.send(operations))
        os.close(descriptor)
    return lines


def converse(program, work):
    """The lines ready and done of a program; `work` is done in between."""
    ready = program.hear()
    program.say("go")
    work()
    done = program.hear()
    program.say("exit")
    assert program.process.wait() == 0, "exit status"
    assert program.end() == (0, "", ""), "more on stdout or stderr"
    return ready, done


def check_run(path, scenario, tasks, operations=PRIME, *options):
    started = time.monotonic_ns()
    ready, done = run(path, scenario, tasks, operations, *options)
    operations = tasks if scenario in PARKED else operations
    assert ready["event"] == "ready" and ready["tasks"] == tasks and set(ready) <= READY_FIELDS, ready
    check_stacks(path, scenario, tasks, ready, options)
    assert done["event"] == "done" and done["operations"] == operations, done
    check_moments(path, scenario, started, done)
    assert set(done) == FIELDS | EXTRA_FIELDS.get(scenario, set()), done
    assert 1 <= done["elapsed_ns"] < time.monotonic_ns() - started, done
    check_switches(path, scenario, tasks, done)
    if scenario in RINGS:
        check_counts(done["hand_over_ns"], operations // 64)
        assert 0 < done["clock_ns"] < done["elapsed_ns"], done["clock_ns"]
    if scenario == "hog":
        check_counts(done["lateness_ns"], operations)
    if scenario == "cpu":
        assert done["checksum"] == CHECKSUM, done


def check_moments(path, scenario, started, done):
    """Timed switches, by the kernel's clock: one after another, within the run."""
    moments = done.pop("hand_overs", None)
    name = path.name.removeprefix("taskweight-")
    assert (moments is not None) == (scenario in RINGS and name.startswith(WITH_MOMENTS)), done
    times = [end for moment in moments or () for end in moment]
    assert times == sorted(times), moments
    assert not times or started < times[0] and times[-1] < time.monotonic_ns(), moments
    assert moments is None or len(moments) == min(1000, sum(count for _, count in done["hand_over_ns"])), moments


def check_stacks(path, scenario, tasks, ready, options):
    """What the runtime says of its stacks: at least the calls that are held, or 100 bytes a task. Go's double when they
    grow, Erlang's with the heap beside them; 1 MiB is for other threads than the tasks."""
    name = path.name.removeprefix("taskweight-")
    if scenario not in PARKED or name not in WITH_RUNTIME_STACKS:
        assert "runtime_stacks" not in ready, ready
        return
    stacks = ready["runtime_stacks"]
    assert set(stacks) == {"bytes", "source"} and stacks["source"], stacks
    depth = options[1] if options else 0
    least, most = depth if "--hold" in options else 100, 20_000 + 5 * depth
    assert tasks * least <= stacks["bytes"] < tasks * most + 2**20, (options, stacks)


def check_depths(path):
    for depth in DEPTHS:
        for hold in ((), ("--hold",)):
            check_run(path, "deep", 50, PRIME, "--depth", depth, *hold)
    name = path.name.removeprefix("taskweight-")
    for hold in ((), ("--hold",)) if name.startswith(ENDING_STACKS) else ():
        arguments = ("deep", "--tasks", 2, "--operations", 1, "--depth", 2**40, *hold)
        program = Program(path, *arguments)
        program.process.wait()  # with stdin open: its end is another reason to stop
        status, out, err = program.end()
        assert status == 1 and out == "" and err.count("\n") == 1, f"{arguments}: {status} {out} {err}"


def check_switches(path, scenario, tasks, done):
    switches, operations = done["logical_switches"], done["operations"]
    if scenario in ("control", *PARKED, "cpu") or (scenario == "yield" and tasks == 1):
        assert switches == 0, done
    elif scenario == "yield":
        # Some yields pass control to nobody else, and some programs know.
        least = operations if path.name.endswith(("asyncio", "greenlet", "node-async")) else 0
        assert least <= switches <= operations, done
    else:
        assert switches == operations, done


def check_counts(pairs, total):
    assert sum(count for _, count in pairs) == total, f"{total} times, not {pairs}"
    assert all(value >= 0 and count > 0 for value, count in pairs), pairs


def check_refusals(path, offered):
    name = path.name
    lines = [("nonsense",), (), ("control",), ("control", "--tasks", "0", "--operations", "1")]
    lines += [("control", "--tasks", "1", "--operations", "0"), ("switch", "--tasks", "1", "--operations", "1")]
    lines += [
        ("control", "--tasks", "x", "--operations", "1"),
        ("control", "--tasks", "1", "--operations", "1", "--no"),
        ("deep", "--tasks", "1", "--operations", "1"),
        ("deep", "--tasks", "1", "--operations", "1", "--depth", "0"),
        ("deep", "--tasks", "1", "--operations", "1", "--hold"),
        ("idle", "--tasks", "1", "--operations", "1", "--depth", "1"),
        ("idle", "--tasks", "1", "--operations", "1", "--hold"),
    ]
    lines += [("echo", "--tasks", "1", "--operations", "1")]
    lines += [(scenario, "--tasks", "2", "--operations", "1") for scenario in ALL if scenario not in offered]
    for arguments in lines:
        status, out, err = Program(path, *arguments).end()
        assert status == 2 and out == "" and err.count("\n") == 1, f"{name} {arguments}: {status} {out} {err}"


def check_gone(path, scenario):
    """The end of stdin ends the program: before go, in the middle of a long run, and after done."""
    for moment in ("before go", "run", "done"):
        operations = 7 if moment == "done" else 10**12
        program = Program(path, scenario, "--tasks", "2", "--operations", operations)
        program.hear()
        if moment != "before go":
            program.say("go")
        if moment == "run":
            time.sleep(0.3)
        if moment == "done":
            program.hear()
        status, out, _ = program.end()
        assert status not in (0, 2) and out == "", f"{scenario}, {moment}: {status} {out}"


def check_model(path):
    offered = OFFERED.get(path.name.removeprefix("taskweight-"), ALL)
    for scenario in offered:
        if scenario == "deep":
            check_depths(path)
            continue
        operations = OPERATIONS.get(scenario, PRIME)
        for tasks in (2, 100):
            check_run(path, scenario, tasks, operations)
    for scenario in ("switch", "yield", "spawn"):
        check_run(path, scenario, 100, 7)
        check_run(path, scenario, 3, PRIME)
    for scenario in ("yield", "control", "spawn", "idle"):
        check_run(path, scenario, 1, PRIME)
    check_refusals(path, offered)
    for scenario in set(RINGS) & set(offered):
        check_run(path, scenario, 10_000)
    for scenario in ("switch", "yield", "control", "spawn", "cpu"):
        check_gone(path, scenario)


def check_models(folder, models):
    """Prints a line for each model, and returns how many fail."""
    failed = 0
    for model in models:
        started = time.monotonic()
        try:
            check_model(folder / f"taskweight-{model}")
            print(f"{model}: ok, {time.monotonic() - started:.1f} s")
        except (AssertionError, OSError) as error:
            failed += 1
            line = error.__traceback__
            while line.tb_next:
                line = line.tb_next
            print(f"{model}: line {line.tb_lineno}: {error!r}")
    return failed


def main():
    folder, models = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    failed = check_models(folder, models)
    # Without waiting for the timers of programs that have failed.
    sys.stdout.flush()
    os._exit(min(failed, 1))


if __name__ == "__main__":
    main()
