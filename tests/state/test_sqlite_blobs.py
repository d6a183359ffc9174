"""Blobs in a file: shared, gone when they shall be, and no trouble where the file is."""

import hashlib
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.database import Database
from mcp_server.state.sqlite_blobs import FILE, SCHEMA, SqliteBlobs
from tests.state.contents import all_bytes, modes
from tests.state.hands import Hands

pytestmark = pytest.mark.anyio

TTL_S = 86_400.0
HOUR_S = 3600.0
# Is stored as it is, because nothing makes it smaller.
TEXT = hashlib.shake_128(b"text").digest(300_000)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def blobs(hands: Hands, tmp_path: Path) -> AsyncGenerator[SqliteBlobs]:
    made = SqliteBlobs(lambda: tmp_path, hands.clock)
    yield made
    await made.aclose()


def after_a_start_of_the_machine(directory: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> SqliteBlobs:
    hands.now = 5.0
    blobs = SqliteBlobs(lambda: directory, hands.clock)
    monkeypatch.setattr(blobs, "_database", Database(directory, FILE, SCHEMA, hands.clock, lambda: "another boot"))
    return blobs


def parts(value: bytes) -> list[bytes]:
    return [value[at : at + 64] for at in range(0, len(value), 1024)]


async def test_every_process_with_the_same_folder_shares_them(blobs: SqliteBlobs, hands: Hands, tmp_path: Path) -> None:
    await blobs.put("a", TEXT, TTL_S)
    another = SqliteBlobs(lambda: tmp_path, hands.clock)
    assert await another.get("a") == TEXT
    await another.aclose()


async def test_files_are_for_their_owner_only(blobs: SqliteBlobs, tmp_path: Path) -> None:
    await blobs.put("a", TEXT, TTL_S)
    assert modes(tmp_path) == dict.fromkeys([FILE, f"{FILE}-shm", f"{FILE}-wal", f"{FILE}.lock"], 0o600)


async def test_names_and_text_are_not_stored_readably(blobs: SqliteBlobs, tmp_path: Path) -> None:
    await blobs.put("https://api.example.com pages", b"What the log says.\n" * 100, TTL_S)
    stored = all_bytes(tmp_path)
    assert not [word for word in (b"example.com", b"pages", b"the log") if word in stored]


async def test_logs_take_up_a_tenth_of_their_size(blobs: SqliteBlobs, tmp_path: Path) -> None:
    await blobs.put("a", b"".join(b"2026-01-01 line %d of the log\n" % line for line in range(50_000)), TTL_S)
    await blobs.aclose()
    assert (tmp_path / FILE).stat().st_size < 200_000


@pytest.mark.parametrize(
    ("passed_s", "lives"),
    [(HOUR_S, True), (TTL_S, False), pytest.param(-HOUR_S, False, id="the clock was set back: who knows")],
)
async def test_after_a_start_of_the_machine_the_wall_clock_counts(
    blobs: SqliteBlobs, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed_s: float, *, lives: bool
) -> None:
    await blobs.put("a", b"one", TTL_S)
    hands.wall += passed_s
    later = after_a_start_of_the_machine(tmp_path, hands, monkeypatch)
    assert (await later.get("a") == b"one") is lives
    await later.aclose()


async def test_no_part_of_a_cleared_blob_is_left_in_any_file(blobs: SqliteBlobs, tmp_path: Path) -> None:
    await blobs.put("a", TEXT, TTL_S)
    assert any(part in all_bytes(tmp_path) for part in parts(TEXT))
    await blobs.clear()
    assert not any(part in all_bytes(tmp_path) for part in parts(TEXT))


async def test_others_who_have_the_file_open_use_the_new_one_after_it_was_cleared(
    blobs: SqliteBlobs, hands: Hands, tmp_path: Path
) -> None:
    another = SqliteBlobs(lambda: tmp_path, hands.clock)
    await another.put("a", b"one", TTL_S)
    await blobs.clear()
    assert await another.get("a") is None
    await another.put("b", b"two", TTL_S)
    assert await blobs.get("b") == b"two"
    await another.aclose()


async def test_a_blob_that_is_replaced_leaves_nothing_in_the_file(blobs: SqliteBlobs, tmp_path: Path) -> None:
    await blobs.put("a", TEXT, TTL_S)
    await blobs.put("a", b"short", TTL_S)
    await blobs.aclose()
    assert (tmp_path / FILE).stat().st_size < 100_000
    assert not any(part in all_bytes(tmp_path) for part in parts(TEXT))


@pytest.mark.parametrize("broken", [b"", b"no zlib", b"\x78\x01cut"])
async def test_one_that_cannot_be_unpacked_is_as_good_as_gone(
    blobs: SqliteBlobs, tmp_path: Path, broken: bytes
) -> None:
    await blobs.put("a", b"one", TTL_S)
    await blobs.aclose()
    foreign = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    foreign.execute("UPDATE blobs SET value = ?", (broken,))
    foreign.close()
    assert await blobs.get("a") is None
    await blobs.put("a", b"two", TTL_S)
    assert await blobs.get("a") == b"two"


async def test_a_folder_that_cannot_be_used_costs_a_request_and_never_an_answer(tmp_path: Path, hands: Hands) -> None:
    (tmp_path / "state").write_text("a file")
    blobs = SqliteBlobs(lambda: tmp_path / "state", hands.clock)
    await blobs.put("a", b"one", TTL_S)
    assert await blobs.get("a") is None
    with pytest.raises(StateUnavailable, match="it cannot be made: File exists"):
        await blobs.clear()
    await blobs.aclose()


async def test_putting_that_is_cancelled_keeps_all_or_nothing(blobs: SqliteBlobs) -> None:
    await blobs.put("a", b"old", TTL_S)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await blobs.put("a", b"new", TTL_S)
    assert await blobs.get("a") in {b"old", b"new"}


async def test_where_the_folder_is_is_asked_at_the_first_use(hands: Hands, tmp_path: Path) -> None:
    asked = list[Path]()

    def directory() -> Path:
        asked.append(tmp_path)
        return tmp_path

    blobs = SqliteBlobs(directory, hands.clock)
    assert asked == []
    for _ in range(2):
        await blobs.put("a", b"one", TTL_S)
    await blobs.aclose()
    assert asked == [tmp_path]
