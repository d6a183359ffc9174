"""The one place where arguments are checked, errors become results, and every result is marked."""

import logging
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn, cast

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, GetPromptResult, InputRequiredResult
from pydantic import ValidationError

from mcp_server.errors import Internal, Misasked, SandscopeError, ServerBusy, UpstreamTimeout
from mcp_server.server.arguments import check_names, invalid
from mcp_server.server.results import Results, error_meta

logger = logging.getLogger("sandscope")

# Clients give up at 60 s; an answer that says so is worth more than none.
LONGEST_CALL_S = 55.0
# Calls in hand at once; each may hold a log of many megabytes.
MAX_CALLS = 64


class SeamServer(MCPServer[None]):
    """The SDK's server with our argument checks, our errors and our `_meta`.

    Args:
        name: The server's name.
        results: Marks what a tool returned or raised.
        sdk: Passed on to the SDK.
    """

    def __init__(self, name: str, *, results: Results, **sdk: Any) -> None:
        super().__init__(name, **sdk)
        self._results = results
        self._in_hand = 0

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Runs a tool; whatever goes wrong in it is a result the model can read.

        Raises:
            MCPError: The tool is unknown (-32602).
        """
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            known = ", ".join(tool.name for tool in self._tool_manager.list_tools())
            raise MCPError(INVALID_PARAMS, f"Unknown tool. The tools are: {known}.")
        if self._in_hand >= MAX_CALLS:
            busy = (
                f"{MAX_CALLS} calls are in hand, which is all this server takes at once. Call again in a few seconds."
            )
            return await self._results.outcome(name, ServerBusy(busy, retry_after_s=5))
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
        finally:
            self._in_hand -= 1
        return await self._results.outcome(name, result) if isinstance(result, CallToolResult) else result

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


def _given_up(tool: Tool) -> UpstreamTimeout:
    """The error of a call that took too long; what starts something may have started it."""
    reads = bool(tool.annotations and tool.annotations.read_only_hint)
    what_next = "Try again." if reads else "It may have taken effect: look with list_runs before you ask again."
    error = UpstreamTimeout(f"{tool.name} took over {LONGEST_CALL_S:g} s and was given up. {what_next}")
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
    _log_defect(tool.name, cause or exc)
    return Internal(
        f"{tool.name} failed because of a defect in this server. Its log on stderr names the place; please report it."
    )


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
