"""What every result of a tool carries: how its budget groups stand, and where it is an error, what a program needs of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_types import CallToolResult, InputRequiredResult, TextContent

from mcp_server.budget.ledger import GroupState, Seen
from mcp_server.budget.words import nearly_spent
from mcp_server.errors import SandscopeError
from mcp_server.telemetry import Call, of_group

LOG_META = "sandscope/log"

Meta = dict[str, Any]
States = Mapping[str, GroupState]


def text_of(result: CallToolResult) -> str:
    """The text an agent reads."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@dataclass(frozen=True, slots=True)
class Results:
    """Results as clients get them.

    Attributes:
        budget_states: For a tool's name, how the budget groups it is charged to stand.
        extra_meta: Added to the `_meta` of every result.
    """

    budget_states: Callable[[str], Awaitable[States]]
    extra_meta: Mapping[str, Any] = field(default_factory=dict[str, Any])

    async def outcome(self, tool: str, told: CallToolResult | SandscopeError) -> CallToolResult:
        """What a call of the tool returned or raised, as a result with its marks."""
        states = await self.budget_states(tool)
        marks = {"sandscope/budget": {name: _figures(state) for name, state in states.items()}, **self.extra_meta}
        if isinstance(told, SandscopeError):
            # No structured content: what does not match the output schema makes clients throw before the model sees it.
            return CallToolResult(
                content=[TextContent(type="text", text=str(told))],
                is_error=True,
                _meta={"sandscope/error": error_meta(told), **marks},
            )
        # A log view has its own bound, and has said it within that.
        if LOG_META not in (told.meta or {}):
            _say(told, nearly_spent(states))
        told.meta = {**(told.meta or {}), **marks}
        return told


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


def tell(call: Call, result: CallToolResult | InputRequiredResult, seen: Mapping[tuple[str, str], Seen]) -> None:
    """Fills in what is counted of a call: from the marks of its result, and from how it saw its budget groups."""
    left = ((group, found.state.remaining) for (_, group), found in seen.items())
    call.remaining = {group: remaining for group, remaining in left if remaining is not None}
    if not isinstance(result, CallToolResult):
        call.outcome = "input_required"
        return
    marks = result.meta or {}
    error, log = marks.get("sandscope/error", {}), marks.get(LOG_META, {})
    platforms = {of_group(group) for group in marks["sandscope/budget"]}
    call.outcome = error.get("code", call.outcome)
    call.platform = error.get("platform") or log.get("platform") or (platforms.pop() if len(platforms) == 1 else "")
    if log:
        shown = sum(len(block.text.encode()) for block in result.content if isinstance(block, TextContent))
        call.cut = max(0, log["bytes"] - shown)


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
