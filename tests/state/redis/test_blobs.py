"""Blobs in Redis."""

import os
from collections.abc import AsyncGenerator

import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state import redis_blobs
from mcp_server.state.redis_blobs import BLOBS, RedisBlobs
from mcp_server.state.redis_link import RedisLink
from tests.state.redis.server import RedisServer

pytestmark = pytest.mark.anyio

TTL_S = 1000.0


@pytest.fixture
async def blobs(stopped_server: RedisServer) -> AsyncGenerator[RedisBlobs]:
    link = RedisLink(stopped_server.url)
    yield RedisBlobs(link)
    await link.aclose()


@pytest.fixture
async def others(stopped_server: RedisServer) -> AsyncGenerator[RedisBlobs]:
    link = RedisLink(stopped_server.url)
    yield RedisBlobs(link)
    await link.aclose()


@pytest.mark.usefixtures("server")
async def test_a_blob_is_there_for_everybody_until_it_is_replaced(blobs: RedisBlobs, others: RedisBlobs) -> None:
    assert await blobs.get("log") is None
    await blobs.put("log", b"\0one\xff" * 1000, TTL_S)
    assert await others.get("log") == b"\0one\xff" * 1000
    await others.put("log", b"", TTL_S)
    assert await blobs.get("log") == b""
    assert await blobs.get("another") is None


async def test_a_blob_is_kept_as_long_as_is_asked(server: RedisServer, blobs: RedisBlobs) -> None:
    await blobs.put("log", b"one", 90.5)
    (key,) = server.keys()
    assert 80_000 < server.ask("PTTL", key) <= 90_500
    server.ask("PEXPIREAT", key, 1)
    assert await blobs.get("log") is None


async def test_a_blob_that_is_of_no_use_any_more_is_no_error(server: RedisServer, blobs: RedisBlobs) -> None:
    await blobs.put("log", b"one", 0.0)
    assert all(server.ask("PTTL", key) <= 1 for key in server.keys("*"))


async def test_clearing_deletes_every_blob_and_nothing_else(server: RedisServer, blobs: RedisBlobs) -> None:
    for number in range(300):
        await blobs.put(f"log {number}", b"one", TTL_S)
    server.ask("SET", "somebody else's", "value")
    await blobs.clear()
    assert server.keys() == [b"somebody else's"]
    await blobs.clear()


async def test_bytes_that_are_not_ours_are_as_good_as_gone(server: RedisServer, blobs: RedisBlobs) -> None:
    await blobs.put("log", b"one" * 1000, TTL_S)
    (key,) = server.keys(f"{BLOBS}*")
    whole = server.ask("GET", key)
    for broken in (b"", b"nonsense", whole[:-5]):
        server.ask("SET", key, broken)
        assert await blobs.get("log") is None
    server.ask("DEL", key)
    server.ask("RPUSH", key, "a list")
    assert await blobs.get("log") is None


async def test_a_blob_that_is_too_large_when_it_is_compressed_is_not_kept(
    server: RedisServer, blobs: RedisBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_blobs, "MAX_BYTES", 1000)
    await blobs.put("log", b"x" * 100_000, TTL_S)
    assert await blobs.get("log") == b"x" * 100_000
    await blobs.put("noise", os.urandom(1000), TTL_S)
    assert len(server.keys()) == 1


async def test_without_a_server_there_are_no_blobs_and_only_clearing_fails(blobs: RedisBlobs) -> None:
    await blobs.put("log", b"one", TTL_S)
    assert await blobs.get("log") is None
    with pytest.raises(StateUnavailable, match=r"^Redis: ConnectionError$"):
        await blobs.clear()


async def test_a_server_without_memory_left_keeps_no_blob(server: RedisServer, blobs: RedisBlobs) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "1")
    await blobs.put("log", b"one", TTL_S)
    assert await blobs.get("log") is None
