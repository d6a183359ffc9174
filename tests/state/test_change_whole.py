"""A change of cells in a file is done whole whoever is cancelled, and nobody waits for ever for one that does not end."""

import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state import database
from mcp_server.state.cells import Cell, Moment
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_cells import SqliteCells
from tests.state.other_process import other
from tests.state.rules import KEEP_S, look, put

pytestmark = pytest.mark.anyio

GIVEN_UP = r"an earlier change has not ended|it is held by another program for over 0\.4 s"


@pytest.fixture
async def cells(tmp_path: Path) -> AsyncGenerator[SqliteCells]:
    made = SqliteCells(lambda: tmp_path, Clock())
    yield made
    await made.aclose()


class Slow:
    """A rule that waits in the middle of its change until it is let go."""

    def __init__(self) -> None:
        self.inside, self.let_go = threading.Event(), threading.Event()

    def __call__(self, _: Moment, __: Sequence[Cell]) -> tuple[Sequence[Cell], str]:
        self.inside.set()
        # Bounded, so that a change that is not given up on fails the test instead of stopping the run.
        self.let_go.wait(15)
        return [b"1", b"1"], "result"

    async def reached(self) -> None:
        await anyio.to_thread.run_sync(self.inside.wait)


async def held(cells: SqliteCells) -> list[Cell]:
    return await cells.change(["a", "b"], look, KEEP_S)


async def held_when_it_works_again(cells: SqliteCells) -> list[Cell]:
    while True:
        try:
            return await held(cells)
        except StateUnavailable:
            await anyio.lowlevel.checkpoint()


async def test_a_change_that_is_cancelled_before_it_starts_is_done_whole(cells: SqliteCells) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await cells.change(["a", "b"], put(b"1", b"1"), KEEP_S)
    assert await held(cells) == [b"1", b"1"]


async def test_a_change_that_is_cancelled_in_the_middle_is_waited_for_and_done_whole(cells: SqliteCells) -> None:
    slow, scope, results = Slow(), anyio.CancelScope(), list[str]()

    async def caller() -> None:
        with scope:
            results.append(await cells.change(["a", "b"], slow, KEEP_S))
            await anyio.lowlevel.checkpoint()
            results.append("never reached")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(caller)
        await slow.reached()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert results == []
        slow.let_go.set()
    assert results == ["result"]
    assert scope.cancelled_caught
    assert await held(cells) == [b"1", b"1"]


async def test_a_change_that_is_cancelled_while_it_waits_for_another_is_done_whole(cells: SqliteCells) -> None:
    slow, scope, steps = Slow(), anyio.CancelScope(), list[str]()

    async def waits() -> None:
        with scope:
            await cells.change(["b", "c"], put(b"2", b"2"), KEEP_S)
            steps.append("done")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(cells.change, ["a", "b"], slow, KEEP_S)
        await slow.reached()
        tasks.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert steps == []
        slow.let_go.set()
    assert steps == ["done"]
    assert await cells.change(["a", "b", "c"], look, KEEP_S) == [b"1", b"2", b"2"]


async def test_changes_of_one_process_are_done_one_at_a_time(cells: SqliteCells) -> None:
    inside, most = 0, 0

    def rule(_: Moment, before: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        inside -= 1
        return [b"%d" % (int(before[0] or b"0") + 1)], None

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(cells.change, ["a"], rule, KEEP_S)
    assert (await held(cells), most) == ([b"50", None], 1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "STUCK_S", 0.4)
    monkeypatch.setattr(database, "FOREIGN_S", 0.05)


@asynccontextmanager
async def stuck(cells: SqliteCells) -> AsyncGenerator[None]:
    """Inside, a change has been given up on and has not ended."""
    slow = Slow()
    try:
        with pytest.raises(StateUnavailable, match=GIVEN_UP):
            await cells.change(["a", "b"], slow, KEEP_S)
        yield
    finally:
        slow.let_go.set()


@pytest.mark.usefixtures("impatient")
async def test_behind_a_change_that_does_not_end_nobody_waits_for_ever(cells: SqliteCells) -> None:
    async with stuck(cells):
        with anyio.fail_after(10), pytest.raises(StateUnavailable, match=GIVEN_UP):
            await cells.change(["a", "b"], put(b"2", b"2"), KEEP_S)
    assert await held_when_it_works_again(cells) == [b"1", b"1"]


@pytest.mark.usefixtures("impatient")
async def test_closing_leaves_a_change_that_does_not_end_its_file(cells: SqliteCells) -> None:
    async with stuck(cells):
        await cells.aclose()
    assert await held_when_it_works_again(cells) == [b"1", b"1"]


@pytest.mark.usefixtures("impatient")
async def test_behind_a_process_that_does_not_end_its_change_nobody_waits_for_ever(
    cells: SqliteCells, tmp_path: Path
) -> None:
    async with other("stop_half_way", tmp_path) as process:
        await process.line()
        for _ in range(2):
            with anyio.fail_after(10), pytest.raises(StateUnavailable, match=GIVEN_UP):
                await held(cells)
        await process.kill()
    assert await held_when_it_works_again(cells) == [None, None]
