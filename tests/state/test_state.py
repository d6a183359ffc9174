"""Where the state is kept, by the settings."""

import dataclasses
import importlib.util
import sys
from pathlib import Path

import platformdirs
import pytest
from pydantic import SecretStr

from mcp_server.errors import NotConfigured
from mcp_server.settings import Settings
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.state.state import State, directory_of, in_memory, open_state
from tests.stage import FakeTime
from tests.state.contents import names
from tests.state.rules import KEEP_S, add_one, when

pytestmark = pytest.mark.anyio

URL = SecretStr("redis://:private@host.invalid:6379/0")
needs_redis = pytest.mark.skipif(importlib.util.find_spec("redis") is None, reason="the Redis client is not installed")


async def add(state: State) -> int:
    return await state.cells.change(["count"], add_one, KEEP_S)


async def test_in_memory_it_is_nobody_elses_and_still_not_for_want_of_a_place() -> None:
    time = FakeTime()
    one, two = in_memory(time.clock), in_memory(time.clock)
    assert [await add(one), await add(one), await add(two)] == [1, 2, 1]
    moment = await one.cells.change([], when, KEEP_S)
    assert (moment.alone, moment.now, one.health.warnings()) == (False, time.seconds, [])
    await one.blobs.put("a", b"text", KEEP_S)
    assert await one.blobs.get("a") == b"text"
    assert await two.blobs.get("a") is None
    for state in (one, two):
        await state.aclose()


async def test_in_a_folder_it_is_shared_by_all_who_name_the_folder(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    one, two = open_state(settings, Clock()), open_state(settings, Clock())
    assert [await add(one), await add(two)] == [1, 2]
    await one.blobs.put("a", b"text", KEEP_S)
    assert await two.blobs.get("a") == b"text"
    for state in (one, two):
        await state.aclose()


async def test_opening_it_touches_nothing(tmp_path: Path) -> None:
    state = open_state(Settings(state_dir=tmp_path / "state"), Clock())
    await state.aclose()
    assert names(tmp_path) == []


async def test_what_may_not_be_on_disk_is_kept_in_memory(tmp_path: Path) -> None:
    state = open_state(Settings(state_dir=tmp_path, cache_on_disk=False), Clock())
    await add(state)
    await state.blobs.put("a", b"text", KEEP_S)
    assert await state.blobs.get("a") == b"text"
    await state.aclose()
    assert names(tmp_path) == ["cells.db", "cells.db.lock"]


async def test_a_folder_that_is_of_no_use_afterwards_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    kept = open_state(Settings(state_dir=folder), Clock())
    state = dataclasses.replace(kept, deleted_at_end=folder)
    await add(state)
    assert folder.exists()
    await state.aclose()
    assert not folder.exists()


def test_the_operators_folder_comes_first_and_then_the_platforms(tmp_path: Path) -> None:
    assert directory_of(Settings(state_dir=tmp_path)) == tmp_path
    assert directory_of(Settings()) == Path(platformdirs.user_state_dir("sandscope", appauthor=False))


async def test_a_folder_that_cannot_be_used_is_called_by_its_variable(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    state = open_state(Settings(state_dir=tmp_path / "state"), Clock())
    assert await add(state) == 1
    assert state.health.warnings()[0].startswith("SANDSCOPE_STATE_DIR: it cannot be made: File exists.")
    await state.aclose()


@needs_redis
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("on_disk", [True, False])
async def test_with_redis_the_folder_is_left_alone(tmp_path: Path, *, on_disk: bool) -> None:
    state = open_state(Settings(state_dir=tmp_path / "state", redis_url=URL, cache_on_disk=on_disk), Clock())
    assert state.cells.about == "SANDSCOPE_REDIS_URL"
    assert not isinstance(state.blobs, SqliteBlobs)
    assert isinstance(state.blobs, MemoryBlobs) is not on_disk
    await state.aclose()
    assert not (tmp_path / "state").exists()
    assert "private" not in repr(state)


def test_without_the_redis_client_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mcp_server.state.redis_link", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(NotConfigured) as error:
        open_state(Settings(redis_url=URL), Clock())
    assert str(error.value) == 'SANDSCOPE_REDIS_URL needs the Redis client: pip install "sandscope[redis]".'


@needs_redis
@pytest.mark.parametrize("url", ["redis://:private@host:port/0", "redis://:private@host/0?socket_timeout=long"])
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str) -> None:
    with pytest.raises(NotConfigured) as error:
        open_state(Settings(redis_url=SecretStr(url)), Clock())
    assert str(error.value) == "SANDSCOPE_REDIS_URL is not a URL that can be used; check host, port and options."
