"""One request has a hard total time, whatever the server does with its bytes; all over real sockets."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from mcp_server.errors import SandscopeError, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.wire import Deadline
from tests.http.wires import BASE_URL, CHARGE, Raw, Scripted, Talk, serving

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DOCUMENT = b'{"id": 7}'
TIMEOUT_S = 0.3


@asynccontextmanager
async def talking(answer: Callable[[Raw], Awaitable[None]]) -> AsyncGenerator[Talk]:
    async with serving(answer) as address:
        talk = Talk(None, base_url=address, timeout_s=TIMEOUT_S)
        try:
            yield talk
        finally:
            await talk.client.aclose()


async def fails(answer: Callable[[Raw], Awaitable[None]], method: str = "get") -> tuple[SandscopeError, float, Talk]:
    """The error of a request that `answer` spoils, and the real seconds it took."""
    async with talking(answer) as talk:
        began = time.monotonic()
        with pytest.raises(SandscopeError) as error:
            await (talk.get() if method == "get" else talk.post({"a": 1}))
        return error.value, time.monotonic() - began, talk


async def whole(stream: Raw) -> None:
    await stream.send(HEAD + b"Content-Length: 9\r\n\r\n" + DOCUMENT)


async def silent(_: Raw) -> None:
    await anyio.sleep_forever()


async def drip(stream: Raw, data: bytes) -> None:
    for byte in data:
        await stream.send(bytes([byte]))
        await anyio.sleep(0.02)


async def drips_headers(stream: Raw) -> None:
    await drip(stream, HEAD + b"X-Long: " + b"x" * 1000)


async def drips_body(stream: Raw) -> None:
    await stream.send(HEAD + b"Content-Length: 1000\r\n\r\n")
    await drip(stream, b" " * 1000)


async def stalls_in_body(stream: Raw) -> None:
    await stream.send(HEAD + b"Content-Length: 9\r\n\r\n{")
    await anyio.sleep_forever()


async def resets(stream: Raw) -> None:
    await stream.aclose()


async def is_cut_short(stream: Raw) -> None:
    await stream.send(HEAD + b"Content-Length: 9\r\n\r\n{")


async def has_a_bad_chunk(stream: Raw) -> None:
    await stream.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")


async def is_no_http(stream: Raw) -> None:
    await stream.send(b"SSH-2.0-OpenSSH_9.9\r\n")


async def drips_an_error(stream: Raw) -> None:
    await stream.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n")
    await drip(stream, b"x" * 1000)


async def test_a_whole_answer_is_read() -> None:
    async with talking(whole) as talk:
        assert (await talk.get()).id == 7


@pytest.mark.parametrize("answer", [silent, drips_headers, drips_body, stalls_in_body, drips_an_error])
async def test_a_server_that_stalls_or_drips_is_given_up_in_time(answer: Callable[[Raw], Awaitable[None]]) -> None:
    error, seconds, _ = await fails(answer)
    assert isinstance(error, UpstreamTimeout)
    assert (
        str(error)
        == "Codegen did not answer within 0.3 s. Call again once; if that is too slow too, raise SANDSCOPE_TIMEOUT_S."
    )
    assert TIMEOUT_S * 0.9 <= seconds < TIMEOUT_S + 1


@pytest.mark.parametrize("answer", [resets, is_cut_short, has_a_bad_chunk, is_no_http])
async def test_an_answer_that_breaks_is_an_error_at_once(answer: Callable[[Raw], Awaitable[None]]) -> None:
    error, seconds, _ = await fails(answer)
    assert isinstance(error, UpstreamUnavailable)
    assert (
        str(error)
        == "The connection to Codegen broke before the answer was complete. Call again once; if it breaks again, check the network."
    )
    assert seconds < TIMEOUT_S


async def test_a_post_that_is_given_up_says_that_it_may_have_been_done_and_is_charged_longer() -> None:
    error, _, talk = await fails(silent, "post")
    assert "It may have been done." in str(error)
    assert (await talk.stands("codegen.logs")).resets_in_s == 65


async def test_a_request_that_is_cancelled_is_charged_as_sent() -> None:
    async with talking(silent) as talk:
        with anyio.move_on_after(TIMEOUT_S / 3) as scope:
            await talk.get()
        assert scope.cancelled_caught
        assert (await talk.stands("codegen.logs")).resets_in_s == 65


async def test_a_port_where_nobody_listens_is_no_connection() -> None:
    async with serving(whole) as address:
        pass
    talk = Talk(None, base_url=address)
    with pytest.raises(UpstreamUnavailable, match=f"No connection to Codegen at {address}"):
        await talk.get()
    assert await talk.used() == 0
    await talk.client.aclose()


async def test_a_client_that_sent_nothing_has_nothing_to_close() -> None:
    await Talk(None).client.aclose()


class Counted(httpx2.AsyncByteStream):
    """A body that is its own iterator."""

    def __init__(self) -> None:
        self.left = 3
        self.closed = False

    def __aiter__(self) -> "Counted":
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return b"x"

    async def aclose(self) -> None:
        self.closed = True


async def test_a_body_under_a_deadline_is_the_body_and_is_closed() -> None:
    body = Counted()
    wire = Deadline(Scripted(httpx2.Response(200, stream=body)), 5)
    response = await wire.handle_async_request(httpx2.Request("GET", BASE_URL))
    assert (await response.aread(), body.closed) == (b"xxx", True)


# The HTTP library leaves a generator of its own behind, which trio warns about.
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_of_a_body_that_is_too_long_the_rest_is_left_unread() -> None:
    async def endless(stream: Raw) -> None:
        await stream.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            await stream.send(b"x" * 65536)

    async with talking(endless) as talk:
        with pytest.raises(SandscopeError, match="Codegen failed"):
            await talk.client.get_text(("x",), CHARGE)
