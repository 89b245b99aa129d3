"""The same with a coroutine for each connection."""

import asyncio
import contextlib

REQUESTS = 10_000
answered = 0


async def serve(reader, writer, done):
    global answered
    # At the end of the program all that is left is cancelled.
    with contextlib.suppress(asyncio.CancelledError):
        while request := await reader.read(64):
            writer.write(request)
            await writer.drain()
            answered += 1
            if answered == REQUESTS:
                done.set()


async def main():
    done = asyncio.Event()
    await asyncio.start_server(lambda reader, writer: serve(reader, writer, done), "127.0.0.1", 7007, backlog=128)
    await done.wait()


asyncio.run(main())
