"""The retry layer: only what is safe to repeat, at most twice, with full jitter."""

import contextlib
import dataclasses
import random
from collections.abc import Callable

import anyio
import httpx2

from mcp_server.budget.groups import Charge
from mcp_server.errors import RateBudgetSpent, ServerBusy
from mcp_server.http.client import MAX_ERROR_BYTES, read
from mcp_server.http.paced import CHARGE, NOT_SENT, RESENT, RETRY_AFTER, TOO_MANY_REQUESTS
from mcp_server.http.wire import Wire
from mcp_server.state.clock import Clock

MAX_RETRIES = 2
RETRIED_STATUS = frozenset({TOO_MANY_REQUESTS, 502, 503, 504})
FIRST_BACKOFF_S = 0.5
# A refusal that will probably be asked away is not worth more of the caller's time.
LONGEST_WORDS_S = 1.0


class Retry(Wire):
    """Repeats a GET on 429, 502, 503, 504, a POST on 429 only, and both when nothing was sent.

    A POST starts paid work, so it is never repeated once bytes may have arrived; a connect stall, which the deadline
    below ends, counts as that. After a 429 the budget layer below holds the group back, so the wait happens there.
    The charge's longest wait is for all attempts of a call together; when it does not suffice for another attempt,
    the platform's last answer is the answer.
    """

    def __init__(self, inner: Wire, clock: Clock, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._inner = inner
        self._clock = clock
        self._uniform = uniform

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request, and again where that is safe.

        Raises:
            RateBudgetSpent, ServerBusy: No attempt could be made in time.
        """
        charge: Charge = request.extensions[CHARGE]
        give_up = self._clock.now() + charge.max_wait_s
        attempt = 0
        refusal: httpx2.Response | None = None
        while True:
            try:
                response = await self._inner.handle_async_request(request)
            except NOT_SENT:
                if attempt == MAX_RETRIES:
                    raise
            except (RateBudgetSpent, ServerBusy):
                if refusal is None:
                    raise
                return refusal
            else:
                if attempt == MAX_RETRIES or not self._repeats(request, response, give_up):
                    return response
                refusal = await _kept(response)
            await self._clock.sleep(self._uniform(0, FIRST_BACKOFF_S * 2**attempt))
            attempt += 1
            request.extensions[RESENT] = attempt
            left_s = max(0.0, give_up - self._clock.now())
            request.extensions[CHARGE] = dataclasses.replace(charge, max_wait_s=left_s)

    def _repeats(self, request: httpx2.Request, response: httpx2.Response, give_up: float) -> bool:
        if response.status_code == TOO_MANY_REQUESTS:
            return bool(self._clock.now() + response.extensions[RETRY_AFTER] <= give_up)
        return request.method == "GET" and response.status_code in RETRIED_STATUS

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()


async def _kept(response: httpx2.Response) -> httpx2.Response:
    """The answer, closed, with as much of its body as came in a short time."""
    body = b""
    try:
        with (
            anyio.move_on_after(LONGEST_WORDS_S),
            contextlib.suppress(httpx2.TransportError, httpx2.DecodingError),
        ):
            body = (await read(response, MAX_ERROR_BYTES)).content
    finally:
        await response.aclose()
    headers = response.headers.copy()
    headers.pop("content-encoding", None)  # the body has been decoded
    return httpx2.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)
