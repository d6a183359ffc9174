"""What every kind of blobs promises, for those of one process and those in a file."""

import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from mcp_server.state.blobs import Blobs, MemoryBlobs
from mcp_server.state.sqlite_blobs import SqliteBlobs
from tests.state.hands import Hands

pytestmark = pytest.mark.anyio

TTL_S = 100.0
QUOTA = 10_000


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(params=["memory", "sqlite"])
async def blobs(request: pytest.FixtureRequest, hands: Hands, tmp_path: Path) -> AsyncGenerator[Blobs]:
    in_memory = request.param == "memory"
    made = MemoryBlobs(hands.clock, QUOTA) if in_memory else SqliteBlobs(lambda: tmp_path, hands.clock, QUOTA)
    yield made
    await made.aclose()


def of(size: int) -> bytes:
    """Bytes that do not get smaller when they are packed."""
    return hashlib.shake_128(b"%d" % size).digest(size)


async def kept(blobs: Blobs, names: str) -> str:
    return "".join([name for name in names if await blobs.get(name) is not None])


async def test_a_blob_is_given_back_as_it_was_put(blobs: Blobs) -> None:
    await blobs.put("a", b"one " * 1000, TTL_S)
    await blobs.put("b", b"", TTL_S)
    assert (await blobs.get("a"), await blobs.get("b")) == (b"one " * 1000, b"")


async def test_an_unknown_one_is_none(blobs: Blobs) -> None:
    assert await blobs.get("a") is None


async def test_a_new_one_takes_the_place_of_the_old(blobs: Blobs) -> None:
    for value in (b"old", b"new"):
        await blobs.put("a", value, TTL_S)
    assert await blobs.get("a") == b"new"


async def test_it_is_gone_when_its_time_is_over(blobs: Blobs, hands: Hands) -> None:
    await blobs.put("a", b"one", TTL_S)
    hands.pass_s(TTL_S - 1)
    assert await blobs.get("a") == b"one"
    hands.pass_s(1)
    assert await blobs.get("a") is None


async def test_being_read_does_not_lengthen_its_life_but_being_put_does(blobs: Blobs, hands: Hands) -> None:
    for name in "ab":
        await blobs.put(name, b"one", TTL_S)
    hands.pass_s(TTL_S - 1)
    assert await kept(blobs, "ab") == "ab"
    await blobs.put("b", b"two", TTL_S)
    hands.pass_s(TTL_S - 1)
    assert await kept(blobs, "ab") == "b"


@pytest.mark.parametrize("hour_s", [3600.0, -3600.0])
async def test_a_wall_clock_that_is_set_does_not_lengthen_its_life(blobs: Blobs, hands: Hands, hour_s: float) -> None:
    await blobs.put("a", b"one", TTL_S)
    hands.wall += hour_s
    assert await blobs.get("a") == b"one"
    hands.pass_s(TTL_S)
    assert await blobs.get("a") is None


async def test_over_the_quota_the_one_that_was_not_used_longest_goes_first(blobs: Blobs) -> None:
    for name in "abc":
        await blobs.put(name, of(3000), TTL_S)
    await blobs.get("a")
    await blobs.put("d", of(3000), TTL_S)
    assert await kept(blobs, "abcd") == "acd"


async def test_as_many_go_as_it_takes(blobs: Blobs) -> None:
    for name in "abc":
        await blobs.put(name, of(3000), TTL_S)
    await blobs.put("d", of(6500), TTL_S)
    assert await kept(blobs, "abcd") == "cd"


async def test_one_that_is_replaced_is_counted_once(blobs: Blobs) -> None:
    await blobs.put("a", of(3000), TTL_S)
    for _ in range(5):
        await blobs.put("b", of(4000), TTL_S)
    assert await kept(blobs, "ab") == "ab"


async def test_one_that_has_lapsed_takes_up_no_quota(blobs: Blobs, hands: Hands) -> None:
    await blobs.put("a", of(3000), TTL_S)
    await blobs.put("lapses", of(6000), 1)
    hands.pass_s(2)
    await blobs.put("b", of(6000), TTL_S)
    assert await kept(blobs, "ab") == "ab"


async def test_one_larger_than_the_quota_is_not_kept_and_drives_nothing_out(blobs: Blobs) -> None:
    for name in "ab":
        await blobs.put(name, b"one", TTL_S)
    await blobs.put("a", of(QUOTA + 1), TTL_S)
    assert await kept(blobs, "ab") == "b"


async def test_clearing_deletes_all(blobs: Blobs) -> None:
    for name in "abc":
        await blobs.put(name, of(3000), TTL_S)
    await blobs.clear()
    assert await kept(blobs, "abc") == ""
    for name in "def":
        await blobs.put(name, of(3000), TTL_S)
    assert await kept(blobs, "def") == "def"


async def test_what_blobs_of_one_process_hold_is_not_shown(hands: Hands) -> None:
    blobs = MemoryBlobs(hands.clock)
    await blobs.put("private name", b"private value", TTL_S)
    assert "private" not in repr(blobs)
