"""Asks on 50 connections at a time, as long as there is a server; waits for the next one otherwise."""

import asyncio
import contextlib


async def ask():
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", 7007)
            with contextlib.closing(writer):
                while True:
                    writer.write(b"x" * 64)
                    await reader.readexactly(64)
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.05)


async def main():
    await asyncio.gather(*(ask() for _ in range(50)))


asyncio.run(main())
