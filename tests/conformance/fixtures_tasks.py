"""Tools of the suite's `tasks-*` scenarios, and the work that goes on for those of them that become tasks."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import anyio
from mcp.server.context import HandlerResult
from mcp.server.mcpserver import Context, require_client_extension
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, CallToolResult, ElicitRequest, InputRequiredResult
from pydantic import Field

from mcp_server.errors import NoLogs, SandscopeError
from mcp_server.server.build import Sandscope
from mcp_server.tasks.extension import ID
from mcp_server.tasks.work import Begun, Call, Standing, Task
from tests.conformance.fixtures_content import result
from tests.conformance.fixtures_rounds import answered, asks

ON_PURPOSE = NoLogs("This job fails on purpose.")
BROKEN = MCPError(INTERNAL_ERROR, "This job ends in a protocol error on purpose.")
CONFIRM = {"confirm": asks("Really?", confirm="boolean")}
WHO = {key: asks(f"Who is {key}?", name="string") for key in ("first", "second")}
NAME = {"user_name": asks("What is your name?", name="string")}


def register(sandscope: Sandscope) -> None:
    """Registers the tools, and the work of those that may become tasks."""
    for tool in (greet, slow_compute, failing_job, protocol_error_job, confirm_delete, multi_input):
        sandscope.server.add_tool(tool)
    sandscope.server.add_tool(tool_with_task, name="test_tool_with_task")
    sandscope.tasks.works.update(
        slow_compute=Going(_slow),
        failing_job=Going(_always(ON_PURPOSE, seconds=1)),
        protocol_error_job=Going(_always(BROKEN)),
        confirm_delete=Going(_always(result("deleted"), CONFIRM)),
        multi_input=Going(_always(result("all told"), WHO)),
        test_tool_with_task=Going(_asked_first),
    )


@dataclass
class Course:
    """One piece of work: it ends when its time has come and every question was answered."""

    outcome: CallToolResult | SandscopeError | MCPError
    seconds: float = 0
    questions: Mapping[str, ElicitRequest] = field(default_factory=dict[str, ElicitRequest])
    answers: set[str] = field(default_factory=set[str])
    began: float = field(default_factory=time.monotonic)

    def stands(self) -> Standing:
        """How it stands."""
        open_questions = {
            key: question.model_dump(by_alias=True, mode="json", exclude_none=True)
            for key, question in self.questions.items()
            if key not in self.answers
        }
        done = not open_questions and time.monotonic() >= self.began + self.seconds
        return Standing(self.outcome if done else None, open_questions)


Start = Callable[[Mapping[str, Any], Call], Awaitable[Course | HandlerResult]]


class Going:
    """The work of one tool: what `start` gives is a course, or the call's own answer."""

    every_s = 0.2

    def __init__(self, start: Start) -> None:
        self._start = start
        self._courses: list[Course] = []

    async def begin(self, arguments: Mapping[str, Any], call: Call) -> Begun | HandlerResult:
        """Begins a course."""
        course = await self._start(arguments, call)
        if not isinstance(course, Course):
            return course
        self._courses.append(course)
        return Begun(str(len(self._courses) - 1))

    async def stand(self, task: Task) -> Standing:
        """How it stands."""
        return self._courses[int(task.reference)].stands()

    async def answer(self, task: Task, responses: Mapping[str, Any]) -> None:
        """Notes what was answered."""
        self._courses[int(task.reference)].answers.update(responses)

    async def cancel(self, task: Task) -> str:
        """Nothing is under way that would have to be stopped."""
        return f"{task.tool} was given up."


def _always(
    outcome: CallToolResult | SandscopeError | MCPError,
    questions: Mapping[str, ElicitRequest] | None = None,
    seconds: float = 0,
) -> Start:
    async def start(_arguments: Mapping[str, Any], _call: Call) -> Course:
        return Course(outcome, seconds, questions or {})

    return start


async def _slow(arguments: Mapping[str, Any], call: Call) -> Course | HandlerResult:
    seconds: float = arguments["seconds"]
    return Course(result("computed"), seconds) if seconds else await call()


async def _asked_first(_: Mapping[str, Any], call: Call) -> Course | HandlerResult:
    answer = await call()
    return Course(answer) if isinstance(answer, CallToolResult) else answer


async def greet(name: str) -> CallToolResult:
    """Greets; never a task."""
    return result(f"Hello, {name}!")


async def slow_compute(seconds: Annotated[float, Field(ge=0, le=60)], label: str = "") -> CallToolResult:
    """Takes so many seconds."""
    await anyio.sleep(seconds)
    return result(f"{label or 'it'} took {seconds:g} s")


async def failing_job(ctx: Context[None, None]) -> CallToolResult:
    """Fails after a second, and is for clients that know tasks."""
    require_client_extension(ctx.request_context, ID)
    raise ON_PURPOSE


async def protocol_error_job() -> CallToolResult:
    """Fails as a server does."""
    raise BROKEN


async def confirm_delete(filename: str, ctx: Context[None, None]) -> CallToolResult | InputRequiredResult:
    """Asks before it deletes."""
    confirmed = answered(ctx, "confirm", "confirm")
    return InputRequiredResult(input_requests={**CONFIRM}) if confirmed is None else result(f"{filename}: {confirmed}")


async def multi_input(ctx: Context[None, None]) -> CallToolResult | InputRequiredResult:
    """Asks two things at once, which may be answered one by one."""
    names = [answered(ctx, key, "name") for key in WHO]
    return InputRequiredResult(input_requests={**WHO}) if None in names else result(str(names))


async def tool_with_task(ctx: Context[None, None]) -> CallToolResult | InputRequiredResult:
    """Asks who it is for, then works."""
    name = answered(ctx, "user_name", "name")
    return InputRequiredResult(input_requests={**NAME}) if name is None else result(f"Done for {name}.")
