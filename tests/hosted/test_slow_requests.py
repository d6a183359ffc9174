"""A request that does not come in time is refused, however its bytes drip; what comes in time may be answered for long."""

import gc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc
import pytest
import uvicorn

from mcp_server.server.hosted.slow_requests import in_time

pytestmark = [
    pytest.mark.anyio,
    # The web server needs asyncio.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

SECONDS = 0.3
# A server that is not told to be quick waits this long, which no test does.
LONG_S = 60.0
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
REFUSED = b"HTTP/1.1 408 Request Timeout\r\n"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


@dataclass
class Site:
    """Answers with how many bytes it was sent.

    Attributes:
        go_on: What a request to /late waits for before its answer, and one to /stream between its two halves.
        left: Set when a request ended before its body.
        heard: What the last `receive` of every request gave.
        refused: The statuses that were told of.
        port: Where it listens.
    """

    go_on: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)
    heard: list[str] = field(default_factory=list[str])
    refused: list[int] = field(default_factory=list[int])
    port: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        if scope["path"] == "/early":
            await answer(send, b"early")
            return
        if scope["path"] == "/begins":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        told = await whole(receive)
        self.heard.append("all" if told is not None else "disconnect")
        if told is None:
            self.left.set()
        if scope["path"] == "/late":
            await self.go_on.wait()
        await answer(send, b"none" if told is None else b"%d" % len(told))


async def whole(receive: Receive) -> bytes | None:
    """The body, or None if the client is gone before its end."""
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            return body
    return None


async def answer(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(seconds: float = SECONDS, keep_alive_s: int = 60) -> AsyncGenerator[Site]:
    site = Site()
    config = uvicorn.Config(
        site,
        port=0,
        http=in_time(seconds, site.refused.append),
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=keep_alive_s,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    site.port = server.servers[0].sockets[0].getsockname()[1]
    yield site
    await server.shutdown()


@asynccontextmanager
async def connected(site: Site) -> AsyncGenerator[anyio.abc.SocketStream]:
    async with await anyio.connect_tcp("127.0.0.1", site.port) as stream:
        yield stream


async def until_end(stream: anyio.abc.SocketStream) -> bytes:
    """All that comes until the server closes."""
    told = b""
    try:
        async for data in stream:
            told += data
    except anyio.BrokenResourceError:
        # Cut off with bytes on their way.
        pass
    return told


async def drips(stream: anyio.abc.SocketStream, data: bytes) -> None:
    """Sends a byte now and then, until the server has enough of it."""
    try:
        for byte in data:
            await stream.send(bytes([byte]))
            await anyio.sleep(SECONDS / 20)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass


@pytest.mark.parametrize("begun", [HEAD + b"X: ", HEAD.replace(b"5", b"5000") + b"\r\n"], ids=["headers", "body"])
async def test_what_drips_is_refused_no_later_than_what_stalls(begun: bytes) -> None:
    async with serving() as site, connected(site) as stream, anyio.create_task_group() as tasks:
        since = anyio.current_time()
        await stream.send(begun)
        # More bytes than there is time for.
        tasks.start_soon(drips, stream, b"x" * 4000)
        assert (await until_end(stream)).startswith(REFUSED)
        assert site.refused == [408]
        assert anyio.current_time() - since >= SECONDS * 0.9
        tasks.cancel_scope.cancel()


async def test_headers_and_body_have_one_time_together() -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(HEAD + b"\r\n1234")
        assert (await until_end(stream)).startswith(REFUSED)
        assert site.heard == ["disconnect"]


async def test_a_connection_on_which_nothing_is_asked_is_closed_without_a_word() -> None:
    async with serving() as site, connected(site) as stream:
        assert await until_end(stream) == b""


async def test_what_is_wholly_there_in_time_may_be_answered_late() -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(HEAD.replace(b"/ ", b"/late ") + b"\r\n12345")
        # The same time again, on a connection of its own.
        async with connected(site) as other:
            assert await until_end(other) == b""
        site.go_on.set()
        assert (await stream.receive()).endswith(b"\r\n\r\n5")


async def test_the_next_request_on_a_connection_has_its_time_from_its_first_byte() -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(GET)
        assert (await stream.receive()).endswith(b"\r\n\r\n0")
        # Longer than a request may take, with nothing asked.
        async with connected(site) as other:
            assert await until_end(other) == b""
        await stream.send(GET)
        assert (await stream.receive()).endswith(b"\r\n\r\n0")
        await stream.send(GET[:-1])
        assert (await until_end(stream)).startswith(REFUSED)


async def test_a_request_that_begins_while_another_is_answered_has_its_time_from_then_on() -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(GET.replace(b"/ ", b"/late ", 1) + GET[:-1])
        async with connected(site) as other:
            assert await until_end(other) == b""
        site.go_on.set()
        first, _, rest = (await until_end(stream)).partition(b"\r\n\r\n0")
        assert first.startswith(b"HTTP/1.1 200 ")
        assert rest.startswith(REFUSED)


@pytest.mark.parametrize(("path", "answered"), [(b"/early", b"early"), (b"/begins", b"begun\r\n")])
async def test_an_answer_that_is_begun_or_given_is_not_followed_by_a_second(path: bytes, answered: bytes) -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(HEAD.replace(b"/", path, 1) + b"\r\n1234")
        told = await until_end(stream)
        assert told.startswith(b"HTTP/1.1 200 ")
        assert told.endswith(answered)


async def test_a_body_that_comes_after_its_answer_leaves_the_connection_to_the_next_request() -> None:
    async with serving() as site, connected(site) as stream:
        await stream.send(HEAD.replace(b"/", b"/early", 1) + b"\r\n1234")
        assert (await stream.receive()).endswith(b"early")
        await stream.send(b"5")
        async with connected(site) as other:
            assert await until_end(other) == b""
        await stream.send(GET)
        assert (await stream.receive()).endswith(b"\r\n\r\n0")


async def test_what_is_no_http_is_refused_as_ever() -> None:
    async with serving(LONG_S) as site, connected(site) as stream:
        await stream.send(b"nonsense\r\n\r\n")
        assert (await until_end(stream)).startswith(b"HTTP/1.1 400 ")


async def test_a_connection_that_its_client_left_is_kept_by_nothing() -> None:
    async with serving(LONG_S) as site:
        async with connected(site) as stream:
            await stream.send(HEAD + b"\r\n1234")
        await site.left.wait()
        async with connected(site) as stream:
            await stream.send(GET)
            assert (await stream.receive()).endswith(b"\r\n\r\n0")
            gc.collect()
            assert [type(kept).__name__ for kept in gc.get_objects()].count("InTime") == 1
