"""What a change of cells in Redis leaves behind."""

from collections.abc import Callable, Sequence

import pytest

from mcp_server.state.cells import Cell, Cells, Moment, Rule
from mcp_server.state.redis_cells import CELLS
from mcp_server.state.redis_link import EPOCH, PREFIX
from tests.state.redis.server import RedisServer

pytestmark = pytest.mark.anyio

OpenCells = Callable[[], Cells]
KEEP_S = 1000.0


def to(*values: Cell) -> Rule[list[Cell]]:
    """Sets cells, and gives what they held."""
    return lambda _moment, cells: (values, list(cells))


def look(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], tuple[Moment, list[Cell]]]:
    return cells, (moment, list(cells))


async def held(cells: Cells, *names: str) -> list[Cell]:
    return (await cells.change(names, look, KEEP_S))[1]


async def test_several_cells_change_together_and_everybody_sees_it(server: RedisServer, open_cells: OpenCells) -> None:
    assert await open_cells().change(["a", "b"], to(b"1", b"\0\xff\r\n"), KEEP_S) == [None, None]
    assert await open_cells().change(["b", "a", "c"], to(None, b"", None), KEEP_S) == [b"\0\xff\r\n", b"1", None]
    assert await held(open_cells(), "a", "b", "c") == [b"", None, None]
    assert len(server.keys(f"{CELLS}*")) == 1


async def test_a_value_like_the_marks_of_the_script_is_a_value_like_any_other(
    server: RedisServer, open_cells: OpenCells
) -> None:
    cells = open_cells()
    values = [b"-", b".", b"=", b"=-", b""]
    for value in values:
        await cells.change(["a", "b"], to(value, b"b"), KEEP_S)
        assert await held(cells, "a", "b") == [value, b"b"]
    assert len(server.keys(f"{CELLS}*")) == 2


async def test_the_moment_is_the_time_of_the_server(server: RedisServer, open_cells: OpenCells) -> None:
    before = server.ask("TIME")
    moment, _ = await open_cells().change(["a"], look, KEEP_S)
    after = server.ask("TIME")
    assert before[0] + before[1] / 1e6 <= moment.now <= after[0] + after[1] / 1e6
    assert moment.wall == moment.now
    assert moment.epoch == server.ask("GET", EPOCH)
    assert not moment.alone


async def test_cells_that_do_not_change_are_not_written(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a", "b"], to(b"1", b"1"), KEEP_S)
    written = server.ask("INFO", "persistence")["rdb_changes_since_last_save"]
    server.ask("CONFIG", "RESETSTAT")
    await held(cells, "a", "b", "none")
    assert server.ask("INFO", "commandstats")["cmdstat_evalsha"]["calls"] == 1
    assert server.ask("INFO", "persistence")["rdb_changes_since_last_save"] == written
    await cells.change(["a", "b"], lambda _, held: ([b"2", held[1]], None), 10 * KEEP_S)
    assert server.ask("INFO", "persistence")["rdb_changes_since_last_save"] == written + 1
    assert await held(cells, "a", "b") == [b"2", b"1"]


async def test_a_cell_lapses_after_as_long_as_it_is_to_be_kept(server: RedisServer, open_cells: OpenCells) -> None:
    cells = open_cells()
    await cells.change(["a"], to(b"1"), 90.5)
    (key,) = server.keys(f"{CELLS}*")
    assert 80_000 < server.ask("PTTL", key) <= 90_500
    await cells.change(["a"], to(b"2"), 3600.0)
    assert 3_590_000 < server.ask("PTTL", key) <= 3_600_000
    server.ask("PEXPIREAT", key, 1)
    assert await held(cells, "a") == [None]


async def test_the_epoch_does_not_lapse(server: RedisServer, open_cells: OpenCells) -> None:
    await open_cells().change(["a"], to(b"1"), 1.0)
    assert server.ask("PTTL", EPOCH) == -1


async def test_a_rewrite_changes_every_cell_and_leaves_how_long_it_is_kept(
    server: RedisServer, open_cells: OpenCells
) -> None:
    cells = open_cells()
    await cells.change(["a", "b", "c"], to(b"keep", b"raise", b"drop"), KEEP_S)
    await open_cells().rewrite({b"keep": b"keep", b"raise": b"raised", b"drop": None}.__getitem__)
    assert await held(cells, "a", "b", "c") == [b"keep", b"raised", None]
    lefts = [server.ask("PTTL", key) for key in server.keys(f"{CELLS}*")]
    assert all(900_000 < left <= 1_000_000 for left in lefts)
    assert len(lefts) == 2


async def test_a_rewrite_looks_at_cells_alone_and_at_all_of_them(server: RedisServer, open_cells: OpenCells) -> None:
    names = [f"cell {number}" for number in range(300)]
    await open_cells().change(names, to(*[name.encode() for name in names]), KEEP_S)
    server.ask("SET", "somebody else's", "value")
    server.ask("SET", f"{PREFIX}blob:1", "value")
    seen: list[bytes] = []

    def note(value: bytes) -> bytes:
        seen.append(value)
        return value

    await open_cells().rewrite(note)
    assert sorted(seen) == sorted(name.encode() for name in names)


async def test_a_cell_that_is_deleted_or_changed_during_a_rewrite_stays_as_it_then_is(
    server: RedisServer, open_cells: OpenCells
) -> None:
    await open_cells().change(["a", "b", "c"], to(b"1", b"1", b"1"), KEEP_S)
    keys = server.keys(f"{CELLS}*")
    seen: list[bytes] = []

    def meddle(value: bytes) -> bytes:
        seen.append(value)
        if len(seen) == 1:
            for key in keys:
                server.ask("SET", key, b"theirs")
        if len(seen) == 2:
            server.ask("DEL", *keys)
        return b"ours"

    await open_cells().rewrite(meddle)
    assert seen == [b"1", b"theirs"]
    assert server.keys(f"{CELLS}*") == []
