"""Disks that are full, files and folders that may not be written or are not ours."""

import os
import resource
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_cells import FILE, SqliteCells
from tests.state.other_process import done
from tests.state.rules import KEEP_S, add_one, look, put
from tests.state.users import bound_by_modes, give_away

pytestmark = pytest.mark.anyio


@pytest.fixture
async def cells(tmp_path: Path) -> AsyncGenerator[SqliteCells]:
    made = SqliteCells(lambda: tmp_path, Clock())
    yield made
    await made.aclose()


@contextmanager
def no_file_longer_than(size: int) -> Generator[None]:
    """As on a full disk, writing fails; Python ignores the signal that would end the process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def add(cells: SqliteCells, *names: str) -> int:
    return await cells.change(names or ["count"], add_one, KEEP_S)


async def test_a_full_disk_is_told_and_nothing_is_lost(cells: SqliteCells, tmp_path: Path) -> None:
    await add(cells)
    with no_file_longer_than(100):
        for _ in range(2):
            with pytest.raises(StateUnavailable, match=r"SQLite says SQLITE_(FULL|IOERR)"):
                await add(cells)
    assert await add(cells) == 2
    assert await done("count", tmp_path, 1) == ["3"]


async def test_a_disk_that_is_full_from_the_start_is_told(cells: SqliteCells) -> None:
    with no_file_longer_than(100), pytest.raises(StateUnavailable, match=r"SQLite says SQLITE_(FULL|IOERR)"):
        await add(cells)
    assert await add(cells) == 1


async def test_a_disk_that_fills_up_keeps_whole_changes_only(cells: SqliteCells, tmp_path: Path) -> None:
    names, kept, full = [f"cell {number}" for number in range(10)], 0, False
    with no_file_longer_than(300_000):
        while not full:
            try:
                await cells.change(names, put(*[b"%05d" % kept * 400] * len(names)), KEEP_S)
            except StateUnavailable:
                full = True
            else:
                kept += 1
    assert kept > 1
    values = await cells.change(names, look, KEEP_S)
    assert set(values) == {b"%05d" % (kept - 1) * 400}
    assert await done("count", tmp_path, 1) == ["1"]


async def test_a_read_only_folder_is_told_and_used_again_when_it_is_not() -> None:
    with bound_by_modes() as folder:
        cells = SqliteCells(lambda: folder, Clock())
        await add(cells)
        await cells.aclose()
        folder.chmod(0o500)
        with pytest.raises(StateUnavailable, match="it cannot be written to"):
            await add(cells)
        folder.chmod(0o700)
        assert await add(cells) == 2
        await cells.aclose()


async def test_a_folder_that_becomes_read_only_does_not_stop_those_who_have_the_file_open() -> None:
    with bound_by_modes() as folder:
        cells = SqliteCells(lambda: folder, Clock())
        await add(cells)
        folder.chmod(0o500)
        assert await add(cells) == 2
        folder.chmod(0o700)
        await cells.aclose()


def damage_all_but_the_first_page(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(size - 4096))


async def test_a_damaged_file_in_a_read_only_folder_is_told_until_it_can_be_deleted() -> None:
    names = [f"cell {number}" for number in range(500)]
    with bound_by_modes() as folder:
        cells = SqliteCells(lambda: folder, Clock())
        await add(cells, *names)
        await cells.aclose()
        # Opens the file and reads few of its pages.
        assert await cells.change([], look, KEEP_S) == []
        damage_all_but_the_first_page(folder / FILE)
        folder.chmod(0o500)
        with pytest.raises(StateUnavailable, match="it cannot be used: Permission denied"):
            await add(cells, *names)
        folder.chmod(0o700)
        with pytest.raises(StateUnavailable, match="SQLite says SQLITE_CORRUPT"):
            await add(cells, *names)
        assert await add(cells, *names) == 1
        await cells.aclose()


async def test_a_file_that_may_only_be_read_is_made_anew() -> None:
    with bound_by_modes() as folder:
        cells = SqliteCells(lambda: folder, Clock())
        await add(cells)
        await cells.aclose()
        (folder / FILE).chmod(0o400)
        with pytest.raises(StateUnavailable, match="SQLite says SQLITE_READONLY"):
            await add(cells)
        assert await add(cells) == 1
        await cells.aclose()


@pytest.mark.parametrize("name", [FILE, f"{FILE}.lock"])
async def test_somebody_elses_file_is_told_and_left_alone(name: str, cells: SqliteCells, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"theirs")
    give_away(tmp_path / name)
    with pytest.raises(StateUnavailable, match="it belongs to another user"):
        await add(cells)
    assert (tmp_path / name).read_bytes() == b"theirs"


@pytest.mark.parametrize("name", [FILE, f"{FILE}.lock"])
async def test_what_a_link_in_a_files_place_points_to_is_left_alone(
    name: str, cells: SqliteCells, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_bytes(b"")
    (tmp_path / name).symlink_to("mine")
    with pytest.raises(StateUnavailable, match=name.replace(".", r"\.")):
        await add(cells)
    assert (tmp_path / "mine").read_bytes() == b""


@pytest.mark.parametrize("name", [FILE, f"{FILE}.lock", f"{FILE}-wal"])
async def test_a_folder_in_a_files_place_is_told(name: str, cells: SqliteCells, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(
        StateUnavailable, match=r"cells\.db(\.lock)? (is not a file|cannot be opened)|SQLITE_(CANTOPEN|IOERR)"
    ):
        await add(cells)
    (tmp_path / name).rmdir()
    assert await add(cells) == 1


@pytest.mark.parametrize("name", [FILE, f"{FILE}.lock"])
async def test_a_pipe_in_a_files_place_is_told_and_holds_nobody_up(
    name: str, cells: SqliteCells, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(StateUnavailable, match=rf"{name} is not a file"):
        await add(cells)
