"""One process of the rows of `benchmarks.budget`: asks a counting server through the budget, in one of several ways.

Prints a line of JSON when it is ready, waits for the time of the start on its standard input, and prints what it measured.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, cast

import anyio.to_thread

from benchmarks.contest_worker import Connection, build
from benchmarks.ours import Ours
from benchmarks.rivals import Sent, Setup
from mcp_server.budget.groups import Purpose
from mcp_server.state.blobs import Blobs
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.store.read_through import Question, ReadThrough, WordCodec

SERVER = "sliding-log"
Report = dict[str, Any]


async def ask(line: Connection, permission: AbstractAsyncContextManager[Sent]) -> float:
    """One request; seconds waited for the permission."""
    began = time.monotonic()
    async with permission as sent:
        waited = time.monotonic() - began
        status, headers, _ = await line.get(f"/{SERVER}/items")
        sent.answered(status, headers)
    return waited


async def mixed(asked: argparse.Namespace) -> Report:
    """Requests of one purpose: as many as possible, or at random `--every` seconds on average."""
    ours, line = Ours(setup(asked)), await Connection.open(asked.port, str(asked.worker))
    purpose = cast("Purpose", asked.purpose)
    chance = random.Random(asked.worker)  # noqa: S311 - when to ask, not a secret
    waits: list[float] = []
    end = await started() + asked.seconds
    while time.monotonic() < end:
        if asked.every:
            await asyncio.sleep(chance.expovariate(1 / asked.every))
        waits.append(await ask(line, ours.permission(SERVER, purpose)))
    # Until somebody has asked interactively nothing is kept back for that.
    return summary(waits[3:])


async def permissions(asked: argparse.Namespace) -> Report:
    """Permissions alone, with plenty of slots: how long one takes."""
    contender = build(asked.contender, setup(asked))
    async with contender.permission("warm-up") as sent:
        sent.answered(200, {})
    took: list[float] = []
    end = await started() + asked.seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        async with contender.permission(SERVER) as sent:
            took.append(time.perf_counter() - began)
            sent.answered(200, {})
    return {**summary(took), "thread_s": statistics.median([await hand_over() for _ in range(500)])}


async def hand_over() -> float:
    """Seconds until a thread has done nothing and the event loop knows it."""
    began = time.perf_counter()
    await anyio.to_thread.run_sync(int)
    return time.perf_counter() - began


def summary(seconds: list[float]) -> Report:
    """What is told of many times."""
    ascending = sorted(seconds)
    at = {f"p{share}_s": ascending[len(ascending) * share // 100] for share in (50, 95, 99)} if ascending else {}
    return {**at, "max_s": max(ascending, default=0.0), "count": len(ascending)}


async def stepped(asked: argparse.Namespace) -> Report:
    """As many requests as possible, while the wall clock is set by `--step` seconds in the middle."""
    middle = [float("inf")]
    clock = Clock(wall=lambda: time.time() + (asked.step if time.monotonic() > middle[0] else 0.0))
    ours, line = Ours(setup(asked), clock), await Connection.open(asked.port, str(asked.worker))
    start = await started()
    middle[0] = start + asked.seconds / 2
    while time.monotonic() < start + asked.seconds:
        await ask(line, ours.permission(SERVER))
    return {}


async def flights(asked: argparse.Namespace) -> Report:
    """Asks for the same things as all the others, at the same time."""
    clock = Clock()
    line = await Connection.open(asked.port, str(asked.worker))
    cells = SqliteCells(lambda: asked.shared, clock)
    blobs: Blobs = SqliteBlobs(lambda: asked.shared, clock)
    known = ReadThrough(cells, blobs, clock)

    async def upstream() -> str:
        _, _, body = await line.get("/bucket-n/items")
        return body.decode()

    await started()
    for number in range(asked.keys):
        await known.read(Question(f"thing {number}", upstream, WordCodec(), lambda _: 60.0))
    return {}


WAYS: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, Report]]] = {
    "mixed": mixed,
    "permissions": permissions,
    "stepped": stepped,
    "flights": flights,
}


def setup(asked: argparse.Namespace) -> Setup:
    """What a contender is told."""
    return Setup(asked.limit, asked.window, asked.shared, asked.redis or None, asked.worker)


async def started() -> float:
    """Says that we are ready and waits for the start, on the monotonic clock."""
    print(json.dumps({"ready": True}), flush=True)
    start = float(await asyncio.to_thread(sys.stdin.readline))
    await asyncio.sleep(start - time.monotonic())
    return start


def main() -> None:
    """Reads the command line that `benchmarks.bar` wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--window", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--redis", default="")
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--contender", default="benchmarks.ours:Ours")
    parser.add_argument("--purpose", default="interactive")
    parser.add_argument("--every", type=float, default=0.0)
    parser.add_argument("--step", type=float, default=0.0)
    parser.add_argument("--keys", type=int, default=20)
    asked = parser.parse_args()
    try:
        report = asyncio.run(WAYS[asked.way](asked))
    except ImportError as missing:
        report = {"missing": str(missing)}
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
