"""The program's end of the conversation with taskweight: docs/protocol.md."""

import argparse
import json
import os
import platform
import queue
import signal
import sys
import threading
import time
import traceback

SCENARIOS = ("switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog")
RINGS = ("switch", "switch-io")
PARKED = ("idle", "deep")


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line."""

    def error(self, message):
        print(f"error: {message}", file=sys.stderr)
        sys.exit(2)


def number(low, high=2**63 - 1):
    """The type of an argument that is a number of this range."""

    def convert(text):
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low} to {high}")
        return int(text)

    return convert


def parse_arguments(model, offered, line=None):
    """The command line. All models of Python run on one thread at a time: --workers is known, but only 1 is taken."""
    parser = Parser(prog=f"taskweight-{model}")
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--tasks", type=number(1), required=True, metavar="N")
    parser.add_argument("--operations", type=number(1), required=True, metavar="M")
    parser.add_argument("--workers", type=number(1, 1), default=1, metavar="W")
    parser.add_argument("--socket", metavar="PATH")
    parser.add_argument("--depth", type=number(1), metavar="BYTES")
    parser.add_argument("--hold", action="store_true")
    arguments = parser.parse_args(line)
    scenario = arguments.scenario
    if scenario not in offered:
        parser.error(f"{model} does not offer scenario {scenario}, only: {', '.join(offered)}")
    if scenario in RINGS and arguments.tasks < 2:
        parser.error(f"scenario {scenario} needs at least 2 tasks")
    if (scenario == "echo") != (arguments.socket is not None):
        parser.error("--socket PATH belongs to echo, and echo needs it")
    if (scenario == "deep") != (arguments.depth is not None) or (arguments.hold and scenario != "deep"):
        parser.error("--depth BYTES and --hold belong to deep, and deep needs the first")
    return arguments


class Protocol:
    """Lines are read by a thread of their own, named `protocol`: the death of taskweight ends the program even in the
    middle of a long run. The thread sleeps in read, without the interpreter lock."""

    def __init__(self):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback at Ctrl-C
        threading.excepthook = lambda failure: fail(failure.exc_value)
        self.lines = queue.SimpleQueue()
        threading.Thread(target=self.listen, name="protocol", daemon=True).start()

    def listen(self):
        unread = b""
        while received := os.read(0, 4096):
            *lines, unread = (unread + received).split(b"\n")
            for line in lines:
                self.lines.put(line.decode(errors="replace"))
                if line == b"exit":
                    return
        end("stdin is closed")

    def ready(self, tasks, **more):
        """Says that all tasks are parked, once every other thread is asleep, and waits for `go`."""
        wait_until_others_sleep()
        runtime = f"{platform.python_implementation()} {platform.python_version()}"
        self.say({"event": "ready", "tasks": tasks, "runtime": runtime, **more}, "go")

    def done(self, outcome):
        """Says what was done, waits for `exit`, and ends the process without tearing the tasks down."""
        self.say({"event": "done", **outcome}, "exit")
        os._exit(0)

    def say(self, event, reply):
        write_all(1, json.dumps(event, separators=(",", ":")) + "\n")
        line = self.lines.get()
        if line != reply:
            end(f"protocol: expected the line {reply!r} on stdin, read {line!r}")


def write_all(descriptor, text):
    rest = text.encode()
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def fail(error):
    """Ends the process because of an exception: where it came from, and what it says, in one line."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    end(f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})")


def end(message):
    """Ends the process with status 1, from whatever thread."""
    try:
        write_all(2, f"error: {message}\n")
    finally:
        os._exit(1)


def wait_until_others_sleep():
    """Waits until every thread but the calling one is in an interruptible sleep.

    A thread that has been started has yet to come to the gate. One that waits for the interpreter lock sleeps too, but
    gets it while this one is here.
    """
    time.sleep(0.01)
    own = str(threading.get_native_id())
    for thread in os.listdir("/proc/self/task"):
        while thread != own and not is_asleep(thread):
            time.sleep(0.0001)


def is_asleep(thread):
    """Whether the thread sleeps. One that has ended does."""
    try:
        with open(f"/proc/self/task/{thread}/stat", "rb", buffering=0) as stat:
            # The state follows the name, which is in parentheses and may contain some.
            return stat.read(4096).rpartition(b") ")[2].startswith(b"S")
    except (FileNotFoundError, ProcessLookupError):
        return True
