"""Waiting for a run as a task: the run goes on wherever it runs, so its task outlives client, connection and server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from mcp.server.context import HandlerResult
from mcp_types import CallToolResult, TextContent

from mcp_server.errors import SandscopeError
from mcp_server.platforms.base import LEAVE, Job, Leave
from mcp_server.tasks.work import Begun, Call, Standing, Task

_NAMED: Final = "named"


@dataclass(frozen=True, slots=True)
class RunWork:
    """The work of a tool that waits for a run.

    Attributes:
        job: Asks about the run.
    """

    job: Job

    @property
    def every_s(self) -> float:
        """As often as its account may look."""
        return self.job.every_s()

    async def begin(self, arguments: Mapping[str, Any], call: Call) -> Begun | HandlerResult:
        """Makes the call, which need not wait; if it would have, what still runs is the task."""
        leave = Leave()
        given = LEAVE.set(leave)
        try:
            result = await call()
        finally:
            LEAVE.reset(given)
        if not isinstance(result, CallToolResult) or result.is_error or not leave.taken:
            return result
        facts = _facts(result)
        named = [_NAMED] if arguments.get("org_id") is not None else []
        reference = "-".join([str(facts["org_id"]), str(facts["run_id"]), *named])
        return Begun(reference, _head(result), result.meta or {})

    async def stand(self, task: Task) -> Standing:
        """The run as it is; what time mends is not its end."""
        try:
            result = await self.job.look(*_named(task))
        except SandscopeError as exc:
            return Standing(message=str(exc)) if exc.retryable else Standing(exc)
        return Standing(result if _facts(result)["finished"] else None, message=_head(result))

    async def answer(self, task: Task, responses: Mapping[str, Any]) -> None:
        """A run asks for nothing."""

    async def cancel(self, task: Task) -> str:
        """Says that only the waiting ends."""
        return f"Waiting has stopped. {self.job.left(*_named(task))}"


def _named(task: Task) -> tuple[int, int, bool]:
    """Organisation, run, and whether the caller had named the organisation."""
    org, run, *named = task.reference.split("-")
    return int(org), int(run), bool(named)


def _facts(result: CallToolResult) -> dict[str, Any]:
    return cast("dict[str, Any]", result.structured_content)


def _head(result: CallToolResult) -> str:
    """The first line of a result's text."""
    text = next(block.text for block in result.content if isinstance(block, TextContent))
    return text.partition("\n")[0]
