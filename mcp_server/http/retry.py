"""The retry layer: only what is safe to repeat, at most twice, with full jitter."""

import contextlib
import random
from collections.abc import Callable

import httpx2

from mcp_server.budget.clock import Clock
from mcp_server.budget.groups import Charge
from mcp_server.http.paced import CHARGE, NOT_SENT, RETRY_AFTER, TOO_MANY_REQUESTS
from mcp_server.http.wire import Wire

MAX_RETRIES = 2
RETRIED_STATUS = frozenset({TOO_MANY_REQUESTS, 502, 503, 504})
FIRST_BACKOFF_S = 0.5


class Retry(Wire):
    """Repeats a GET on 429, 502, 503, 504 and a POST on 429 only; either when nothing was sent.

    A POST starts paid work, so it is never repeated once bytes may have arrived. After a 429 the budget layer below
    holds the group back, so the wait happens there; if that is longer than the call may wait, the 429 is the answer.
    """

    def __init__(self, inner: Wire, clock: Clock, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._inner = inner
        self._clock = clock
        self._uniform = uniform

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request, and again where that is safe."""
        for attempt in range(MAX_RETRIES):
            with contextlib.suppress(*NOT_SENT):
                response = await self._inner.handle_async_request(request)
                if not self._repeats(request, response):
                    return response
                await response.aclose()
            await self._clock.sleep(self._uniform(0, FIRST_BACKOFF_S * 2**attempt))
        return await self._inner.handle_async_request(request)

    @staticmethod
    def _repeats(request: httpx2.Request, response: httpx2.Response) -> bool:
        if response.status_code == TOO_MANY_REQUESTS:
            charge: Charge = request.extensions[CHARGE]
            return bool(response.extensions[RETRY_AFTER] <= charge.max_wait_s)
        return request.method == "GET" and response.status_code in RETRIED_STATUS

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()
