"""The scenarios `switch-io` and `echo` as tasks of asyncio, by its streams."""

import asyncio
import os
from time import monotonic_ns

from run import REQUEST_BYTES, allow_descriptors, open_both_ways


async def switch_io(run, index):
    """Reads through a stream; a write to a pipe with room in it needs no more than the system call."""
    counters, operations, read, write = run.counters, run.operations, run.readers[index].readexactly, os.write
    following = run.pipes[run.next(index)]
    if index != 0:
        await read(1)
        if not run.token & 63:
            run.received()
    while (token := run.token) < operations:
        counters[index] += 1
        token += 1
        run.token = token
        if not token & 63:
            run.handed = monotonic_ns()
        write(following, b"\1")
        await read(1)
        if not run.token & 63:
            run.received()
    run.finish(token)


async def connect_pipes(run):
    allow_descriptors(run.tasks)
    for _ in range(run.tasks):
        pipe = open_both_ways(os.O_NONBLOCK)
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await run.loop.connect_read_pipe(lambda protocol=protocol: protocol, os.fdopen(pipe, "rb", 0))
        run.pipes.append(pipe)
        run.readers.append(reader)
        run.transports.append(transport)


async def listen(run, address):
    """Accepts the connections. Their tasks do not wait at the gate but in reading, as those of servers do."""
    allow_descriptors(run.tasks)

    async def serve(reader, writer):
        index = run.arrived
        run.arrive()
        try:
            while True:
                request = await reader.readexactly(REQUEST_BYTES)
                writer.write(request)
                await writer.drain()
                run.counters[index] += 1
                run.answer()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        run.hang_up()

    server = await asyncio.start_unix_server(serve, address, backlog=run.tasks)
    await run.all_arrived
    server.close()
    os.unlink(address)
