"""The one place where arguments are checked, errors become results, and every result is marked."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NoReturn, cast

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult, TextContent
from pydantic import ValidationError

from mcp_server.budget.ledger import GroupState
from mcp_server.budget.words import nearly_spent
from mcp_server.errors import Internal, Misasked, SandscopeError, ServerBusy, UpstreamTimeout
from mcp_server.server.arguments import check_names, invalid

logger = logging.getLogger("sandscope")

# Clients give up at 60 s; an answer that says so is worth more than none.
LONGEST_CALL_S = 55.0
# Calls in hand at once; each may hold a log of many megabytes.
MAX_CALLS = 64

LOG_META = "sandscope/log"

Meta = dict[str, Any]
States = Mapping[str, GroupState]


class SeamServer(MCPServer[None]):
    """The SDK's server with our argument checks, our errors and our `_meta`.

    Args:
        name: The server's name.
        budget_states: For a tool's name, how the budget groups it is charged to stand.
        extra_meta: Added to the `_meta` of every result.
        sdk: Passed on to the SDK.
    """

    def __init__(
        self, name: str, *, budget_states: Callable[[str], Awaitable[States]], extra_meta: Mapping[str, Any], **sdk: Any
    ) -> None:
        super().__init__(name, **sdk)
        self._budget_states = budget_states
        self._extra_meta = dict(extra_meta)
        self._in_hand = 0
        self._schemas = {tool.name: tool.parameters for tool in sdk["tools"]}
        self._readers = {tool.name for tool in sdk["tools"] if tool.annotations and tool.annotations.read_only_hint}

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Runs a tool; whatever goes wrong in it is a result the model can read.

        Raises:
            MCPError: The tool is unknown (-32602).
        """
        schema = self._schemas.get(name)
        if schema is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool. The tools are: {', '.join(self._schemas)}.")
        if self._in_hand >= MAX_CALLS:
            busy = (
                f"{MAX_CALLS} calls are in hand, which is all this server takes at once. Call again in a few seconds."
            )
            return await self._failure(name, ServerBusy(busy, retry_after_s=5))
        self._in_hand += 1
        try:
            check_names(name, arguments, schema)
            with anyio.fail_after(LONGEST_CALL_S):
                result = await super().call_tool(name, arguments, context)
        except SandscopeError as exc:
            return await self._failure(name, exc)
        except TimeoutError:
            return await self._failure(name, self._given_up(name))
        except ToolError as exc:
            return await self._failure(name, self._told(name, exc, schema))
        finally:
            self._in_hand -= 1
        if isinstance(result, CallToolResult):
            states = await self._budget_states(name)
            # A log view has its own bound, and has said it within that.
            if LOG_META not in (result.meta or {}):
                _say(result, nearly_spent(states))
            result.meta = {**(result.meta or {}), **self._marks(states)}
        return result

    async def read_resource(self, uri: Any, context: Context[None, Any] | None = None) -> Any:
        """Reads a resource.

        Raises:
            MCPError: -32602 if the caller asked wrongly, -32603 otherwise, with our text and `sandscope/error`.
        """
        try:
            return await super().read_resource(uri, context)
        except ResourceError as exc:
            _reraise(exc)

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[None, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """Renders a prompt.

        Raises:
            MCPError: -32602 with what is wrong about the name or the arguments.
        """
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as exc:
            for cause in _causes(exc):
                if isinstance(cause, SandscopeError):
                    raise MCPError(INVALID_PARAMS, str(cause), {"sandscope/error": error_meta(cause)}) from exc
            known = ", ".join(prompt.name for prompt in await self.list_prompts())
            raise MCPError(INVALID_PARAMS, f"Unknown prompt or missing argument. The prompts are: {known}.") from exc

    def _marks(self, states: States) -> Meta:
        return {"sandscope/budget": {name: _figures(state) for name, state in states.items()}, **self._extra_meta}

    async def _failure(self, name: str, error: SandscopeError) -> CallToolResult:
        # No structured content: what does not match the output schema makes clients throw before the model sees it.
        return CallToolResult(
            content=[TextContent(type="text", text=str(error))],
            is_error=True,
            _meta={"sandscope/error": error_meta(error), **self._marks(await self._budget_states(name))},
        )

    def _given_up(self, name: str) -> UpstreamTimeout:
        """The error of a call that took too long; what starts something may have started it."""
        reads = name in self._readers
        what_next = "Try again." if reads else "It may have taken effect: look with list_runs before you ask again."
        error = UpstreamTimeout(f"{name} took over {LONGEST_CALL_S:g} s and was given up. {what_next}")
        error.retryable = reads
        return error

    def _told(self, name: str, exc: ToolError, schema: Mapping[str, Any]) -> SandscopeError:
        cause = exc.__cause__
        if isinstance(cause, SandscopeError):
            return cause
        if isinstance(cause, TimeoutError):
            return self._given_up(name)
        if isinstance(cause, ValidationError) and cause.title == f"{name}Arguments":
            return invalid(name, cause, schema)
        _log_defect(name, cause or exc)
        return Internal(
            f"{name} failed because of a defect in this server. Its log on stderr names the place; please report it."
        )


def error_meta(error: SandscopeError) -> Meta:
    """The six keys of `sandscope/error`, null where unknown."""
    return {
        "code": error.code,
        "retryable": error.retryable,
        "retry_after_s": error.retry_after_s,
        "platform": error.platform,
        "request_id": error.request_id,
        "run_id": error.run_id,
    }


def _say(result: CallToolResult, note: str) -> None:
    """Adds a line to the text an agent reads."""
    texts = [block for block in result.content if isinstance(block, TextContent)]
    if note and texts:
        texts[-1].text += f"\n{note}"


def _figures(state: GroupState) -> Meta:
    return {
        "limit": state.limit,
        "window_s": state.window_s,
        "remaining": state.remaining,
        "resets_in_s": round(state.resets_in_s, 1),
    }


def _causes(exc: BaseException) -> Sequence[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = exc
    while link is not None:
        chain.append(link)
        link = link.__cause__
    return chain


def _reraise(exc: ResourceError) -> NoReturn:
    for cause in _causes(exc):
        if isinstance(cause, SandscopeError):
            code = INVALID_PARAMS if isinstance(cause, Misasked) else INTERNAL_ERROR
            raise MCPError(code, str(cause), {"sandscope/error": error_meta(cause)}) from exc
        if isinstance(cause, ValidationError):
            fields = ", ".join(sorted({str(error["loc"][0]) for error in cause.errors()}))
            raise MCPError(INVALID_PARAMS, f"The resource's address has a value of the wrong type: {fields}.") from exc
    raise exc


def _log_defect(name: str, exc: BaseException) -> None:
    """Logs where a defect is, without its message: that may hold log text or a secret."""
    while isinstance(exc, BaseExceptionGroup):
        # The frames that matter are those of the task that failed.
        exc = cast("BaseExceptionGroup[BaseException]", exc).exceptions[0]
    frames = "".join(traceback.format_tb(exc.__traceback__))
    logger.error("defect in %s: %s\n%s", name, type(exc).__name__, frames)
