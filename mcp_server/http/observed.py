"""The layer that tells of every attempt: where it went, what came back, how long it took. Never a path, query or text."""

import logging
import time
from collections.abc import AsyncIterator, Callable

import httpx2
from opentelemetry.trace import INVALID_SPAN

from mcp_server.budget.groups import Charge
from mcp_server.http.paced import CHARGE, RESENT, WAITED
from mcp_server.http.wire import Wire
from mcp_server.telemetry import CANCELLED, Sending, Telemetry

logger = logging.getLogger("sandscope")

_FIRST_REFUSAL = 400


class Observed(Wire):
    """Tells of each attempt when its body has been read or left.

    Args:
        inner: The layer below.
        telemetry: Is told.
        group: Of requests that are charged to none: a URL that a platform handed us, whose host is not told.
        now: Seconds of a clock that never goes back.
    """

    def __init__(
        self, inner: Wire, telemetry: Telemetry, group: str = "", now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._inner = inner
        self._telemetry = telemetry
        self._group = group
        self._now = now

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request."""
        attempt = _Attempt(self._telemetry, self._sending(request), self._now)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as exc:
            attempt.broke(exc)
            raise
        attempt.status = response.status_code
        # A wire in this process may answer with its whole body, which nobody closes then.
        if response.is_closed or not isinstance(response.stream, httpx2.AsyncByteStream):
            attempt.end()
        else:
            response.stream = _ObservedStream(response.stream, attempt)
        return response

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()

    def _sending(self, request: httpx2.Request) -> Sending:
        if self._group:
            return Sending(request.method, self._group)
        charge: Charge = request.extensions[CHARGE]
        resent, waited_s = request.extensions.get(RESENT, 0), request.extensions.get(WAITED, 0.0)
        return Sending(request.method, charge.groups[0], request.url.host, resent, waited_s)


class _Attempt:
    """One attempt, which ends once."""

    def __init__(self, telemetry: Telemetry, sending: Sending, now: Callable[[], float]) -> None:
        self.status: int | None = None
        self._error = ""
        self._over = False
        self._sending = sending
        self._now = now
        self._began = now()
        self._instruments = telemetry.instruments
        self._span = self._instruments.sending(sending) if self._instruments else INVALID_SPAN

    def broke(self, exc: BaseException) -> None:
        """Ends it: nothing came, or not all of it."""
        self._error = type(exc).__name__ if isinstance(exc, Exception) else CANCELLED
        self.end()

    def end(self) -> None:
        """Tells of it."""
        if self._over:
            return
        self._over = True
        seconds = self._now() - self._began
        refused = self.status is not None and self.status >= _FIRST_REFUSAL
        error = self._error or (str(self.status) if refused else "")
        if self._instruments:
            self._instruments.received(self._sending, self._span, seconds, self.status, error)
        facts = {
            "method": self._sending.method,
            "group": self._sending.group,
            "status": self.status,
            "error": self._error,
            "ms": round(seconds * 1000),
            "waited_ms": round(self._sending.waited_s * 1000),
            "resent": self._sending.resent,
        }
        logger.debug("request", extra={"facts": facts})


class _ObservedStream(httpx2.AsyncByteStream):
    """A body whose end is the end of its attempt."""

    def __init__(self, inner: httpx2.AsyncByteStream, attempt: _Attempt) -> None:
        self._inner = inner
        self._chunks = aiter(inner)
        self._attempt = attempt

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except StopAsyncIteration:
            raise
        except BaseException as exc:
            self._attempt.broke(exc)
            raise

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._attempt.end()
