"""A server that is down, slow, or does not let us in."""

import socket
import time
from collections.abc import AsyncGenerator, Callable, Sequence

import anyio.to_thread
import pytest
from pydantic import SecretStr

from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import Ending, Ledger, Taken
from mcp_server.errors import StateUnavailable
from mcp_server.settings import Settings
from mcp_server.state import redis_link
from mcp_server.state.cells import Cell, Cells, Moment
from mcp_server.state.clock import Clock
from mcp_server.state.health import Health
from mcp_server.state.redis_cells import RedisCells
from mcp_server.state.redis_link import RedisLink
from mcp_server.state.state import State, open_state
from mcp_server.state.steady_cells import TRIED_AGAIN_S, SteadyCells
from tests.state.redis.server import RedisServer
from tests.state.redis.shifted_cells import ShiftedCells

pytestmark = pytest.mark.anyio

OpenCells = Callable[[], Cells]
ME = "https://a.example me"
GROUPS = {group.name: group for group in (Group("a.few", 5), Group("a.logs", 60), Group("a.free"))}
KEEP_S = 1000.0
HELD_S = 61.0
KEPT = ("--appendonly", "yes")
SHORT_S = 0.4
ALONE = (
    "SANDSCOPE_REDIS_URL: Redis: ConnectionError. Until it can be used, this process shares nothing with others and "
    "keeps to an eighth of each rate limit."
)


class Ahead:
    """A clock that is set forth by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: time.monotonic() + self.seconds, wall=lambda: time.time() + self.seconds)


@pytest.fixture
def ahead() -> Ahead:
    return Ahead()


@pytest.fixture
async def state(stopped_server: RedisServer, ahead: Ahead) -> AsyncGenerator[State]:
    opened = open_state(Settings(redis_url=SecretStr(stopped_server.url)), ahead.clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_link, "TIMEOUT_S", SHORT_S)


def add(mark: bytes) -> Callable[[Moment, Sequence[Cell]], tuple[Sequence[Cell], bytes]]:
    """Adds a mark to a cell."""

    def rule(_moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], bytes]:
        return [(cells[0] or b"") + mark], (cells[0] or b"") + mark

    return rule


async def sent(ledger: Ledger, group: str, tries: int) -> int:
    """How many requests are let out."""
    count = 0
    for _ in range(tries):
        taken = await ledger.take(ME, Charge((group,)))
        if isinstance(taken, Taken):
            count += 1
            await ledger.end(taken, Ending())
    return count


async def test_without_a_server_an_eighth_of_each_limit_is_left_and_the_operator_is_told(state: State) -> None:
    ledger = Ledger(state.cells, GROUPS, 30.0)
    assert await sent(ledger, "a.logs", 60) == 7
    assert await sent(ledger, "a.few", 5) == 1
    assert await sent(ledger, "a.free", 100) == 100
    assert state.health.warnings() == [ALONE]


async def test_a_server_that_is_started_later_is_shared_from_then_on(
    stopped_server: RedisServer, state: State, ahead: Ahead, open_cells: OpenCells
) -> None:
    ledger = Ledger(state.cells, GROUPS, 30.0)
    assert await sent(ledger, "a.logs", 1) == 1
    stopped_server.start()
    assert await sent(ledger, "a.few", 5) == 1
    ahead.seconds += TRIED_AGAIN_S
    assert await sent(ledger, "a.free", 1) == 1
    assert state.health.warnings() == []
    # What was sent alone counts there too.
    assert await sent(ledger, "a.few", 1) == 1
    assert await sent(Ledger(open_cells(), GROUPS, 30.0), "a.few", 5) == 3


async def test_what_was_sent_alone_counts_when_the_server_is_back(
    stopped_server: RedisServer, ahead: Ahead, open_cells: OpenCells
) -> None:
    stopped_server.start(*KEPT)
    shared = ShiftedCells(open_cells())
    ledger = Ledger(SteadyCells(shared, "Redis", Health(), ahead.clock), GROUPS, 30.0)
    assert await sent(ledger, "a.few", 1) == 1
    stopped_server.kill()
    # Not before what others sent is surely over.
    assert await sent(ledger, "a.few", 1) == 0
    ahead.seconds += HELD_S
    assert await sent(ledger, "a.few", 5) == 1
    stopped_server.start(*KEPT)
    ahead.seconds += TRIED_AGAIN_S
    shared.ahead = ahead.seconds
    assert await sent(ledger, "a.few", 5) == 4
    assert await sent(Ledger(shared, GROUPS, 30.0), "a.few", 5) == 0


async def test_a_server_that_goes_down_and_comes_back_is_left_and_found_again(
    server: RedisServer, state: State, ahead: Ahead, caplog: pytest.LogCaptureFixture
) -> None:
    assert await state.cells.change(["a"], add(b"1"), KEEP_S) == b"1"
    server.kill()
    assert await state.cells.change(["a"], add(b"2"), KEEP_S) == b"2"
    assert len(state.health.warnings()) == 1
    server.start()
    ahead.seconds += TRIED_AGAIN_S
    assert await state.cells.change(["a"], add(b"3"), KEEP_S) == b"3"
    assert state.health.warnings() == []
    assert [record.getMessage() for record in caplog.records if record.name == "sandscope"] == [
        ALONE,
        "SANDSCOPE_REDIS_URL works again",
    ]


async def test_what_cannot_be_rewritten_or_cleared_is_said(state: State) -> None:
    with pytest.raises(StateUnavailable, match=r"^Redis: ConnectionError$"):
        await state.cells.rewrite(lambda cell: cell)
    with pytest.raises(StateUnavailable, match=r"^Redis: ConnectionError$"):
        await state.blobs.clear()


@pytest.mark.parametrize("over", ["tcp", "unix"])
async def test_a_connection_that_was_cut_while_it_was_idle_is_opened_again(
    stopped_server: RedisServer, port: int, over: str
) -> None:
    stopped_server.start("--port", str(port), "--bind", "127.0.0.1")
    cells = RedisCells(RedisLink(stopped_server.url if over == "unix" else f"redis://127.0.0.1:{port}"))
    await cells.change(["a"], add(b"1"), KEEP_S)
    await anyio.to_thread.run_sync(stopped_server.ask, "CLIENT", "KILL", "TYPE", "normal")
    assert await cells.change(["a"], add(b"2"), KEEP_S) == b"12"
    await cells.aclose()


async def test_a_connection_that_is_cut_in_the_middle_of_a_change_is_not_trusted_with_a_second_try(
    server: RedisServer, open_cells: OpenCells
) -> None:
    cells = open_cells()

    def cut(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], bytes]:
        server.ask("CLIENT", "KILL", "TYPE", "normal")
        return add(b"1")(moment, cells)

    with pytest.raises(StateUnavailable, match=r"^Redis: ConnectionError$"):
        await cells.change(["a"], cut, KEEP_S)
    assert await cells.change(["a"], add(b"2"), KEEP_S) == b"2"


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("connected", [True, False])
async def test_a_server_that_does_not_answer_is_not_waited_for(
    server: RedisServer, open_cells: OpenCells, *, connected: bool
) -> None:
    cells, others = open_cells(), open_cells()
    await (cells if connected else others).change(["a"], add(b"1"), KEEP_S)
    server.ask("CLIENT", "PAUSE", 60_000, "WRITE")
    began = time.monotonic()
    with pytest.raises(StateUnavailable, match=r"^Redis: TimeoutError$"):
        await cells.change(["a"], add(b"2"), KEEP_S)
    assert SHORT_S / 2 < time.monotonic() - began < 5 * SHORT_S
    server.ask("CLIENT", "UNPAUSE")
    assert await cells.change(["a"], add(b"3"), KEEP_S) == b"13"


@pytest.mark.slow
async def test_what_a_slow_server_did_unheard_is_not_done_twice(
    server: RedisServer, open_cells: OpenCells, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than we wait once, and shorter than we would wait twice.
    monkeypatch.setattr(redis_link, "TIMEOUT_S", 1.0)
    cells = open_cells()
    await cells.change(["a"], add(b"1"), KEEP_S)

    def then_it_sleeps(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], bytes]:
        begun.append(server.begin("DEBUG SLEEP 1.5"))
        return add(b"2")(moment, cells)

    begun: list[socket.socket] = []
    with pytest.raises(StateUnavailable, match=r"^Redis: TimeoutError$"):
        await cells.change(["a"], then_it_sleeps, KEEP_S)
    for sleeping in begun:
        assert await anyio.to_thread.run_sync(sleeping.recv, 100) == b"+OK\r\n"
        sleeping.close()
    # The change was made when nobody waited for it any more.
    assert len(begun) == 1
    assert await open_cells().change(["a"], add(b"3"), KEEP_S) == b"123"
