"""The key of those who share a Redis."""

import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
from pydantic import SecretStr

from mcp_server.demo.in_process import demo_server
from mcp_server.logs.redact import Redactor
from mcp_server.server.build import Choice, build
from mcp_server.settings import Settings
from mcp_server.state import redis_key
from mcp_server.state.clock import Clock
from mcp_server.state.installation_key import SIZE
from mcp_server.state.redis_key import ASKED_AGAIN_S, NAME, RedisKey
from mcp_server.state.state import open_state
from mcp_server.tasks.task_ids import TaskIds
from tests.state.redis.server import RedisServer

TOKEN = "ghp_" + "Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"
SHORT_S = 0.2


class Watch:
    """Seconds that are set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds


def numbered() -> Callable[[int], bytes]:
    """Draws another key each time."""
    numbers: Iterator[int] = itertools.count(1)
    return lambda size: bytes([next(numbers)]) * size


def asked_again(key: RedisKey, watch: Watch) -> bytes:
    """The key after Redis was asked once more, beside us."""
    watch.seconds += ASKED_AGAIN_S
    key()
    for thread in threading.enumerate():
        if thread.name == redis_key.THREAD:
            thread.join()
    return key()


def test_all_that_share_a_redis_have_one_key(server: RedisServer) -> None:
    draw = numbered()
    first, second = RedisKey(server.url, draw), RedisKey(server.url, draw)
    assert first() == second() == b"\1" * SIZE
    assert server.ask("GET", NAME) == first()
    assert server.ask("TTL", NAME) == -1


def test_without_redis_a_key_is_drawn_and_the_shared_one_is_taken_when_it_is_back(stopped_server: RedisServer) -> None:
    watch, draw = Watch(), numbered()
    key = RedisKey(stopped_server.url, draw, watch.now)
    assert key() == b"\1" * SIZE
    stopped_server.start()
    other = RedisKey(stopped_server.url, draw)
    assert other() == b"\2" * SIZE
    watch.seconds += ASKED_AGAIN_S - 1
    assert key() == b"\1" * SIZE
    assert asked_again(key, watch) == b"\2" * SIZE


def test_a_redis_that_lost_its_memory_gets_the_key_back(server: RedisServer) -> None:
    watch, draw = Watch(), numbered()
    key = RedisKey(server.url, draw, watch.now)
    key()
    server.ask("FLUSHALL")
    assert asked_again(key, watch) == b"\1" * SIZE
    assert RedisKey(server.url, draw)() == b"\1" * SIZE


def test_what_is_no_key_is_left_alone_and_the_drawn_one_used(server: RedisServer) -> None:
    for value in ("short", None):
        server.ask("DEL", NAME)
        server.ask("SET", NAME, value) if value else server.ask("LPUSH", NAME, "a")
        assert RedisKey(server.url, numbered())() == b"\1" * SIZE
        assert server.ask("TYPE", NAME) == (b"string" if value else b"list")


def test_nobody_waits_for_a_redis_that_does_not_answer_but_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_key, "TIMEOUT_S", SHORT_S)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        key = RedisKey(f"redis://127.0.0.1:{silent.getsockname()[1]}", numbered())
        began = time.monotonic()
        assert key() == b"\1" * SIZE
        waited = time.monotonic() - began
        assert SHORT_S / 2 < waited < 5 * SHORT_S
        began = time.monotonic()
        assert key() == b"\1" * SIZE
        assert time.monotonic() - began < SHORT_S / 2


def test_nobody_waits_longer_for_a_name_that_is_looked_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = threading.Event()

    def look_up(*_: object) -> NoReturn:
        looked_up.wait()
        raise OSError("no such name")

    monkeypatch.setattr(redis_key, "TIMEOUT_S", SHORT_S)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    key = RedisKey("redis://redis.invalid", numbered())
    began = time.monotonic()
    assert [key(), key()] == [b"\1" * SIZE] * 2
    assert time.monotonic() - began < 5 * SHORT_S
    looked_up.set()


@pytest.mark.parametrize("variables", [{}, {"SANDSCOPE_CACHE": "memory"}])
def test_servers_that_share_a_redis_mark_secrets_alike_whatever_they_keep_in_memory(
    server: RedisServer, variables: dict[str, str]
) -> None:
    settings = Settings.from_env({"SANDSCOPE_REDIS_URL": server.url, **variables})
    one, other = build(settings), build(settings)
    assert one.redactor.redact(TOKEN) == other.redactor.redact(TOKEN)


def test_a_task_of_one_is_known_to_all_that_share_a_redis(server: RedisServer) -> None:
    task = TaskIds(RedisKey(server.url, os.urandom)).made("get_run", "1-2", 5, "")
    assert TaskIds(RedisKey(server.url, os.urandom)).read(task.task_id, "") == task
    assert TaskIds(lambda: os.urandom(SIZE)).read(task.task_id, "") is None


@pytest.mark.anyio
async def test_a_demo_has_a_key_of_its_own_whatever_redis_is_named(server: RedisServer) -> None:
    one, other = (demo_server({"SANDSCOPE_REDIS_URL": server.url}, Choice()) for _ in range(2))
    marks = [demo.redactor.redact(TOKEN) for demo in (one, other)]
    await one.aclose()
    await other.aclose()
    assert marks[0] != marks[1]
    assert server.keys() == []


def test_all_profiles_of_a_server_ask_redis_for_one_key(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    thread = threading.Thread

    def counted(**options: Any) -> threading.Thread:
        asked.append(options["name"])
        return thread(**options)

    monkeypatch.setattr(redis_key.threading, "Thread", counted)
    settings = Settings(redis_url=SecretStr(server.url))
    state = open_state(settings, Clock())
    marks = {build(settings, state=state.scoped(name)).redactor.redact(TOKEN) for name in ("acme", "evil")}
    assert len(marks) == 2
    assert asked == [redis_key.THREAD]


def test_marks_follow_a_key_that_was_not_known_at_first(stopped_server: RedisServer) -> None:
    watch, draw = Watch(), numbered()
    key = RedisKey(stopped_server.url, draw, watch.now)
    redactor = Redactor([], key=key)
    alone = redactor.redact(TOKEN)
    stopped_server.start()
    shared = Redactor([], key=RedisKey(stopped_server.url, draw)).redact(TOKEN)
    assert redactor.redact(TOKEN) == alone != shared
    asked_again(key, watch)
    assert redactor.redact(TOKEN) == shared
