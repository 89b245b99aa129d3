"""The scenarios `switch-io` and `echo` as threads, with blocking reads and writes."""

import os
import socket
from time import monotonic_ns

from run import REQUEST_BYTES, allow_descriptors, open_both_ways


def pipe_ring(count):
    allow_descriptors(count)
    return [open_both_ways() for _ in range(count)]


def switch_io(run, index):
    counters, operations, read, write = run.counters, run.operations, os.read, os.write
    own, following = run.pipes[index], run.pipes[run.next(index)]
    if index != 0:
        read(own, 1)
        if not run.token & 63:
            run.received()
    while (token := run.token) < operations:
        counters[index] += 1
        token += 1
        run.token = token
        if not token & 63:
            run.handed = monotonic_ns()
        write(following, b"\1")
        read(own, 1)
        if not run.token & 63:
            run.received()
    run.finish(token)


def accept(address, count):
    allow_descriptors(count)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(count)
        connections = [server.accept()[0] for _ in range(count)]
    os.unlink(address)
    return connections


def echo(run, index):
    connection, counters = run.connections[index], run.counters
    try:
        while request := connection.recv(REQUEST_BYTES, socket.MSG_WAITALL):
            if len(request) < REQUEST_BYTES:
                break
            connection.sendall(request)
            counters[index] += 1
            run.answer()
    except ConnectionError:
        pass
    run.hang_up()
