"""The one place where arguments are checked, errors become results, and every result is marked."""

import logging
import secrets
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
from anyio.abc import TaskGroup
from mcp.server import Server
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    ReadResourceRequestParams,
    ReadResourceResult,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from mcp_server.budget.ledger import SEEN
from mcp_server.errors import (
    ExpiredHandle,
    Internal,
    InvalidArgument,
    Misasked,
    NotFound,
    SandscopeError,
    ServerBusy,
    UpstreamTimeout,
)
from mcp_server.platforms.base import FRESH_S
from mcp_server.server.arguments import check_names, check_prompt, invalid
from mcp_server.server.results import Results, error_meta, tell
from mcp_server.telemetry import REQUEST, Telemetry

if TYPE_CHECKING:
    from mcp_server.server.recent import Recent

logger = logging.getLogger("sandscope")

# Clients give up at 60 s; an answer that says so is worth more than none.
LONGEST_CALL_S = 55.0
# Calls in hand at once; each may hold a log of many megabytes.
MAX_CALLS = 64
# Reads of resources likewise; what each gives may have 900 kB.
MAX_READS = 32

# Clients choose their ids.
_LONGEST_ID = 64

# Retired by 2026-07-28, where what does not exist is invalid params.
NOT_FOUND_BEFORE_2026 = -32002

_Cause = TypeVar("_Cause", bound=BaseException)


@asynccontextmanager
async def _background(_: MCPServer[TaskGroup]) -> AsyncGenerator[TaskGroup]:
    """Where tasks run that outlive the request which started them: until the transport closes."""
    async with anyio.create_task_group() as tasks:
        yield tasks
        tasks.cancel_scope.cancel()


class SeamServer(MCPServer[TaskGroup]):
    """The SDK's server with our argument checks, our errors and our `_meta`.

    Args:
        name: The server's name.
        results: Marks what a tool returned or raised.
        telemetry: Is told of calls.
        sdk: Passed on to the SDK.
    """

    def __init__(self, name: str, *, results: Results, telemetry: Telemetry | None = None, **sdk: Any) -> None:
        super().__init__(name, middleware=[_keep_text_in], lifespan=_background, **sdk)
        self._results = results
        self._telemetry = telemetry or Telemetry()
        self._in_hand = 0
        self._reading = 0

    @property
    def lowlevel(self) -> Server[Any]:
        """The SDK's server of methods and streams, below tools, resources and prompts."""
        return self._lowlevel_server

    @cached_property
    def recent(self) -> "Recent":
        """Ids that tools were asked about and told."""
        from mcp_server.server.recent import Recent  # noqa: PLC0415  light start-up: first use

        return Recent()

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[TaskGroup, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Runs a tool; whatever goes wrong in it is a result the model can read.

        Raises:
            MCPError: The tool is unknown (-32602).
        """
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            known = ", ".join(tool.name for tool in self._tool_manager.list_tools())
            raise MCPError(INVALID_PARAMS, f"Unknown tool. The tools are: {known}.")
        SEEN.set({})
        with self._telemetry.call(name) as call:
            result = await self._called(tool, arguments, context)
            tell(call, result, SEEN.get())
        return result

    async def _called(
        self, tool: Tool, arguments: dict[str, Any], context: Context[TaskGroup, Any] | None
    ) -> CallToolResult | InputRequiredResult:
        name = tool.name
        if self._in_hand >= MAX_CALLS:
            return await self._results.outcome(name, _busy(f"{MAX_CALLS} calls are under way"))
        self._in_hand += 1
        try:
            check_names(name, arguments, tool.parameters)
            with anyio.fail_after(LONGEST_CALL_S):
                result = await super().call_tool(name, arguments, context)
        except SandscopeError as exc:
            return await self._results.outcome(name, exc)
        except TimeoutError:
            return await self._results.outcome(name, _given_up(tool))
        except ToolError as exc:
            return await self._results.outcome(name, _told(tool, exc))
        except SystemExit as exc:
            # Whatever a tool calls that means to end its process must not end this one.
            return await self._results.outcome(name, _defect(name, exc))
        finally:
            self._in_hand -= 1
        if isinstance(result, CallToolResult):
            self.recent.note(arguments, result)
            result = await self._results.outcome(name, result)
        return result

    async def read_resource(self, uri: Any, context: Context[TaskGroup, Any] | None = None) -> Any:
        """Reads a resource.

        Raises:
            MCPError: -32602 if the caller asked wrongly, -32603 otherwise, with our text and `sandscope/error`. What does
                not exist is -32002 for clients of a revision before 2026-07-28, as theirs says.
        """
        try:
            return await super().read_resource(uri, context)
        except ResourceError as exc:
            old = context is not None and context.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS
            raise _unread(str(uri), exc, NOT_FOUND_BEFORE_2026 if old else INVALID_PARAMS) from exc

    async def _handle_read_resource(
        self, ctx: ServerRequestContext[TaskGroup], params: ReadResourceRequestParams
    ) -> ReadResourceResult | InputRequiredResult:
        """The SDK's own, and for how long what was read may be kept."""
        if self._reading >= MAX_READS:
            raise protocol_error(_busy(f"{MAX_READS} resources are being read"))
        self._reading += 1
        FRESH_S.set(0.0)
        try:
            result = await super()._handle_read_resource(ctx, params)
        finally:
            self._reading -= 1
        if isinstance(result, ReadResourceResult):
            result.ttl_ms = round(FRESH_S.get() * 1000)
        return result

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[TaskGroup, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Renders a prompt.

        Raises:
            MCPError: -32602 with what is wrong about the name or the arguments, -32603 for a defect.
        """
        prompt = self._prompt_manager.get_prompt(name)
        if prompt is None:
            known = ", ".join(prompt.name for prompt in self._prompt_manager.list_prompts())
            raise MCPError(INVALID_PARAMS, f"Unknown prompt. The prompts are: {known}.")
        try:
            check_prompt(prompt, arguments or {})
            return await super().get_prompt(name, arguments, context)
        except (SandscopeError, ValueError) as exc:
            told = _caused(exc, SandscopeError) or _defect("prompts/get", exc.__cause__ or exc)
            raise protocol_error(told) from exc


def _busy(why: str) -> ServerBusy:
    return ServerBusy(f"{why}, the most this server takes at once. Call again in 5 s.", retry_after_s=5)


def _given_up(tool: Tool) -> UpstreamTimeout:
    """The error of a call that took too long; what starts something may have started it."""
    reads = bool(tool.annotations and tool.annotations.read_only_hint)
    what_next = (
        "Call again once; if that takes as long, ask for less."
        if reads
        else "It may have taken effect: check list_runs before you call again."
    )
    error = UpstreamTimeout(f"{tool.name} took over {LONGEST_CALL_S:g} s, so this server stopped waiting. {what_next}")
    error.retryable = reads
    return error


def _told(tool: Tool, exc: ToolError) -> SandscopeError:
    cause = exc.__cause__
    if isinstance(cause, SandscopeError):
        return cause
    if isinstance(cause, TimeoutError):
        return _given_up(tool)
    if isinstance(cause, ValidationError) and cause.title == f"{tool.name}Arguments":
        return invalid(tool.name, cause, tool.parameters)
    return _defect(tool.name, exc)


def _caused(exc: BaseException | None, kind: type[_Cause]) -> _Cause | None:
    """The first of a kind among an exception and its causes."""
    while exc is not None and not isinstance(exc, kind):
        exc = exc.__cause__
    return exc


def _unread(uri: str, exc: ResourceError, not_found: int) -> MCPError:
    told = _caused(exc, SandscopeError)
    wrong = _caused(exc, ValidationError)
    if isinstance(exc, ResourceNotFoundError):
        return MCPError(not_found, str(exc), {"uri": uri})
    if told is None and wrong is not None:
        told = wrong_value(wrong)
    missing = isinstance(told, NotFound | ExpiredHandle)
    return protocol_error(told or _defect("resources/read", exc), not_found if missing else INVALID_PARAMS, uri=uri)


def protocol_error(error: SandscopeError, misasked: int = INVALID_PARAMS, **data: str) -> MCPError:
    """The error of a request that is no tool call; `misasked` is its code if the caller can mend it."""
    code = misasked if isinstance(error, Misasked) else INTERNAL_ERROR
    return MCPError(code, str(error), {**data, "sandscope/error": error_meta(error)})


def wrong_value(exc: ValidationError) -> InvalidArgument:
    """The error of a resource's address that has text where a number belongs."""
    fields = ", ".join(sorted({str(error["loc"][0]) for error in exc.errors()}))
    return InvalidArgument(f"The resource's address has a value of the wrong type: {fields}. Give a whole number.")


async def _keep_text_in(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Whatever handles a message: of a defect in it only the place is logged, and no text of it is told."""
    REQUEST.set(_named(ctx))
    try:
        return await call_next(ctx)
    except (MCPError, ValidationError):
        # Of the protocol, and of parameters that do not fit, which the SDK tells without their values.
        raise
    except Exception as exc:
        raise protocol_error(_defect(ctx.method, exc)) from exc


def _named(ctx: ServerRequestContext[Any, Any]) -> str:
    """What the log calls a request: over HTTP many clients count from 1, so a random word comes first."""
    number = "" if ctx.request_id is None else str(ctx.request_id)[:_LONGEST_ID]
    return number if ctx.request is None else f"{secrets.token_hex(4)}/{number}"


async def unattended(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Does something nobody waits for: a defect in it is logged, and takes nothing else along."""
    try:
        await work()
    except Exception as exc:  # noqa: BLE001  whatever it is, clients are still to be served
        _defect(name, exc)


def _defect(name: str, exc: BaseException) -> Internal:
    """Logs where a defect is, without its message: that may hold log text or a secret."""
    exc = exc.__cause__ or exc
    while isinstance(exc, BaseExceptionGroup):
        # The frames that matter are those of the task that failed.
        exc = cast("BaseExceptionGroup[BaseException]", exc).exceptions[0]
    frames = "".join(traceback.format_tb(exc.__traceback__))
    logger.error("defect in %s: %s\n%s", name, type(exc).__name__, frames)
    return Internal(
        f"{name} failed because of a defect in this server. Its log on stderr names the place: tell the user, and do not repeat the call."
    )
