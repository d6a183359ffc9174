"""A local imitation of Codegen's API, written from its OpenAPI document and guide pages alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mcp_server.platforms.codegen.stand_in_data import Data
from mcp_server.platforms.codegen.stand_in_runs import Runs
from mcp_server.platforms.codegen.stand_in_service import Service
from mcp_server.platforms.stand_in_web import Clock, Limit, Refusal, TemplatedRoute, Windows, not_routed, refused

# The documented limits; the guide's page on run logs adds that 60 in 60 s are "shared across all endpoints".
USERS: Final = Limit("users", 60, 30)
READS: Final = Limit("reads", 60, 30)
LOGS: Final = Limit("logs", 60, 60)
ANALYZE: Final = Limit("analyze", 5, 60)
SETUP: Final = Limit("setup", 5, 60)
CREATE: Final = Limit("create", 10, 60)
SHARED: Final = Limit("shared", 60, 60)

# The vendor's own command line compares the upper-case words, its guide shows the lower-case ones.
_UPPER: Final = {"completed": "COMPLETE", "failed": "FAILED", "running": "RUNNING", "cancelled": "CANCELLED"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How one server differs from another: where run logs are, how a status is spelled, which limits it keeps."""

    logs_path: Literal["alpha", "v1"] = "alpha"
    status_words: Literal["lower", "upper"] = "lower"
    rate_limits: bool = True
    shared_limit: bool = True


def codegen_app(data: Data, *, clock: Clock, now: Callable[[], datetime], dialect: Dialect) -> Starlette:
    """Build the server. `clock` counts seconds for runs and limits, `now` is the story's aware time of day."""
    word: Callable[[str], str] = _UPPER.__getitem__ if dialect.status_words == "upper" else str
    service = Service(data, Runs(data.runs, clock=clock, now=now, word=word))
    doors = _Doors(data, Windows(clock), dialect)
    return Starlette(
        routes=[doors.route(*row) for row in _rows(service, dialect)],
        exception_handlers={Refusal: refused, HTTPException: not_routed},
    )


_Method = Literal["GET", "POST"]
_Answer = Callable[[Request], Awaitable[Mapping[str, Any]]]


def _rows(service: Service, dialect: Dialect) -> list[tuple[_Method, str, Limit | None, _Answer]]:
    org = "/v1/organizations/{org_id}"
    run = "/organizations/{org_id}/agent/run/{agent_run_id}"
    alpha = "/alpha" if dialect.logs_path == "alpha" else ""
    return [
        ("GET", "/v1/users/me", USERS, service.me),
        ("GET", f"{org}/users", USERS, service.users),
        ("GET", f"{org}/users/{{user_id}}", USERS, service.user),
        ("GET", "/v1/organizations", READS, service.organizations),
        ("POST", f"{org}/agent/run", CREATE, service.create),
        ("POST", f"{org}/agent/run/resume", None, service.resume),
        ("GET", f"/v1{run}", READS, service.run),
        ("GET", f"{org}/agent/runs", READS, service.runs),
        ("GET", f"/v1{alpha}{run}/logs", LOGS, service.logs),
        ("POST", f"{org}/sandbox/{{sandbox_id}}/analyze-logs", ANALYZE, service.analyze),
        ("POST", f"{org}/setup-commands/generate", SETUP, service.set_up),
        ("POST", "/v1/slack-connect/generate-token", None, service.slack_token),
    ]


class _Doors:
    """Puts the checks of token and limits before every endpoint."""

    def __init__(self, data: Data, windows: Windows, dialect: Dialect) -> None:
        self._data = data
        self._windows = windows
        self._dialect = dialect

    def route(self, method: _Method, path: str, limit: Limit | None, answer: _Answer) -> TemplatedRoute:
        """Return the route; an endpoint without a limit of its own still counts in the shared one."""
        limits = self._limits(limit)

        async def endpoint(request: Request) -> Response:
            token = self._token(request)
            if not self._windows.take(token, limits):
                raise Refusal(429, {"message": "Rate limit exceeded. Please try again later.", "status_code": 429})
            return JSONResponse(await answer(request))

        return TemplatedRoute(method, path, endpoint)

    def _limits(self, limit: Limit | None) -> list[Limit]:
        shared = SHARED if self._dialect.shared_limit else None
        kept = (limit, shared) if self._dialect.rate_limits else ()
        return [one for one in kept if one is not None]

    def _token(self, request: Request) -> str:
        """Return the caller's token. The guide lists 401 in these words; its body follows every other error's shape."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self._data.tokens:
            raise Refusal(401, {"message": "Unauthorized - Invalid or missing API token", "status_code": 401})
        return token
