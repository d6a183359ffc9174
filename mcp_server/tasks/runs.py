"""Waiting for a run as a task: the run goes on wherever it runs, so its task outlives client, connection and server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from mcp.server.context import HandlerResult
from mcp_types import CallToolResult, TextContent

from mcp_server.errors import SandscopeError
from mcp_server.platforms.base import LONGEST_WAIT_S, Job
from mcp_server.tasks.work import Begun, Call, Standing, Task

WAIT: Final = "wait_seconds"
_NAMED: Final = "named"


@dataclass(frozen=True, slots=True)
class RunWork:
    """The work of a tool that waits for a run.

    Attributes:
        job: Asks about the run.
        waits_s: How long the tool waits if it is not told.
    """

    job: Job
    waits_s: int

    @property
    def every_s(self) -> float:
        """As often as its account may look."""
        return self.job.every_s()

    async def begin(self, arguments: Mapping[str, Any], call: Call) -> Begun | HandlerResult:
        """Calls the tool without waiting; what then still runs is the task. A call that would not wait is no task."""
        wait_s = arguments.get(WAIT, self.waits_s)
        # What is no such number the tool refuses itself.
        if type(wait_s) is not int or not 0 < wait_s <= LONGEST_WAIT_S:
            return await call(dict(arguments))
        result = await call({**arguments, WAIT: 0})
        if not isinstance(result, CallToolResult) or result.is_error:
            return result
        facts = _facts(result)
        if facts["finished"]:
            return result
        named = [_NAMED] if arguments.get("org_id") is not None else []
        reference = "-".join([str(facts["org_id"]), str(facts["run_id"]), *named])
        return Begun(reference, _head(result), result.meta or {})

    async def stand(self, task: Task) -> Standing:
        """The run as it is; what time mends is not its end."""
        org, run, *named = task.reference.split("-")
        try:
            result = await self.job.look(int(org), int(run), bool(named), task.task_id)
        except SandscopeError as exc:
            return Standing(message=str(exc)) if exc.retryable else Standing(exc)
        return Standing(result if _facts(result)["finished"] else None, message=_head(result))

    async def answer(self, task: Task, responses: Mapping[str, Any]) -> None:
        """A run asks for nothing."""

    async def cancel(self, task: Task) -> str:
        """Says that only the waiting ends."""
        run = task.reference.split("-")[1]
        return f"No longer waited for. Codegen cannot be told to stop: run {run} goes on, and get_run(run_id={run}) tells of it."


def _facts(result: CallToolResult) -> dict[str, Any]:
    return cast("dict[str, Any]", result.structured_content)


def _head(result: CallToolResult) -> str:
    """The first line of a result's text."""
    text = next(block.text for block in result.content if isinstance(block, TextContent))
    return text.partition("\n")[0]
