"""One of the processes that hammer the servers through a contender; started by `benchmarks.contest`.

It prints a line when it is ready, waits for the time of the start on its standard input, and prints what it used.
"""

import argparse
import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.rivals import Contender, Setup


class Connection:
    """A kept-alive HTTP/1.1 connection to loopback that knows GET; as little as possible, two cores run everything."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: str) -> None:
        self._reader, self._writer, self._client = reader, writer, client

    @classmethod
    async def open(cls, port: int, client: str) -> "Connection":
        """Connects; `client` is the label in the server's journal."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
        return cls(reader, writer, client)

    async def get(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by their names in lower case, and the body."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nclient: {self._client}\r\n\r\n".encode("ascii"))
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(first.split(" ")[1]), headers, body


async def hammer(contender: Contender, server: str, connection: Connection, start: float) -> None:
    """One caller with endless demand from `start` on the monotonic clock."""
    await asyncio.sleep(start - time.monotonic())
    while True:
        async with contender.permission(server) as sent:
            status, headers, _ = await connection.get(f"/{server}/items")
            sent.answered(status, headers)


def stagger(servers: Sequence[str], window: float) -> dict[str, float]:
    """Seconds after the start at which each server's turn begins.

    Clients that send N at once each window would otherwise do so at all servers at once and drown this machine.
    """
    return {name: window * index / len(servers) for index, name in enumerate(servers)}


async def work(contender: Contender, asked: argparse.Namespace) -> None:
    """Connects everybody, then lets them loose at the start until the end of the contest.

    Before it, each process takes one permission that nobody judges: files are created, connections opened, scripts loaded.
    """
    callers = [
        (server, await Connection.open(asked.port, f"{asked.worker}-{caller}"))
        for server in asked.servers
        for caller in range(asked.tasks)
    ]
    async with contender.permission("warm-up") as sent:
        sent.answered(200, {})
    print(json.dumps({"note": contender.note}), flush=True)
    start = float(await asyncio.to_thread(sys.stdin.readline))
    delays = stagger(asked.servers, asked.window)
    tasks = [asyncio.create_task(hammer(contender, name, line, start + delays[name])) for name, line in callers]
    left = start + max(delays.values()) + asked.seconds - time.monotonic()
    failed, running = await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_EXCEPTION)
    for task in failed:
        task.result()
    for task in running:
        task.cancel()
    # Not a task group: a library that loses a cancellation would keep it waiting for ever.
    _, deaf = await asyncio.wait(running, timeout=1.0)
    await contender.aclose()
    print(json.dumps({"cpu_s": time.process_time(), "deaf": len(deaf)}), flush=True)


def build(where: str, setup: Setup) -> Contender:
    """Constructs the contender that `where` names as module:class.

    Raises:
        ImportError: It, or a library it needs, is not installed.
    """
    module, _, name = where.partition(":")
    made: Any = getattr(importlib.import_module(module), name)(setup)
    return made


async def enter(asked: argparse.Namespace) -> None:
    """Takes part, or says that the contender's library is missing."""
    setup = Setup(asked.limit, asked.window, asked.shared, asked.redis or None, asked.seed + asked.worker)
    try:
        contender = build(asked.contender, setup)
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    await work(contender, asked)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line that `benchmarks.contest` wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", required=True, help="module:class")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--servers", nargs="+", required=True)
    parser.add_argument("--limit", type=int, required=True)
    parser.add_argument("--window", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="from the start to the end")
    parser.add_argument("--tasks", type=int, required=True, help="callers of each server")
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--redis", default="")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--worker", type=int, required=True, help="which of the processes this is")
    with asyncio.Runner() as runner:
        runner.run(enter(parser.parse_args(arguments)))
        # Now, not after the runner: that would wait for every task and thread a library left behind.
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
