"""Cancelled at whatever await, a reader or a starter leaves nothing behind that holds others up, and loses nothing paid."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest

from mcp_server.state.blobs import Blobs, MemoryBlobs
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.store.begun import Begun
from mcp_server.store.flights import Flight
from mcp_server.store.read_through import ReadThrough
from tests.store.cut_short import cut_short
from tests.store.upstream import Upstream

pytestmark = pytest.mark.anyio


@dataclass
class Ground:
    """Shared state."""

    cells: Cells
    blobs: Blobs
    clock: Clock


@pytest.fixture(params=["memory", "sqlite"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Ground]:
    clock = Clock()
    if request.param == "memory":
        yield Ground(MemoryCells(clock), MemoryBlobs(clock), clock)
        return
    cells, blobs = SqliteCells(lambda: tmp_path, clock), SqliteBlobs(lambda: tmp_path, clock)
    yield Ground(cells, blobs, clock)
    await cells.aclose()
    await blobs.aclose()


async def at_each_await(
    work: Callable[[int], Coroutine[Any, Any, object]], then: Callable[[int], Awaitable[None]]
) -> int:
    """Does the work again and again, cancelled at its first await, its second and so on; how many there are."""
    at = 1
    while await cut_short(work(at), at):
        await then(at)
        at += 1
    return at - 1


async def nobody_leads(ground: Ground, key: str) -> None:
    flight = Flight.to(key, ground.cells, ground.clock)
    assert (await flight.enter()).lead
    await flight.leave()


async def test_a_reader_cancelled_at_any_await_neither_leads_nor_holds_up_the_next(ground: Ground) -> None:
    reader = ReadThrough(ground.cells, ground.blobs, ground.clock)
    upstreams: dict[int, Upstream] = {}

    def read(at: int) -> Coroutine[Any, Any, object]:
        upstreams[at] = Upstream()
        return reader.read(upstreams[at].question(f"key {at}"))

    async def then(at: int) -> None:
        await nobody_leads(ground, f"key {at}")
        asked = upstreams[at].asked
        with anyio.fail_after(5):
            assert await reader.read(upstreams[at].question(f"key {at}")) in {f"answer {asked}", f"answer {asked + 1}"}
        assert upstreams[at].asked <= 2

    assert await at_each_await(read, then) >= 2


async def test_a_reader_cancelled_while_it_waits_for_another_does_not_hold_up_the_next(ground: Ground) -> None:
    leader, reader = (ReadThrough(ground.cells, ground.blobs, ground.clock) for _ in range(2))
    upstream = Upstream(go_on=anyio.Event())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(leader.read, upstream.question())
        await upstream.under_way.wait()
        for at in range(1, 7):
            assert await cut_short(reader.read(upstream.question()), at)
        assert upstream.go_on
        upstream.go_on.set()
        with anyio.fail_after(5):
            assert await reader.read(upstream.question()) == "answer 1"
    assert upstream.asked == 1


async def test_a_reader_that_looks_first_at_what_another_kept_leaves_the_lead_wherever_it_is_cancelled(
    ground: Ground,
) -> None:
    reader = ReadThrough(ground.cells, ground.blobs, ground.clock)
    upstream = Upstream()

    def read(at: int) -> Coroutine[Any, Any, object]:
        async def ended_then_read() -> None:
            flight = Flight.to(f"key {at}", ground.cells, ground.clock)
            await flight.enter()
            await flight.leave()
            await reader.read(upstream.question(f"key {at}"))

        return ended_then_read()

    async def then(at: int) -> None:
        await nobody_leads(ground, f"key {at}")

    assert await at_each_await(read, then) >= 2


async def test_whoever_is_cancelled_at_any_await_of_a_start_never_pays_twice(ground: Ground) -> None:
    begun = Begun(ground.cells, ground.clock, 600.0)
    sent: dict[int, int] = {}

    async def start(at: int) -> tuple[int, bool]:
        async def send() -> int:
            sent[at] = sent.get(at, 0) + 1
            await anyio.lowlevel.checkpoint()
            return at

        async def usable(_: int) -> bool:
            await anyio.lowlevel.checkpoint()
            return True

        return await begun.once(f"key {at}", send, usable)

    async def then(at: int) -> None:
        before = sent.get(at, 0)
        with anyio.fail_after(5):
            assert await start(at) == (at, before == 1)
        assert sent[at] == 1

    assert await at_each_await(start, then) >= 2
    with anyio.fail_after(5):
        assert (await start(1))[1]
