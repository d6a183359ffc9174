"""Waits for an agent's run as a task (the extension `io.modelcontextprotocol/tasks`): no call stays open meanwhile.

    uv run python examples/wait_as_task.py analyze_logs sandbox_id=201 --demo
    uv run python examples/wait_as_task.py generate_setup_commands repo_id=301 --patience 0     (prints the id and leaves)
    uv run python examples/wait_as_task.py --again TASK_ID                                      (asks another day)

A client that declares the extension gets a task from a call that would wait, asks about it as often as the task says, and
gets in the end what the call would have given. A client that does not declare it is made to wait, as ever.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import connection
from connection import Facts, Refused, Sandscope, say
from mcp.client import ClientSession
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.types import CallToolResult, Request, Result


class Task(Result):
    """What a call gives that became a task."""

    result_type: Literal["task"] = "task"
    task_id: str


class Asked(Request[dict[str, Any], str]):
    """A request about a task; over HTTP its id goes into the header `Mcp-Name`, too."""

    name_param = "taskId"


class Standing(Result):
    """How a task stands."""

    status: Literal["working", "input_required", "completed", "cancelled", "failed"]
    status_message: str = ""
    poll_interval_ms: int = 5000
    input_requests: dict[str, Any] | None = None
    result: dict[str, Any] | None = None


@dataclass
class Waits(ClientExtension):
    """Declares the extension, and asks about a task until it has ended or patience has."""

    patience_s: float
    identifier = "io.modelcontextprotocol/tasks"

    def claims(self) -> Sequence[ResultClaim[Any]]:
        """The one result of a call that is ours to finish."""
        return (ResultClaim(result_type="task", model=Task, resolve=self.finished),)

    async def finished(self, task: Task, context: ClaimContext) -> CallToolResult:
        """What the call would have given; called by the SDK in place of a waiting call.

        Raises:
            Refused: Patience ended first, or the task did without a result.
        """
        return await self.outcome(context.session, task.task_id)

    async def outcome(self, session: ClientSession, task_id: str) -> CallToolResult:
        """The result of a task, asked about until it has one."""
        give_up_at = time.monotonic() + self.patience_s
        while True:
            told = await session.send_request(about(task_id, "tasks/get"), Standing)
            if told.status == "completed":
                return CallToolResult.model_validate(told.result)
            if told.status in {"cancelled", "failed"}:
                raise Refused(f"the task is {told.status}. {told.status_message}")
            # No tool of sandscope asks anything yet; what is asked of a program without a user is declined.
            if told.input_requests:
                declined = {key: {"action": "decline"} for key in told.input_requests}
                await session.send_request(about(task_id, "tasks/update", inputResponses=declined), Result)
            say(f"  {told.status_message or told.status}")
            if time.monotonic() >= give_up_at:
                raise Refused(f"it goes on. To ask again: --again {task_id}")
            await asyncio.sleep(told.poll_interval_ms / 1000)


def about(task_id: str, method: str, **params: Any) -> Asked:
    """The request `tasks/get`, `tasks/update` or `tasks/cancel`."""
    return Asked(method=method, params={"taskId": task_id, **params})


def argument(word: str) -> tuple[str, Any]:
    """`name=value`, where a value of digits is a number."""
    name, _, value = word.partition("=")
    return name, int(value) if value.isdigit() else value


def main() -> int:
    """Runs the example."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tool", nargs="?", help="analyze_logs, generate_setup_commands, create_run or get_run")
    parser.add_argument("arguments", nargs="*", type=argument, help="name=value")
    parser.add_argument("--again", metavar="TASK_ID", help="ask about a task that an earlier call became")
    parser.add_argument("--give-up", action="store_true", help="with --again: cancel it")
    parser.add_argument("--patience", type=float, default=600, metavar="SECONDS", help="how long to ask (default: 600)")
    connection.add_arguments(parser)
    chosen = parser.parse_args()
    if (chosen.tool is None) == (chosen.again is None):
        parser.error("give a tool or --again TASK_ID")
    waits = Waits(chosen.patience)

    async def work(sandscope: Sandscope) -> int:
        if chosen.give_up:
            await sandscope.client.session.send_request(about(chosen.again, "tasks/cancel"), Result)
        if chosen.again:
            result = await waits.outcome(sandscope.client.session, chosen.again)
        else:
            wanted: Facts = {"wait_seconds": 25, **dict(chosen.arguments)}
            result = await sandscope.call(chosen.tool, **wanted)
        print(connection.text_of(result))
        return 0

    return connection.run(chosen, work, [waits])


if __name__ == "__main__":
    sys.exit(main())
