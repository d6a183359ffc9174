"""The innermost layer: the network, or an ASGI app in its place, under a hard total deadline."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, cast
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx2

from mcp_server.errors import NotConfigured
from mcp_server.telemetry import Telemetry

Wire = httpx2.AsyncBaseTransport
Message = MutableMapping[str, Any]
AsgiApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class Network(Wire):
    """The real network, opened at the first request: loading the trust store is the dearest part of a start-up.

    Obeys `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` unless `proxied` is False.
    """

    def __init__(self, *, proxied: bool = True) -> None:
        self._proxied = proxied
        self._opened: httpx2.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request.

        Raises:
            NotConfigured: The proxy to use cannot be used.
        """
        if self._opened is None:
            self._opened = self._open(request.url)
        return await self._opened.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the connections, if any were opened."""
        if self._opened is not None:
            await self._opened.aclose()

    def _open(self, url: httpx2.URL) -> httpx2.AsyncHTTPTransport:
        if not self._proxied or proxy_bypass(url.host):
            return httpx2.AsyncHTTPTransport()
        proxy = getproxies().get(url.scheme)
        try:
            # Curl and others take an address without a scheme as http.
            return httpx2.AsyncHTTPTransport(proxy=proxy if not proxy or "://" in proxy else f"http://{proxy}")
        except (ValueError, ImportError, httpx2.InvalidURL) as exc:
            # The value may hold a password.
            raise NotConfigured(f"{url.scheme.upper()}_PROXY is not the URL of an http or https proxy.") from exc


def load_network() -> None:
    """Imports what the first request would; nothing is opened."""
    httpx2.AsyncHTTPTransport()


def in_process(app: AsgiApp) -> Wire:
    """A wire that ends in an ASGI app of this process, without a socket."""
    return httpx2.ASGITransport(app=app)


def observed(wire: Wire, telemetry: Telemetry, group: str = "") -> Wire:
    """The wire, with a layer that tells of every attempt where anybody wants to know; `group` as that layer has it."""
    if not telemetry.watching:
        return wire
    from mcp_server.http.observed import Observed  # noqa: PLC0415  light start-up: few want to know

    return Observed(wire, telemetry, group)


class Deadline(Wire):
    """Gives one request, body included, a hard total time.

    The library's own timeouts bound each read, so a server that drips bytes could hold a call for ever.
    """

    def __init__(self, inner: Wire, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request.

        Raises:
            httpx2.ReadTimeout: The headers are not in within the deadline, or later the body is not.
        """
        ends_at = anyio.current_time() + self._seconds
        try:
            with anyio.fail_after(self._seconds):
                response = await self._inner.handle_async_request(request)
        except TimeoutError as exc:
            raise httpx2.ReadTimeout("deadline", request=request) from exc
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("a wire must answer with an asynchronous stream")
        response.stream = _TimedStream(response.stream, ends_at)
        return response

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()


class _TimedStream(httpx2.AsyncByteStream):
    """A body of which every chunk must be in before `ends_at`."""

    def __init__(self, inner: httpx2.AsyncByteStream, ends_at: float) -> None:
        self._inner = inner
        self._chunks = aiter(inner)
        self._ends_at = ends_at

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            with anyio.fail_after(self._ends_at - anyio.current_time()):
                return await anext(self._chunks)
        except TimeoutError as exc:
            raise httpx2.ReadTimeout("deadline") from exc

    async def aclose(self) -> None:
        # A generator left for the garbage collector cannot be cleaned up on every event loop.
        chunks: object = self._chunks
        if isinstance(chunks, AsyncGenerator):
            await cast("AsyncGenerator[bytes]", chunks).aclose()
        await self._inner.aclose()
