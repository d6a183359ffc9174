"""At most eight requests of one account are under way, bodies included, and every end of a request makes room."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx2
import pytest

from mcp_server.budget.budget import MAX_IN_FLIGHT
from mcp_server.budget.groups import Charge, Group
from mcp_server.errors import SandscopeError
from mcp_server.http.client import MAX_JSON_BYTES, Text
from mcp_server.http.wire import Wire
from tests.http.wires import GROUPS, Fact, Talk

pytestmark = pytest.mark.anyio

FREE = Charge(("codegen.free",), max_wait_s=0)


@pytest.fixture(autouse=True)
def without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GROUPS, "codegen.free", Group("codegen.free", None, 60))


class Body(httpx2.AsyncByteStream):
    """A body that is under way until it is let go."""

    def __init__(self, wire: "Bodies") -> None:
        self.wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"line"
        await self.wire.let_go.wait()
        if self.wire.broken is not None:
            raise self.wire.broken
        yield self.wire.rest

    async def aclose(self) -> None:
        self.wire.open -= 1


class Bodies(Wire):
    """Answers at once with bodies that wait, and counts those that are open."""

    def __init__(self, code: int = 200) -> None:
        self.code = code
        self.open = self.most = self.asked = 0
        self.let_go = anyio.Event()
        self.broken: Exception | None = None
        self.rest = b""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.asked += 1
        self.open += 1
        self.most = max(self.most, self.open)
        return httpx2.Response(self.code, stream=Body(self), headers={"retry-after": "0"})


async def read(talk: Talk, max_wait_s: float = 0) -> Text:
    return await talk.client.get_text(("logs",), Charge(FREE.groups, max_wait_s=max_wait_s))


async def test_bodies_that_are_being_read_are_under_way() -> None:
    wire = Bodies()
    talk = Talk(wire)
    async with anyio.create_task_group() as tasks:
        for _ in range(30):
            tasks.start_soon(read, talk, 15)
        await anyio.wait_all_tasks_blocked()
        assert wire.open == MAX_IN_FLIGHT == 8
        with pytest.raises(SandscopeError, match=r"8 requests to the platform of codegen\.free are under way"):
            await read(talk)
        wire.let_go.set()
    assert (wire.asked, wire.most, wire.open) == (30, 8, 0)


async def ends_well(talk: Talk, wire: Bodies) -> None:
    wire.let_go.set()
    assert (await read(talk)).content == b"line"


async def breaks_in_the_body(talk: Talk, wire: Bodies) -> None:
    wire.broken = httpx2.ReadError("x")
    wire.let_go.set()
    with pytest.raises(SandscopeError):
        await read(talk)


async def is_cancelled_in_the_body(talk: Talk, _: Bodies) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read, talk)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()


async def is_longer_than_is_read(talk: Talk, wire: Bodies) -> None:
    wire.rest = b" " * MAX_JSON_BYTES
    wire.let_go.set()
    with pytest.raises(SandscopeError, match="Ask for less"):
        await talk.client.get(Fact, ("x",), FREE)


async def is_refused(talk: Talk, wire: Bodies) -> None:
    wire.code = 404
    wire.let_go.set()
    with pytest.raises(SandscopeError, match="has nothing with this id"):
        await read(talk)


async def is_refused_and_repeated(talk: Talk, wire: Bodies) -> None:
    wire.code = 503
    wire.let_go.set()
    with pytest.raises(SandscopeError, match="not available"):
        await read(talk)


@pytest.mark.parametrize(
    "request_that",
    [
        ends_well,
        breaks_in_the_body,
        is_cancelled_in_the_body,
        is_longer_than_is_read,
        is_refused,
        is_refused_and_repeated,
    ],
)
async def test_however_a_request_ends_it_makes_room(request_that: Callable[[Talk, Bodies], Awaitable[None]]) -> None:
    wire = Bodies()
    talk = Talk(wire)
    for _ in range(MAX_IN_FLIGHT + 1):
        wire.let_go, wire.rest = anyio.Event(), b""
        await request_that(talk, wire)
    assert wire.open == 0


class Never(Wire):
    """Answers nothing: fails at once, or stays silent."""

    def __init__(self, failure: Exception | None) -> None:
        self.failure = failure

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.failure is None:
            await anyio.sleep_forever()
        raise self.failure or httpx2.ReadError("never reached", request=request)


@pytest.mark.parametrize("failure", [None, httpx2.ConnectError("x"), httpx2.ReadError("x")])
async def test_a_request_without_an_answer_makes_room(failure: Exception | None) -> None:
    talk = Talk(Never(failure), timeout_s=0.01)
    for _ in range(MAX_IN_FLIGHT + 1):
        with pytest.raises(SandscopeError, match=r"No connection|broke|did not answer"):
            await read(talk)


async def test_the_slots_are_dated_when_the_headers_are_in_however_long_the_body_takes() -> None:
    wire = Bodies()
    talk = Talk(wire)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(talk.client.get_text, ("logs",), Charge(("codegen.logs",)))
        await anyio.wait_all_tasks_blocked()
        talk.time.seconds += 25
        wire.let_go.set()
    assert (await talk.stands("codegen.logs")).resets_in_s == 61 - 25
