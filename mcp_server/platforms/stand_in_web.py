"""What the three stand-ins share: a journal of what was asked, FastAPI's answers to bad arguments, rate windows."""

import hashlib
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Clock = Callable[[], float]
Handler = Callable[[Request], Awaitable[Response]]

Model = TypeVar("Model", bound=BaseModel)

_TEMPLATE = "sandscope.template"
_KEY_HEADERS = (b"authorization", b"agentbox-api-key", b"open-sandbox-api-key")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a stand-in saw it.

    `time` is the clock's reading in seconds when it arrived, `template` the route's path with its mount
    (`/codegen/v1/organizations/{org_id}/users`; the plain path if no route matched), `query` the raw query string,
    `key` a fingerprint of the key that was sent, None without one.
    """

    time: float
    method: str
    template: str
    query: str
    status: int
    key: str | None


class Journal:
    """ASGI middleware that writes one `Asked` per request to `rows`, in the order of the answers."""

    def __init__(self, app: ASGIApp, rows: list[Asked], clock: Clock) -> None:
        self._app = app
        self._rows = rows
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrived = self._clock()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._rows.append(_asked(scope, arrived, message["status"]))
            await send(message)

        await self._app(scope, receive, noting)


def _asked(scope: Scope, arrived: float, status: int) -> Asked:
    keys = [value for name, value in scope["headers"] if name in _KEY_HEADERS]
    return Asked(
        time=arrived,
        method=scope["method"],
        template=scope.get(_TEMPLATE, scope["path"]),
        query=scope["query_string"].decode("latin-1"),
        status=status,
        key=fingerprint(keys[0].decode("latin-1")) if keys else None,
    )


def fingerprint(header: str) -> str:
    """Return 12 hex digits that tell keys apart without showing them; a `Bearer ` before the key does not count."""
    return hashlib.sha256(header.removeprefix("Bearer ").encode()).hexdigest()[:12]


class TemplatedRoute(Route):
    """A route for exactly one method that leaves its path template where the journal finds it."""

    def __init__(self, method: Literal["GET", "POST"], path: str, endpoint: Handler) -> None:
        super().__init__(path, endpoint, methods=[method])
        # Starlette adds HEAD to every GET; the imitated servers answer 405 to it and name one method in Allow.
        self.methods = {method}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as Starlette does, and name the template."""
        match, child = super().matches(scope)
        return match, {**child, _TEMPLATE: scope.get("root_path", "") + self.path} if child else child


class Headers:
    """ASGI middleware that adds headers to every answer, errors included."""

    def __init__(self, app: ASGIApp, make: Callable[[], Mapping[str, str]]) -> None:
        self._app = app
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(name.encode(), value.encode()) for name, value in self._make().items()]
            await send(message)

        await self._app(scope, receive, adding)


class Refusal(HTTPException):
    """Ends a request with this status and JSON body. It never leaves a stand-in: an answer, not an error of ours."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.body = body


async def refused(_: Request, exc: Exception) -> Response:
    """Exception handler for `Refusal`."""
    refusal = cast("Refusal", exc)
    return JSONResponse(refusal.body, refusal.status_code)


async def not_routed(_: Request, exc: Exception) -> Response:
    """Exception handler for Starlette's own 404 and 405, in FastAPI's shape (`{"detail": "Not Found"}`)."""
    raised = cast("HTTPException", exc)
    return JSONResponse({"detail": raised.detail}, raised.status_code, raised.headers)


def parse(model: type[Model], place: Literal["path", "query", "body"], values: Any) -> Model:
    """Validate `values`; what is wrong is answered as FastAPI does: 422 `{"detail": [{type, loc, msg, input}]}`."""
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        details = wrong.errors(include_url=False)
        raise Refusal(422, {"detail": [{**one, "loc": [place, *one["loc"]]} for one in details]}) from None


async def parse_body(model: type[Model], request: Request) -> Model:
    """Validate the JSON body like `parse`; no JSON at all is a 422 of its own."""
    raw = await request.body()
    if not raw:
        missing = {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
        raise Refusal(422, {"detail": [missing]})
    try:
        values = json.loads(raw)
    except json.JSONDecodeError as wrong:
        invalid = {
            "type": "json_invalid",
            "loc": ["body", wrong.pos],
            "msg": "JSON decode error",
            "input": {},
            "ctx": {"error": wrong.msg},
        }
        raise Refusal(422, {"detail": [invalid]}) from None
    return parse(model, "body", values)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` requests in any `seconds` seconds, shared by all endpoints that name this limit."""

    name: str
    count: int
    seconds: float


class Windows:
    """Sliding windows per key: the strictest reading of "N requests per S seconds"."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._taken: dict[tuple[str, str], deque[float]] = {}

    def take(self, key: str, limits: Sequence[Limit]) -> bool:
        """Charge every limit and return True, or charge none and return False if one of them is spent."""
        now = self._clock()
        windows = [self._recent(key, limit, now) for limit in limits]
        if any(len(window) >= limit.count for window, limit in zip(windows, limits, strict=True)):
            return False
        for window in windows:
            window.append(now)
        return True

    def _recent(self, key: str, limit: Limit, now: float) -> deque[float]:
        window = self._taken.setdefault((key, limit.name), deque())
        while window and window[0] <= now - limit.seconds:
            window.popleft()
        return window
