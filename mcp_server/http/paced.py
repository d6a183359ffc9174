"""The budget layer: no request passes without a slot in every group it is charged to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import cast

import httpx2

from mcp_server.budget.budget import Budget, Lease
from mcp_server.budget.groups import Charge
from mcp_server.errors import Later
from mcp_server.http.rate_headers import heard_from, retry_after_s
from mcp_server.http.wire import Wire
from mcp_server.telemetry import CANCELLED, OK, Telemetry

CHARGE = "sandscope.charge"
RETRY_AFTER = "sandscope.retry_after_s"
# For whoever observes an attempt: how many came before, and how long it waited for its slot.
RESENT = "sandscope.resent"
WAITED = "sandscope.waited_s"

# No byte of the request left this machine. A connect stall is ended by the deadline layer as a `ReadTimeout`, which
# does not tell how far the request came: it is charged, and counts as maybe sent.
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
TOO_MANY_REQUESTS = 429


class Paced(Wire):
    """Takes the slots named by the request's `CHARGE` extension, and dates them by what became of the request.

    The slots are dated when the headers are in; the request is in flight until its body is read or closed. A 429
    freezes the group; the seconds it is frozen for are in the response's `RETRY_AFTER` extension.
    """

    def __init__(self, inner: Wire, budget: Budget, account: str, telemetry: Telemetry) -> None:
        self._inner = inner
        self._budget = budget
        self._account = account
        self._telemetry = telemetry

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request when there is a slot.

        Raises:
            RateBudgetSpent: No slot within the charge's longest wait; nothing was sent.
            ServerBusy: Too many requests in flight for as long; nothing was sent.
        """
        async with AsyncExitStack() as held:
            lease = await self._slots(request, held)
            response = await self._send(request, lease)
            # A wire in this process may answer with its whole body, which nobody closes then.
            if response.is_closed:
                return response
            body = cast("httpx2.AsyncByteStream", response.stream)  # the deadline layer has looked
            response.stream = _HeldStream(body, held.pop_all())
            return response

    async def _slots(self, request: httpx2.Request, held: AsyncExitStack) -> Lease:
        charge: Charge = request.extensions[CHARGE]
        began = self._budget.clock.now()
        outcome = CANCELLED
        try:
            lease = await held.enter_async_context(self._budget.lease(self._account, charge))
            outcome = OK
        except Later as exc:
            outcome = exc.code
            raise
        finally:
            waited_s = self._budget.clock.now() - began
            self._telemetry.waited(charge.groups[0], waited_s, outcome)
        request.extensions[WAITED] = waited_s
        self._telemetry.sent()
        return lease

    async def _send(self, request: httpx2.Request, lease: Lease) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except NOT_SENT:
            await lease.unsent()
            raise
        except BaseException:
            # Cancellation passes here too: whatever ends the request dates its slots.
            await lease.lost()
            raise
        heard = heard_from(response.headers)
        if response.status_code == TOO_MANY_REQUESTS:
            asked = retry_after_s(response.headers.get("retry-after"))
            response.extensions[RETRY_AFTER] = await lease.refused(asked, heard)
        else:
            await lease.done(heard)
        return response

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()


class _HeldStream(httpx2.AsyncByteStream):
    """A body that counts as in flight until it is closed, which the library does after the last byte too."""

    def __init__(self, inner: httpx2.AsyncByteStream, held: AsyncExitStack) -> None:
        self._inner = inner
        self._held = held

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._inner)

    async def aclose(self) -> None:
        async with self._held:
            await self._inner.aclose()
