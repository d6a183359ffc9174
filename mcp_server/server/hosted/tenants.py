"""One server for each profile, opened when its first caller comes: what one of them keeps does not exist for the others."""

import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.middleware.bearer_auth import AuthorizationContext
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import DEFAULT_MAX_REQUEST_BODY_SIZE, TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from mcp_server.http.wire import Wire
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.server.hosted.profiles import Profile, profile_of
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import State, open_state
from mcp_server.store.captured_logs import LogMemory

logger = logging.getLogger("sandscope")

# Sessions of clients older than 2026-07-28; newer ones need none.
MAX_SESSIONS: Final = 256
# Where callers are told apart, one leaves room for the others.
MAX_PER_CALLER: Final = 32
# A call that was begun may end after the token has.
LONGEST_CALL_S: Final = 60.0

_NO_DNS_CHECK: Final = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""Host and Origin are looked at before anybody is asked who he is."""


class Sessions(StreamableHTTPSessionManager):
    """The sessions of one profile, within what all of them may have."""

    def __init__(self, sandscope: Sandscope, open_sessions: Callable[[], int]) -> None:
        super().__init__(
            sandscope.server.lowlevel,
            security_settings=_NO_DNS_CHECK,
            max_request_body_size=DEFAULT_MAX_REQUEST_BODY_SIZE,
            max_sessions=MAX_SESSIONS,
        )
        self._open_sessions = open_sessions

    @property
    def count(self) -> int:
        """Sessions that are open."""
        return len(self._server_instances)

    def _admit_session(self, requestor: AuthorizationContext | None) -> StreamableHTTPServerTransport | None:
        held = sum(owner == requestor for owner in self._session_owners.values())
        if held >= MAX_PER_CALLER or self._open_sessions() >= MAX_SESSIONS:
            return None
        return super()._admit_session(requestor)


def only(sandscope: Sandscope) -> "Tenants":
    """One server for every caller."""
    return Tenants([Profile("", {}, {})], lambda _: sandscope, sandscope.state, sandscope.aclose)


def by_profile(
    profiles: Sequence[Profile],
    settings: Settings,
    choice: Choice | None = None,
    secrets: Iterable[str] = (),
    *,
    wire: Wire | None = None,
    state: State | None = None,
) -> "Tenants":
    """A server for each profile.

    Args:
        profiles: With the keys.
        settings: What is common to them.
        choice: Which tools are registered.
        secrets: What must never be shown, beside the keys.
        wire: Replaces the network.
        state: Replaces what the settings name.
    """
    state = state or open_state(settings, Clock())
    memory = LogMemory()
    # Whatever a log holds of them, nobody is shown anybody's key.
    beside = (*secrets, *(key for profile in profiles for key in profile.secrets))

    def open_server(profile: Profile) -> Sandscope:
        own = settings.model_copy(update={"environ": profile.environ})
        return build(
            own, choice=choice, wire=wire, state=state.scoped(profile.name), memory=memory, secrets_beside=beside
        )

    return Tenants(profiles, open_server, state, state.aclose)


@dataclass(slots=True)
class Tenants:
    """The servers, by profile, as one ASGI application.

    Attributes:
        profiles: In the order in which callers are looked for.
        open_server: Builds the server of a profile.
        state: What all of them stand on.
        aclose: Called when the last server is closed.
        longest_call_s: Seconds that a request may go on when the caller's token has ended meanwhile.
    """

    profiles: Sequence[Profile]
    open_server: Callable[[Profile], Sandscope]
    state: State
    aclose: Callable[[], Awaitable[None]]
    longest_call_s: float = LONGEST_CALL_S
    _open: dict[str, Sessions] = field(default_factory=dict[str, Sessions], repr=False)
    _opening: anyio.Lock = field(default_factory=anyio.Lock, repr=False)
    _tasks: TaskGroup = field(init=False, repr=False)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Inside, requests can be served."""
        async with anyio.create_task_group() as self._tasks:
            try:
                yield
            finally:
                self._tasks.cancel_scope.cancel()
        await self.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request with the keys of its caller's profile."""
        token = get_access_token()
        claims: Mapping[str, Any] = (token and token.claims) or {}
        profile = profile_of(self.profiles, claims)
        if profile is None:
            told = {
                "error": "access_denied",
                "error_description": "This server has no credential profile for this caller. Its operator can add one.",
            }
            await JSONResponse(told, 403)(scope, receive, send)
            return
        sessions = await self._sessions(profile)
        if token is None or token.expires_at is None:
            await sessions.handle_request(scope, receive, send)
            return
        # A stream that is open must not outlive the right to it.
        left_s = max(token.expires_at - time.time(), self.longest_call_s)
        await _for(left_s, sessions.handle_request, scope, receive, send)

    async def _sessions(self, profile: Profile) -> Sessions:
        found = self._open.get(profile.name)
        if found is None:
            async with self._opening:
                found = self._open.get(profile.name) or await self._tasks.start(self._run, profile)
                self._open[profile.name] = found
        return found

    async def _run(self, profile: Profile, *, task_status: TaskStatus[Sessions]) -> None:
        sandscope = self.open_server(profile)
        sessions = Sessions(sandscope, lambda: sum(each.count for each in self._open.values()))
        try:
            async with sessions.run():
                task_status.started(sessions)
                await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await sandscope.aclose()


async def _for(
    seconds: float,
    serve: Callable[[Scope, Receive, Send], Awaitable[None]],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Serves a request for so long; an answer that has begun is ended then."""
    open_answer = False

    async def noted(message: Message) -> None:
        nonlocal open_answer
        open_answer = message["type"] == "http.response.start" or message.get("more_body", False)
        await send(message)

    with anyio.move_on_after(seconds):
        await serve(scope, receive, noted)
    if open_answer:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
