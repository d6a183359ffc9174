"""The Tasks extension on the wire (`io.modelcontextprotocol/tasks`, SEP-2663), for any work that outlives its call.

A client that declares the extension with a call gets a task instead of waiting. It asks with `tasks/get`, which gives at the
end what the call would have given, answers what is asked of it with `tasks/update`, and gives up with `tasks/cancel`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.server.request_state import authenticated_principal
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    RequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from mcp_server.errors import ExpiredHandle, SandscopeError
from mcp_server.state.clock import Clock
from mcp_server.tasks.ends import TTL_S, End, Ends
from mcp_server.tasks.task_ids import TaskIds
from mcp_server.tasks.work import Begun, Task, Work

ID: Final = "io.modelcontextprotocol/tasks"

Context = ServerRequestContext[Any, Any]
Wire = dict[str, Any]
Listen = Callable[[Context, SubscriptionsListenRequestParams], Awaitable[SubscriptionsListenResult]]
"""Keeps a request open, and tells on it what changes."""


class TaskParams(RequestParams):
    """Of `tasks/get` and `tasks/cancel`."""

    task_id: str


class UpdateParams(TaskParams):
    """Of `tasks/update`."""

    input_responses: dict[str, Any]


class TasksExtension(Extension):
    """Tasks over the work of some tools.

    Args:
        works: What goes on beyond a call, by the tool's name.
        ids: Makes and reads ids.
        ends: Remembers how tasks ended.
        clock: Tells when a task was made.
        outcome: For a tool and what its call returned or raised, the result as a client gets it.
    """

    identifier = ID

    def __init__(
        self,
        works: Mapping[str, Work],
        ids: TaskIds,
        ends: Ends,
        clock: Clock,
        outcome: Callable[[str, CallToolResult | SandscopeError], Awaitable[CallToolResult]],
    ) -> None:
        self.works = dict(works)
        self._ids = ids
        self._ends = ends
        self._clock = clock
        self._outcome = outcome

    def methods(self) -> Sequence[MethodBinding]:
        """The three requests, of revisions that know tasks as an extension."""
        return (
            MethodBinding("tasks/get", TaskParams, self._get, frozenset(MODERN_PROTOCOL_VERSIONS)),
            MethodBinding("tasks/update", UpdateParams, self._update, frozenset(MODERN_PROTOCOL_VERSIONS)),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, frozenset(MODERN_PROTOCOL_VERSIONS)),
        )

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: Context, call_next: CallNext
    ) -> HandlerResult:
        """A task, where the client knows tasks and the call would wait."""
        work = self.works.get(params.name)
        if work is None or not _knows_tasks(ctx):
            return await call_next(ctx)
        begun = await work.begin(params.arguments or {}, partial(call_next, ctx))
        if not isinstance(begun, Begun):
            return begun
        now_ms = self._now_ms()
        task = self._ids.made(params.name, begun.reference, now_ms, _principal(ctx))
        told = {**self._told(task, "working", begun.message, now_ms), "resultType": "task"}
        return {**told, "_meta": dict(begun.meta)} if begun.meta else told

    def around(self, listen: Listen) -> Listen:
        """Listening to tasks, beside what else is listened to."""

        async def listen_to_both(ctx: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
            from mcp_server.tasks.listening import TaskListening  # noqa: PLC0415  light start-up: first use

            return await TaskListening(self, self._clock, listen).listen(ctx, params)

        return listen_to_both

    async def detailed(self, task: Task) -> Wire:
        """The task as it stands, with its result, its error, or what it asks for.

        Raises:
            MCPError: -32602, there is no such task any more.
        """
        if self._expired(task):
            raise _unknown()
        end = await self._ends.of(task.task_id)
        if end is not None:
            return await self._ended(task, end)
        try:
            standing = await self.works[task.tool].stand(task)
        except LookupError as exc:
            raise _unknown() from exc
        if standing.outcome is None:
            status = "input_required" if standing.inputs else "working"
            asked = {"inputRequests": dict(standing.inputs)} if standing.inputs else {}
            return {**self._told(task, status, standing.message, self._now_ms()), **asked}
        status = "failed" if isinstance(standing.outcome, MCPError) else "completed"
        outcome = await self._wired(task.tool, standing.outcome)
        return await self._ended(task, await self._ends.first(task.task_id, status, standing.message, outcome))

    def find(self, task_id: str, ctx: Context) -> Task | None:
        """The caller's task of that id, if there is one."""
        task = self._ids.read(task_id, _principal(ctx))
        return None if task is None or task.tool not in self.works or self._expired(task) else task

    async def _get(self, ctx: Context, params: TaskParams) -> Wire:
        return await self.detailed(self._asked(ctx, params))

    async def _update(self, ctx: Context, params: UpdateParams) -> Wire:
        task = self._asked(ctx, params)
        await self.works[task.tool].answer(task, params.input_responses)
        return {}

    async def _cancel(self, ctx: Context, params: TaskParams) -> Wire:
        task = self._asked(ctx, params)
        if await self._ends.of(task.task_id) is None:
            message = await self.works[task.tool].cancel(task)
            await self._ends.first(task.task_id, "cancelled", message)
        return {}

    def _asked(self, ctx: Context, params: TaskParams) -> Task:
        require_client_extension(ctx, ID)
        # The SDK compares the routing header with the body for its own methods only.
        headers = getattr(ctx.request, "headers", None)
        if headers is not None and decode_header_value(headers.get(MCP_NAME_HEADER)) != params.task_id:
            raise MCPError(HEADER_MISMATCH, f"{MCP_NAME_HEADER} header does not match the request's taskId.")
        task = self.find(params.task_id, ctx)
        if task is None:
            raise _unknown()
        return task

    async def _ended(self, task: Task, end: End) -> Wire:
        told = self._told(task, end.status, end.message, end.at_ms)
        if end.status == "cancelled":
            return told
        lost = ExpiredHandle("The result of this task is no longer kept. Find its run with list_runs.")
        return {**told, **(await self._ends.outcome(task.task_id) or await self._wired(task.tool, lost))}

    async def _wired(self, tool: str, outcome: CallToolResult | SandscopeError | MCPError) -> Wire:
        """The outcome as a task tells it."""
        if isinstance(outcome, MCPError):
            return {"error": outcome.error.model_dump(by_alias=True, mode="json", exclude_none=True)}
        result = await self._outcome(tool, outcome)
        return {"result": result.model_dump(by_alias=True, mode="json", exclude_none=True)}

    def _expired(self, task: Task) -> bool:
        return self._now_ms() > task.created_ms + TTL_S * 1000

    def _told(self, task: Task, status: str, message: str, updated_ms: int) -> Wire:
        said = {"statusMessage": message} if message else {}
        return {
            "taskId": task.task_id,
            "status": status,
            **said,
            "createdAt": _iso(task.created_ms),
            "lastUpdatedAt": _iso(updated_ms),
            "ttlMs": TTL_S * 1000,
            "pollIntervalMs": round(self.works[task.tool].every_s * 1000),
        }

    def _now_ms(self) -> int:
        return round(self._clock.wall() * 1000)


def _knows_tasks(ctx: Context) -> bool:
    capabilities = ctx.session.client_capabilities
    declared = capabilities.extensions if capabilities else None
    return ctx.protocol_version in MODERN_PROTOCOL_VERSIONS and ID in (declared or {})


def _principal(ctx: Context) -> str:
    """Names the caller; empty where nobody is asked who he is."""
    return authenticated_principal(ctx) or ""


def _unknown() -> MCPError:
    return MCPError(INVALID_PARAMS, "No such task, or it is over a day old. Find its run with list_runs.")


def _iso(moment_ms: int) -> str:
    """ISO 8601, in UTC, to the millisecond."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
