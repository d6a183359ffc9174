"""Whatever becomes of the file, the next use or the one after it works, and nothing but `StateUnavailable` is raised."""

import hashlib
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.clock import Clock
from mcp_server.state.database import SCHEMA_VERSION
from mcp_server.state.sqlite_cells import FILE, SqliteCells
from tests.state.contents import modes
from tests.state.other_process import done
from tests.state.rules import KEEP_S, add_one, look, when

pytestmark = pytest.mark.anyio

PAGE = 4096


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
async def cells(directory: Path) -> AsyncGenerator[SqliteCells]:
    made = SqliteCells(lambda: directory, Clock())
    yield made
    await made.aclose()


async def add(cells: SqliteCells, *names: str) -> int:
    return await cells.change(names or ["count"], add_one, KEEP_S)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def use(directory: Path, *statements: str) -> None:
    """What a foreign program does to the file."""
    directory.mkdir(mode=0o700, exist_ok=True)
    connection = sqlite3.connect(directory / FILE, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def test_files_are_for_their_owner_only(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    assert modes(directory) == dict.fromkeys([FILE, f"{FILE}-shm", f"{FILE}-wal", f"{FILE}.lock"], 0o600)
    assert mode(directory) == 0o700


def delete_the_file(directory: Path) -> None:
    (directory / FILE).unlink()


def delete_all_files(directory: Path) -> None:
    for path in directory.iterdir():
        path.unlink()


def delete_the_directory(directory: Path) -> None:
    shutil.rmtree(directory)


def put_another_in_its_place(directory: Path) -> None:
    directory.rename(directory.with_name("away"))
    directory.mkdir(mode=0o755)


@pytest.mark.parametrize(
    "deletion", [delete_the_file, delete_all_files, delete_the_directory, put_another_in_its_place]
)
async def test_what_is_deleted_while_it_is_open_is_made_anew_and_shared(
    deletion: Callable[[Path], None], cells: SqliteCells, directory: Path
) -> None:
    before = (await cells.change([], when, KEEP_S)).epoch
    await add(cells)
    deletion(directory)
    assert await add(cells) == 1
    assert await done("count", directory, 1) == ["2"]
    assert await add(cells) == 3
    assert (await cells.change([], when, KEEP_S)).epoch != before
    assert mode(directory) == 0o700


async def test_what_others_have_made_anew_meanwhile_is_used(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    delete_the_directory(directory)
    assert await done("count", directory, 1) == ["1"]
    assert await add(cells) == 2


def put_a_link_in_its_place(directory: Path) -> None:
    directory.rename(directory.with_name("away"))
    directory.with_name("elsewhere").mkdir()
    directory.symlink_to("elsewhere")


async def test_a_link_in_the_place_of_the_deleted_directory_is_not_followed(
    cells: SqliteCells, directory: Path
) -> None:
    await add(cells)
    put_a_link_in_its_place(directory)
    with pytest.raises(StateUnavailable, match="it is a symbolic link"):
        await add(cells)


async def test_a_file_that_is_moved_away_and_back_is_used_again(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    (directory / FILE).rename(directory / "away")
    (directory / FILE).mkdir()
    with pytest.raises(StateUnavailable, match=r"cells\.db is not a file"):
        await add(cells)
    (directory / FILE).rmdir()
    (directory / "away").rename(directory / FILE)
    assert await add(cells) == 2


def cut(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at]


def replace(by: Callable[[int], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: by(len(data))


def overwrite(start: int, stop: int, by: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:start] + (by * (stop - start))[: stop - start] + data[stop:]


def exchange(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def damage(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    return damage


DAMAGES = {
    "emptied": cut(0),
    "cut in the header": cut(50),
    "cut after the first page": cut(PAGE),
    "cut in the last page": cut(-100),
    "garbage": replace(hashlib.shake_128(b"garbage").digest),
    "zeros": replace(bytes),
    "no database": overwrite(0, 16, b"x"),
    "a format of tomorrow": overwrite(18, 20, b"\x03"),
    "a write format of tomorrow": overwrite(18, 19, b"\x03"),
    "a schema format of tomorrow": overwrite(44, 48, b"\x09"),
    "another table": exchange(b"CREATE TABLE cells", b"CREATE TABLE sells"),
    "another column": exchange(b"value BLOB", b"worth BLOB"),
    "a schema that is no text": exchange(b"CREATE TABLE cells", b"CREATE TABL\xff cells"),
    "a schema that is no SQL": exchange(b"CREATE TABLE cells", b"CREATE TABEL cells"),
    "a page of zeros": overwrite(2 * PAGE, 3 * PAGE, b"\0"),
    "a page of garbage": overwrite(3 * PAGE, 4 * PAGE, b"\xa5"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_file_fails_once_at_most_and_is_made_anew(
    damage: Callable[[bytes], bytes], cells: SqliteCells, directory: Path
) -> None:
    names = [f"cell {number}" for number in range(500)]
    await add(cells, *names)
    await cells.aclose()
    (directory / FILE).write_bytes(damage((directory / FILE).read_bytes()))
    counts: list[int] = []
    refusals: list[str] = []
    # Some damages do no harm, and some are seen only when what is beside them is changed a second time.
    for _ in range(3):
        try:
            counts.append(await add(cells, *names))
        except StateUnavailable as exc:
            refusals.append(str(exc))
    assert len(refusals) <= 1
    assert all(refusal.startswith(("SQLite says SQLITE_", "it is damaged")) for refusal in refusals)
    count = counts[-1]
    another = SqliteCells(lambda: directory, Clock())
    assert await add(another, *names) == count + 1
    assert await add(cells, *names) == count + 2
    await another.aclose()


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
async def test_garbage_that_a_killed_process_left_beside_the_file_does_no_harm(
    suffix: str, cells: SqliteCells, directory: Path
) -> None:
    await add(cells)
    await cells.aclose()
    (directory / f"{FILE}{suffix}").write_bytes(hashlib.shake_128(b"garbage").digest(50_000))
    assert await add(cells) == 2


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
async def test_a_file_of_another_layout_is_thrown_away(version: int, cells: SqliteCells, directory: Path) -> None:
    use(
        directory,
        "CREATE TABLE cells (something, completely, different)",
        "CREATE TABLE more (x INTEGER PRIMARY KEY)",
        "INSERT INTO more VALUES (1)",
        f"PRAGMA user_version = {version}",
    )
    assert [await add(cells), await add(cells)] == [1, 2]
    await cells.aclose()
    assert b"something" not in (directory / FILE).read_bytes()


@pytest.mark.parametrize(
    "foreign",
    ["CREATE VIEW cells AS SELECT 1", "CREATE TABLE x (y INTEGER PRIMARY KEY AUTOINCREMENT)"],
    ids=["view", "table of SQLite's own"],
)
async def test_what_cannot_be_thrown_away_singly_goes_with_the_file(
    foreign: str, cells: SqliteCells, directory: Path
) -> None:
    use(directory, foreign)
    with pytest.raises(StateUnavailable, match="SQLite says SQLITE_ERROR"):
        await add(cells)
    assert await add(cells) == 1


@pytest.mark.parametrize("statement", ["DELETE FROM installation", "UPDATE installation SET key = 'text'"])
async def test_without_its_key_a_file_is_made_anew(statement: str, cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    await cells.aclose()
    use(directory, statement)
    assert [await add(cells), await add(cells)] == [1, 2]


async def test_while_a_foreign_program_has_it_for_itself_it_cannot_be_used(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    foreign = sqlite3.connect(directory / FILE, isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")
    for _ in range(2):
        with pytest.raises(StateUnavailable, match="SQLite says SQLITE_BUSY"):
            await add(cells)
    foreign.execute("ROLLBACK")
    foreign.close()
    assert await add(cells) == 2


async def test_a_foreign_program_that_only_reads_holds_nobody_up(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    foreign = sqlite3.connect(directory / FILE, isolation_level=None)
    foreign.execute("BEGIN")
    assert foreign.execute("SELECT count(*) FROM cells").fetchone() == (1,)
    assert await add(cells) == 2
    foreign.close()


async def test_a_cell_of_another_key_is_not_found(cells: SqliteCells, directory: Path) -> None:
    await add(cells)
    use(directory, "UPDATE installation SET key = randomblob(16)")
    await cells.aclose()
    assert await cells.change(["count"], look, KEEP_S) == [None]
