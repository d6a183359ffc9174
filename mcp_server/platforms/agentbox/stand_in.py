"""A local imitation of AgentBox's worker API, written from its OpenAPI document and what its handlers are known to do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from mcp_server.platforms.agentbox.stand_in_data import Data, Sandbox
from mcp_server.platforms.agentbox.stand_in_logs import logs
from mcp_server.platforms.stand_in_web import Headers, Refusal, TemplatedRoute, refused

Json = dict[str, Any]

_VERSION: Final = "0.0.0-demo"
# The list's documented maximum is 1000; the handler clamps to 100.
_LIST_DEFAULT: Final = 20
_LIST_MAX: Final = 100
_MAX_LINES: Final = 10_000
# What an int parameter of the server can hold.
_INT_MAX: Final = 2**31 - 1
_PARSE: Final = (
    'Invalid format for parameter {name}: error binding string parameter: strconv.ParseInt: parsing "{text}": '
    "invalid syntax"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How one server differs from another: where it looks for the key, what it reads when no container is named."""

    auth: Literal["header", "bearer"] = "header"
    containers: Literal["first", "all"] = "first"


def agentbox_app(data: Data, *, dialect: Dialect) -> Starlette:
    """Build the server."""
    service = _Service(data, dialect)
    rows: list[tuple[str, Callable[[Request], Mapping[str, Any]]]] = [
        ("/v1/auth/whoami", service.whoami),
        ("/v1/clusters", service.clusters),
        ("/v1/sandboxes", service.sandboxes),
        ("/v1/sandboxes/{sandbox_id}", service.sandbox),
        ("/v1/sandboxes/{sandbox_id}/logs", service.logs),
    ]
    return Starlette(
        routes=[
            TemplatedRoute("GET", "/ping", _ping),
            *(TemplatedRoute("GET", path, service.guarded(answer)) for path, answer in rows),
        ],
        exception_handlers={Refusal: refused, HTTPException: _not_routed},
        middleware=[Middleware(Headers, make=lambda: {"x-agentbox-server-version": _VERSION})],
    )


async def _ping(_: Request) -> Response:
    return PlainTextResponse("pong")


async def _not_routed(_: Request, __: Exception) -> Response:
    """Answer as gin does: no route for this path or for this method is the same to it."""
    return PlainTextResponse("404 page not found", 404)


class _Service:
    """The endpoints, each named after what it answers."""

    def __init__(self, data: Data, dialect: Dialect) -> None:
        self._data = data
        self._dialect = dialect

    def guarded(self, answer: Callable[[Request], Mapping[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        """Put the check of the key before an endpoint."""

        async def endpoint(request: Request) -> Response:
            key = self._key(request)
            if key is None:
                raise Refusal(401, {"error": "missing api key"})
            if key not in self._data.keys:
                raise Refusal(401, {"error": "invalid api key"})
            return JSONResponse(answer(request))

        return endpoint

    def whoami(self, _: Request) -> Json:
        """Return the key's owner."""
        return {"role": self._data.role, "user": self._data.user, "team": self._data.team}

    def clusters(self, _: Request) -> Json:
        """Return the clusters, the local one first."""
        names = self._data.clusters
        return {"clusters": [{"id": name, "name": name, "local": name == names[0]} for name in names]}

    def sandboxes(self, request: Request) -> Json:
        """Return a page of sandboxes, the latest claim first. Ids in a list never carry a cluster."""
        pool = request.query_params.get("poolName")
        wanted = [word for word in request.query_params.get("status", "").split(",") if word]
        limit = min(_integer(request, "limit", _LIST_DEFAULT, low=1), _LIST_MAX)
        offset = _integer(request, "offset", 0)
        found = [
            one
            for one in sorted(self._data.sandboxes, key=lambda one: one.claimed_at, reverse=True)
            if pool in (None, one.pool_name) and (not wanted or one.status in wanted)
        ]
        rows = [_facts(one) for one in found[offset : offset + limit]]
        return {"items": rows, "total": len(found), "limit": limit, "offset": offset}

    def sandbox(self, request: Request) -> Json:
        """Return one sandbox; a finished one is answered from history."""
        return {"sandbox": _facts(self._find(request))}

    def logs(self, request: Request) -> Json:
        """Return a sandbox's log."""
        lines = _integer(request, "lines", 0, high=_MAX_LINES)
        container = request.query_params.get("container") or None
        source = request.query_params.get("source") or "stdout"
        every = self._dialect.containers == "all"
        return logs(self._find(request), container=container, lines=lines, source=source, every=every)

    def _key(self, request: Request) -> str | None:
        if self._dialect.auth == "header":
            return request.headers.get("agentbox-api-key") or None
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return (key or None) if scheme == "Bearer" else None

    def _find(self, request: Request) -> Sandbox:
        sandbox_id: str = request.path_params["sandbox_id"]
        cluster, dot, rest = sandbox_id.partition(".")
        if dot and cluster not in self._data.clusters:
            raise Refusal(502, {"error": f"unknown target cluster: {cluster}"})
        uuid = rest if dot else sandbox_id
        for one in self._data.sandboxes:
            if one.uuid == uuid:
                return one
        namespace = f"t-{self._data.team}-{self._data.user}"
        raise Refusal(404, {"error": f"sandbox {namespace}/{uuid} not found or already terminated"})


def _integer(request: Request, name: str, default: int, *, low: int = 0, high: int = _INT_MAX) -> int:
    """Read an integer parameter; a bad one is refused by gin's generated binding, in its own shape."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = int(text)
    except ValueError:
        raise Refusal(400, {"msg": _PARSE.format(name=name, text=text)}) from None
    if not low <= value <= high:
        raise Refusal(400, {"msg": f"Invalid format for parameter {name}: number must be between {low} and {high}"})
    return value


def _facts(one: Sandbox) -> Json:
    """Return a sandbox as the API does: what has no value is absent."""
    detail = one.status_detail
    facts = {
        "sandboxId": one.uuid,
        "namespace": one.namespace,
        "poolName": one.pool_name,
        "podName": one.pod_name,
        "status": one.status,
        "claimedAt": one.claimed_at,
        "startedAt": one.started_at,
        "terminatedAt": one.terminated_at,
        "failureReason": one.failure_reason,
        "failureMessage": one.failure_message,
        "exitCode": one.exit_code,
        "statusDetail": None if detail is None else {"reason": detail[0], "message": detail[1]},
    }
    return {key: _wire(value) for key, value in facts.items() if value is not None}


def _wire(value: Any) -> Any:
    """Write a moment as Kubernetes does, in UTC to the second; anything else is JSON already."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
