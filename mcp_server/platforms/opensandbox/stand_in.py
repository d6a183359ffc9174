"""A local imitation of an OpenSandbox server, written from its API documents and answers of genuine servers."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from mcp_server.platforms.opensandbox import stand_in_text as text
from mcp_server.platforms.opensandbox.stand_in_content import Contents
from mcp_server.platforms.opensandbox.stand_in_data import Data, Sandbox
from mcp_server.platforms.stand_in_web import Handler, Headers, Refusal, TemplatedRoute, not_routed, parse, refused

Json = dict[str, Any]
Kind = Literal["logs", "events"]

# Caps of the scoped form; there is none on bytes.
_LOG_LINES: Final = 100
_EVENT_LINES: Final = 50
# A longer log is delivered by URL where the dialect says so.
_INLINE_CHARS: Final = 4096
_SCOPES: Final[dict[Kind, tuple[str, ...]]] = {"logs": ("container", "all"), "events": ("runtime", "all")}
_ALL_WARNING: Final[dict[Kind, str]] = {
    "logs": "The current backend only contributes sandbox container logs to the all scope.",
    "events": "The current backend only contributes runtime events to the all scope.",
}
_NOT_IMPLEMENTED: Final = "The stable Diagnostics API is not implemented by this OpenSandbox server."
_NO_KEY: Final = "Authentication credentials are missing. Provide API key via OPEN-SANDBOX-API-KEY header."
_BAD_KEY: Final = "Authentication credentials are invalid. Check your API key and try again."
_DEPRECATED: Final = {"deprecation": "true"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How one server differs from another: version, how it delivers big payloads, what runs its sandboxes."""

    version: Literal["1.1.1", "0.2.0"] = "1.1.1"
    delivery: Literal["inline", "url"] = "inline"
    runtime: Literal["docker", "fsb"] = "docker"


class _ListQuery(BaseModel):
    state: list[str] = Field(default_factory=list[str])
    metadata: str | None = None
    page: int = Field(1, ge=1)
    page_size: int = Field(20, alias="pageSize", ge=1, le=200)


class _LogsQuery(BaseModel):
    tail: int = Field(100, ge=1, le=10_000)
    since: str | None = None
    container: str | None = None


class _EventsQuery(BaseModel):
    limit: int = Field(50, ge=1, le=500)


class _SummaryQuery(BaseModel):
    tail: int = Field(50, ge=1, le=10_000)
    event_limit: int = Field(20, ge=1, le=500)


def opensandbox_app(data: Data, *, now: Callable[[], datetime], dialect: Dialect) -> Starlette:
    """Build the server; `now` is the story's aware time of day."""
    contents = Contents(now)
    service = _Service(data, now, dialect, contents)
    requests = count(1)

    def headers() -> dict[str, str]:
        seed = f"{dialect}:{next(requests)}"
        return {"vary": "Origin", "x-request-id": hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()}

    return Starlette(
        routes=[
            *(route for prefix in ("/v1", "") for route in _routes(service, prefix)),
            TemplatedRoute("GET", "/content/{content_id}", contents.answer),
        ],
        exception_handlers={Refusal: refused, HTTPException: service.not_routed},
        middleware=[Middleware(Headers, make=headers)],
    )


def _routes(service: "_Service", prefix: str) -> list[TemplatedRoute]:
    one = f"{prefix}/sandboxes/{{sandbox_id}}"
    rows: list[tuple[str, Handler]] = [
        (f"{prefix}/health", service.health),
        (f"{prefix}/version", service.version),
        (f"{prefix}/sandboxes", service.guarded(service.sandboxes)),
        (one, service.guarded(service.sandbox)),
        (f"{one}/diagnostics/logs", service.guarded(service.logs)),
        (f"{one}/diagnostics/events", service.guarded(service.events)),
        (f"{one}/diagnostics/inspect", service.guarded(service.inspect)),
        (f"{one}/diagnostics/summary", service.guarded(service.summary)),
    ]
    return [TemplatedRoute("GET", path, endpoint) for path, endpoint in rows]


def _problem(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"code": code, "message": message})


class _Service:
    """The endpoints, each named after what it answers."""

    def __init__(self, data: Data, now: Callable[[], datetime], dialect: Dialect, contents: Contents) -> None:
        self._data = data
        self._now = now
        self._dialect = dialect
        self._contents = contents

    def guarded(self, answer: Handler) -> Handler:
        """Put the check of the key before an endpoint."""

        async def endpoint(request: Request) -> Response:
            self._check_key(request)
            return await answer(request)

        return endpoint

    async def not_routed(self, request: Request, exc: Exception) -> Response:
        """Answer 404 and 405, but to nobody without a key."""
        try:
            self._check_key(request)
        except Refusal as refusal:
            return await refused(request, refusal)
        return await not_routed(request, exc)

    async def health(self, _: Request) -> Response:
        """Say that the server is up."""
        return JSONResponse({"status": "healthy"})

    async def version(self, _: Request) -> Response:
        """Return the version; 0.2.0 has no such route."""
        if self._dialect.version == "0.2.0":
            raise HTTPException(404)
        return JSONResponse({"version": self._dialect.version})

    async def sandboxes(self, request: Request) -> Response:
        """Return a page of sandboxes, newest first."""
        query = parse(_ListQuery, "query", {**request.query_params, "state": request.query_params.getlist("state")})
        states = {state.lower() for state in query.state}
        wanted = _metadata(query.metadata)
        found = [
            one
            for one in sorted(self._data.sandboxes, key=lambda one: one.created_at, reverse=True)
            if (not states or one.status[0].lower() in states) and wanted.items() <= one.metadata.items()
        ]
        first = (query.page - 1) * query.page_size
        pages = -(-len(found) // query.page_size)
        pagination = {
            "page": query.page,
            "pageSize": query.page_size,
            "totalItems": len(found),
            "totalPages": pages,
            "hasNextPage": query.page < pages,
        }
        items = [_facts(one) for one in found[first : first + query.page_size]]
        return JSONResponse({"items": items, "pagination": pagination})

    async def sandbox(self, request: Request) -> Response:
        """Return one sandbox."""
        return JSONResponse(_facts(self._find(request)))

    async def logs(self, request: Request) -> Response:
        """Return a log: with `scope` as a descriptor of its last 100 lines, without as deprecated plain text."""
        query = parse(_LogsQuery, "query", dict(request.query_params))
        if self._dialect.runtime == "fsb":
            raise _problem(501, "FSB::API_NOT_SUPPORTED", "Logs are not supported by the fast-sandbox runtime.")
        scope = self._scope(request, "logs")
        sandbox = self._find(request)
        if scope is not None:
            found = text.tail(sandbox.lines(), _LOG_LINES + 1)
            content = text.logs(found[-_LOG_LINES:])
            descriptor = self._descriptor(sandbox, "logs", scope, content, truncated=len(found) > _LOG_LINES)
            return JSONResponse(self._delivered(request, sandbox, descriptor))
        lines = sandbox.others.get(query.container or "", sandbox.lines)()
        recent = lines if query.since is None else text.since(lines, query.since, self._now())
        return PlainTextResponse(text.logs(text.tail(recent, query.tail)), headers=_DEPRECATED)

    async def events(self, request: Request) -> Response:
        """Return the runtime's events, in the same two forms."""
        query = parse(_EventsQuery, "query", dict(request.query_params))
        scope = self._scope(request, "events")
        sandbox = self._find(request)
        if scope is None:
            return PlainTextResponse(self._events(sandbox, query.limit), headers=_DEPRECATED)
        content = self._events(sandbox, _EVENT_LINES)
        return JSONResponse(self._descriptor(sandbox, "events", scope, content, truncated=False))

    async def inspect(self, request: Request) -> Response:
        """Return the container's settings as text."""
        return PlainTextResponse(text.inspect(self._find(request)))

    async def summary(self, request: Request) -> Response:
        """Return settings, events and the end of the log as one text."""
        query = parse(_SummaryQuery, "query", dict(request.query_params))
        sandbox = self._find(request)
        return PlainTextResponse(text.summary(sandbox, lines=query.tail, events_limit=query.event_limit))

    def _check_key(self, request: Request) -> None:
        key = request.headers.get("open-sandbox-api-key")
        if not self._data.keys or key in self._data.keys:
            return
        if not key:
            raise _problem(401, "MISSING_API_KEY", _NO_KEY)
        raise _problem(401, "INVALID_API_KEY", _BAD_KEY)

    def _scope(self, request: Request, kind: Kind) -> str | None:
        """Return the scope asked for, None without one; what is not supported is refused before any look-up."""
        asked = request.query_params.get("scope")
        if asked is None:
            return None
        if self._dialect.version == "0.2.0":
            raise _problem(501, "DIAGNOSTICS_NOT_IMPLEMENTED", _NOT_IMPLEMENTED)
        scope = asked.strip().lower()
        if scope not in _SCOPES[kind]:
            supported = ", ".join(_SCOPES[kind])
            message = f"Unsupported {kind} diagnostics scope '{scope}'. Supported scopes: {supported}."
            raise _problem(400, "DIAGNOSTICS_SCOPE_UNSUPPORTED", message)
        return scope

    def _find(self, request: Request) -> Sandbox:
        sandbox_id: str = request.path_params["sandbox_id"]
        for one in self._data.sandboxes:
            if one.id == sandbox_id:
                return one
        code = f"{self._dialect.runtime.upper()}::SANDBOX_NOT_FOUND"
        raise _problem(404, code, f"Sandbox {sandbox_id} not found.")

    def _events(self, sandbox: Sandbox, limit: int) -> str:
        return text.events_json(sandbox) if self._dialect.runtime == "fsb" else text.events(sandbox, limit)

    def _descriptor(self, sandbox: Sandbox, kind: Kind, scope: str, content: str, *, truncated: bool) -> Json:
        return {
            "sandboxId": sandbox.id,
            "kind": kind,
            "scope": scope,
            "delivery": "inline",
            "contentType": "text/plain; charset=utf-8",
            "content": content,
            "contentLength": len(content.encode()),
            "truncated": truncated,
            **({"warnings": [_ALL_WARNING[kind]]} if scope == "all" else {}),
        }

    def _delivered(self, request: Request, sandbox: Sandbox, descriptor: Json) -> Json:
        """Return the descriptor as it is, or with a URL to the whole log where that is big."""
        whole = text.logs(sandbox.lines())
        if self._dialect.delivery == "inline" or len(whole) <= _INLINE_CHARS:
            return descriptor
        return self._contents.by_url(descriptor, whole, origin=str(request.base_url))


def _metadata(query: str | None) -> dict[str, str]:
    try:
        return dict(parse_qsl(query or "", strict_parsing=query is not None))
    except ValueError as wrong:
        raise _problem(400, "INVALID_METADATA_FORMAT", f"Invalid metadata format: {wrong}") from None


def _facts(one: Sandbox) -> Json:
    state, reason, message, at = one.status
    return {
        "id": one.id,
        "image": {"uri": one.image},
        "status": {"state": state, "reason": reason, "message": message, "lastTransitionAt": _micro(at)},
        "metadata": dict(one.metadata),
        "entrypoint": list(one.entrypoint),
        "expiresAt": _micro(one.expires_at),
        "createdAt": _micro(one.created_at),
    }


def _micro(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
