"""Cells in a file that several real processes use."""

import sqlite3
from pathlib import Path

import anyio
import pytest

from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_cells import FILE, SqliteCells
from tests.state.other_process import add, done, other
from tests.state.rules import KEEP_S, look, put

pytestmark = pytest.mark.anyio


@pytest.fixture
def cells(tmp_path: Path) -> SqliteCells:
    return SqliteCells(lambda: tmp_path, Clock())


def is_sound(directory: Path) -> bool:
    connection = sqlite3.connect(directory / FILE)
    (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return verdict == "ok"


@pytest.mark.slow
async def test_two_processes_that_count_in_one_cell_lose_nothing(cells: SqliteCells, tmp_path: Path) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(done, "count", tmp_path, 200)
    assert await add(cells, 0) == 400
    await cells.aclose()


@pytest.mark.slow
async def test_nothing_is_lost_while_others_close_and_open_the_file(cells: SqliteCells, tmp_path: Path) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(done, "open_and_close", tmp_path, 50)
        await add(cells, 100)
    assert await add(cells, 0) == 200
    await cells.aclose()


async def test_others_see_no_half_change_of_a_process_that_is_killed_in_the_middle_of_it(
    cells: SqliteCells, tmp_path: Path
) -> None:
    await cells.change(["a", "b"], put(b"before", b"before"), KEEP_S)
    async with other("stop_half_way", tmp_path) as process:
        assert await process.line() == "half"
        await process.kill()
    with anyio.fail_after(4):
        assert await cells.change(["a", "b"], look, KEEP_S) == [b"before", b"before"]
    await cells.aclose()


async def test_after_a_fork_parent_and_child_both_go_on(tmp_path: Path) -> None:
    assert await done("fork", tmp_path) == ["0", "201"]
    assert is_sound(tmp_path)


async def test_a_forked_child_that_closes_the_parents_file_does_no_harm(tmp_path: Path) -> None:
    assert await done("close_in_a_child", tmp_path) == ["0", "3"]
    assert is_sound(tmp_path)


async def test_a_forked_child_and_its_parent_see_each_others_changes_whoever_closes_first(tmp_path: Path) -> None:
    assert await done("keep_open_in_a_child", tmp_path) == ["0", "3"]
    assert is_sound(tmp_path)


async def test_forking_while_a_thread_changes_cells_loses_nothing(tmp_path: Path) -> None:
    assert await done("fork_while_counting", tmp_path) == ["[0, 0, 0, 0, 0]", "306"]
    assert is_sound(tmp_path)


@pytest.mark.slow
async def test_a_child_that_was_forked_in_the_middle_of_a_change_shares_nothing(tmp_path: Path) -> None:
    assert await done("fork_during_a_change", tmp_path) == ["an earlier change has not ended", "0"]
    assert is_sound(tmp_path)


@pytest.mark.slow
async def test_the_epoch_is_the_same_in_every_process_and_another_one_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    (one,), (two,), (three,) = [await done("epoch", path) for path in (tmp_path, tmp_path, tmp_path / "another")]
    assert one == two != three


@pytest.mark.slow
async def test_two_in_one_process_do_not_undo_each_others_locks(cells: SqliteCells, tmp_path: Path) -> None:
    # POSIX drops a process's locks on a file as soon as any descriptor of it is closed.
    assert await add(cells, 1) == 1
    second = SqliteCells(lambda: tmp_path, Clock())
    assert await add(second, 1) == 2
    await done("open_and_close", tmp_path, 1)
    assert await add(cells, 1) == 4
    assert await done("count", tmp_path, 1) == ["5"]
    assert await add(second, 1) == 6
    for each in (cells, second):
        await each.aclose()
    assert is_sound(tmp_path)
