"""What a request must pass before it is served, each a layer of ASGI: the right host, its caller's limit; and what was refused."""

import math
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Final

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import principal_components
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcp_server.settings import LimitRule
from mcp_server.state.clock import Clock
from mcp_server.telemetry import Telemetry

# Whose limits are remembered; one who is forgotten begins anew.
MAX_CALLERS: Final = 10_000
FIRST_REFUSAL: Final = 400
UNREADY: Final = 503


class ForThisHost:
    """Lets through what is for this server by its Host, and from where it may come by its Origin: no DNS rebinding."""

    def __init__(self, app: ASGIApp, hosts: list[str], origins: list[str]) -> None:
        self._app = app
        self._checks = TransportSecurityMiddleware(
            TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 421 or 403, or hands on."""
        refusal = await self._checks.validate_request(Request(scope))
        await (refusal or self._app)(scope, receive, send)


@dataclass(slots=True)
class CallerLimit:
    """Lets through so many requests of one caller: a bucket that holds a window's worth and fills steadily.

    Attributes:
        app: What is asked then.
        rule: How many; None lets through all.
        clock: Tells how much has flown in.
    """

    app: ASGIApp
    rule: LimitRule
    clock: Clock
    _buckets: OrderedDict[object, tuple[float, float]] = field(
        default_factory=OrderedDict[object, tuple[float, float]], repr=False
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 429 with the seconds to wait (RFC 6585), or hands on."""
        wait_s = self._taken(_caller(scope))
        if wait_s > 0:
            told = {"error": "rate_limited", "error_description": f"Too many requests. Ask again in {wait_s} s."}
            await JSONResponse(told, 429, {"retry-after": str(wait_s)})(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _taken(self, caller: object) -> int:
        """Seconds until there is room for one; 0 if there was, and it is taken."""
        limit, window_s = self.rule.limit, self.rule.window_s
        if limit is None:
            return 0
        now = self.clock.now()
        left, at = self._buckets.pop(caller, (float(limit), now))
        left = min(limit, left + (now - at) * limit / window_s)
        room = left >= 1
        self._buckets[caller] = (left - room, now)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return 0 if room else math.ceil((1 - left) * window_s / limit)


@dataclass(slots=True)
class TurnedAway:
    """How many requests were answered with which status from 400 on.

    Attributes:
        counts: By status.
        telemetry: Told of each.
    """

    counts: Counter[int] = field(default_factory=Counter[int])
    telemetry: Telemetry = field(default_factory=Telemetry)

    def note(self, status: int) -> None:
        """One more."""
        self.counts[status] += 1
        self.telemetry.turned_away(status)


class Counted:
    """Counts what is turned away, by the status that comes back."""

    def __init__(self, app: ASGIApp, turned_away: TurnedAway) -> None:
        self._app = app
        self._turned_away = turned_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on, and looks at what is sent."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= FIRST_REFUSAL:
                self._turned_away.note(message["status"])
            await send(message)

        await self._app(scope, receive, noted if scope["type"] == "http" else send)


def unready(_: HTTPConnection, __: Exception) -> Response:
    """The answer while nobody can be told from anybody, because the issuer's keys are not known."""
    told = {"error": "temporarily_unavailable", "error_description": "Tokens cannot be checked now. Ask again in 5 s."}
    return JSONResponse(told, UNREADY, {"retry-after": "5"})


def _caller(scope: Scope) -> object:
    token = get_access_token()
    return principal_components(token) if token else (scope.get("client") or ("",))[0]
