"""Runs of any length that nobody made: Codegen's answers for them, the same for the same length."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

RUN = 501
BEGAN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOOLS = ("run_command", "edit_file", "ripgrep_search", "view_file", "semantic_search")

Json = dict[str, Any]


class LongRun(httpx2.AsyncBaseTransport):
    """Answers what is asked about a run with its steps, and what is asked about anything else with 404.

    Args:
        steps: Log entries as the API writes them.
        status: Of the run.
    """

    def __init__(self, steps: Sequence[Json], status: str = "failed") -> None:
        self._steps = steps
        self._status = status

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """A page of the log."""
        if not request.url.path.endswith("/logs"):
            return httpx2.Response(404, json={"message": "not found"})
        skip, limit = (int(request.url.params[name]) for name in ("skip", "limit"))
        facts = {
            "id": RUN,
            "organization_id": 1,
            "status": self._status,
            "created_at": _stamp(BEGAN),
            "result": "Stopped.",
        }
        page = {**facts, "logs": self._steps[skip : skip + limit], "total_logs": len(self._steps)}
        return httpx2.Response(200, json=page)


def long_run(count: int) -> list[Json]:
    """So many steps: plans, tool calls of which one in eight fails, remarks of people, and an end."""
    draw = random.Random(count)  # noqa: S311  chooses what is looked at, keeps nothing secret
    at = BEGAN
    steps: list[Json] = []
    for number in range(1, count + 1):
        steps.append({"created_at": _stamp(at), **_step(number, count, draw)})
        at += timedelta(seconds=min(draw.lognormvariate(1.2, 1.1), 240))
    return steps


def _step(number: int, count: int, draw: random.Random) -> Json:
    if number == count:
        return {"message_type": "ERROR", "observation": "Stopped: the checkout tests still fail."}
    if number % 12 == 1:
        return {
            "message_type": "PLAN_EVALUATION",
            "thought": "Look at what failed last, mend that, run the tests again.",
        }
    if number % 40 == 0:
        return {"message_type": "USER_MESSAGE", "observation": "Please leave the public interface as it is."}
    if number % 55 == 0:
        return {"message_type": "PR_EVALUATION", "observation": {"checks": "pending"}}
    tool = draw.choices(TOOLS, (8, 5, 3, 3, 1))[0]
    failed = tool == "run_command" and draw.random() < 1 / 3
    told = "AssertionError: expected 200, got 503" if failed else "done"
    return {
        "message_type": "ACTION",
        "tool_name": tool,
        "thought": f"Step {number}: see what {tool} says.",
        "tool_input": {"command": "python -m pytest -q tests/checkout"}
        if tool == "run_command"
        else {"path": "shop/cart.py"},
        "tool_output": {"exit_code": int(failed), "stdout": told},
    }


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
