"""Cells that somebody else changes between our look at them and our change."""

from collections.abc import Callable, Sequence
from itertools import count

import anyio
import anyio.to_thread
import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.cells import Cell, Cells, Moment
from mcp_server.state.redis_cells import CELLS, MAX_RACES
from tests.state.redis.processes import together
from tests.state.redis.server import RedisServer

pytestmark = pytest.mark.anyio

OpenCells = Callable[[], Cells]
KEEP_S = 1000.0
PROCESSES, TIMES = 8, 100


def one_more(_moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
    number = int(cells[0] or 0) + 1
    return [str(number).encode()], number


def one_more_of_each(_moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], list[int]]:
    numbers = [int(cell or 0) + 1 for cell in cells]
    return [str(number).encode() for number in numbers], numbers


async def test_a_lost_race_is_run_again_on_what_the_winner_left(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    (key,) = server.keys(f"{CELLS}*")
    seen: list[Cell] = []

    def outrun_twice(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
        seen.append(cells[0])
        if len(seen) < 3:
            server.ask("SET", key, str(len(seen) * 10))
        return one_more(moment, cells)

    assert await cells.change(["a"], outrun_twice, KEEP_S) == 21
    assert seen == [b"1", b"10", b"20"]
    assert server.ask("GET", key) == b"21"


async def test_whoever_loses_by_one_cell_changes_none(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    (key,) = server.keys(f"{CELLS}*")
    left: list[list[bytes]] = []

    def outrun_once(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], list[int]]:
        left.append(server.keys(f"{CELLS}*"))
        if len(left) == 1:
            server.ask("SET", key, "7")
        return one_more_of_each(moment, cells)

    assert await cells.change(["b", "a", "c"], outrun_once, KEEP_S) == [1, 8, 1]
    # When the first attempt had failed, the cells it was alone with were still absent.
    assert left == [[key], [key]]


@pytest.mark.parametrize("after", ["deleted", "made"])
async def test_a_cell_that_appears_or_vanishes_is_a_lost_race(
    server: RedisServer, open_cells: OpenCells, after: str
) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    (key,) = server.keys(f"{CELLS}*")
    if after == "made":
        server.ask("DEL", key)
    seen: list[Cell] = []

    def outrun_once(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
        seen.append(cells[0])
        if len(seen) == 1:
            server.ask(*(("DEL", key) if after == "deleted" else ("SET", key, "5")))
        return one_more(moment, cells)

    assert await cells.change(["a"], outrun_once, KEEP_S) == (1 if after == "deleted" else 6)
    assert seen == ([b"1", None] if after == "deleted" else [None, b"5"])


async def test_a_race_over_a_cell_we_only_looked_at_is_lost_too(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    (key,) = server.keys(f"{CELLS}*")
    seen: list[Cell] = []

    def copy(_moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
        seen.append(cells[0])
        if len(seen) == 1:
            server.ask("SET", key, "9")
        return [cells[0], cells[0]], None

    await cells.change(["a", "copy"], copy, KEEP_S)
    assert seen == [b"1", b"9"]
    assert {server.ask("GET", key) for key in server.keys(f"{CELLS}*")} == {b"9"}


async def test_whoever_loses_every_race_gives_up(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    (key,) = server.keys(f"{CELLS}*")
    applied = count()

    def always_outrun(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
        server.ask("SET", key, str(1000 + next(applied)))
        return one_more(moment, cells)

    with pytest.raises(StateUnavailable, match=r"^Redis: too many others change the same cells$"):
        await cells.change(["a"], always_outrun, KEEP_S)
    assert next(applied) == MAX_RACES
    assert server.ask("GET", key) == str(1000 + MAX_RACES - 1).encode()


async def test_a_race_that_is_lost_to_a_flush_begins_anew(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], one_more, KEEP_S)
    seen: list[tuple[bytes, Cell]] = []

    def flush_first(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
        seen.append((moment.epoch, cells[0]))
        if len(seen) == 1:
            server.ask("FLUSHALL")
        return one_more(moment, cells)

    assert await cells.change(["a"], flush_first, KEEP_S) == 1
    assert [cell for _, cell in seen] == [b"1", None]
    assert seen[0][0] != seen[1][0]
    assert await open_cells().change(["a"], one_more, KEEP_S) == 2


async def test_tasks_of_one_process_do_not_lose_changes_even_over_a_flush(
    server: RedisServer, open_cells: OpenCells
) -> None:
    cells = open_cells()
    await cells.change(["before"], one_more, KEEP_S)
    server.ask("FLUSHALL")
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(cells.change, ["a"], one_more, KEEP_S)
    assert await cells.change(["a"], one_more, KEEP_S) == 21
    assert len(server.keys(f"{CELLS}*")) == 1


async def test_a_change_that_was_begun_is_ended_before_cancellation(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    told: list[int] = []
    with anyio.CancelScope() as scope:

        def cancel(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
            scope.cancel()
            return one_more(moment, cells)

        told.append(await cells.change(["a"], cancel, KEEP_S))
    # Whoever was cancelled knows what it holds.
    assert told == [1]
    (key,) = server.keys(f"{CELLS}*")
    assert server.ask("GET", key) == b"1"


@pytest.mark.slow
async def test_processes_that_count_together_miss_nothing(server: RedisServer, open_cells: OpenCells) -> None:
    said = await anyio.to_thread.run_sync(together, [f"count {server.url} {TIMES}"] * PROCESSES)
    assert len(said) == PROCESSES
    assert f"{TIMES} {PROCESSES * TIMES} []" in said
    assert await open_cells().change(["count"], one_more, KEEP_S) == PROCESSES * TIMES + 1
