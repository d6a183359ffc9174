"""What a task is to whoever does the work: something that was begun, stands somehow, and ends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mcp.server.context import HandlerResult
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from mcp_server.errors import SandscopeError

Call = Callable[[], Awaitable[HandlerResult]]
"""Calls the tool."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as its id names it.

    Attributes:
        task_id: As the client knows it.
        tool: The tool that was called.
        reference: What the work calls it: letters, digits, `-` and `_`.
        created_ms: Milliseconds since 1970.
    """

    task_id: str
    tool: str
    reference: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Begun:
    """Work that goes on after the call that began it.

    Attributes:
        reference: Letters, digits, `-` and `_`.
        message: For people.
        meta: What the call's result would have carried beside its content.
    """

    reference: str
    message: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Standing:
    """How the work of a task stands; it goes on unless there is an outcome.

    Attributes:
        outcome: What the call would have returned or raised, once it is known.
        inputs: Requests to the client that are still unanswered, by key: the work waits for them.
        message: For people.
    """

    outcome: CallToolResult | SandscopeError | MCPError | None = None
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    message: str = ""


class Work(Protocol):
    """What one tool does beyond the call that began it."""

    @property
    def every_s(self) -> float:
        """Seconds between questions that are worth asking."""
        ...

    async def begin(self, arguments: Mapping[str, Any], call: Call) -> Begun | HandlerResult:
        """Begins it; once this returns it can be asked about. The call's own result, if nothing goes on."""
        ...

    async def stand(self, task: Task) -> Standing:
        """How it stands.

        Raises:
            LookupError: There is no such work.
        """
        ...

    async def answer(self, task: Task, responses: Mapping[str, Any]) -> None:
        """Takes the client's responses; those to nothing that is asked for are ignored."""
        ...

    async def cancel(self, task: Task) -> str:
        """Ends it if it can be ended, and says for people what became of it."""
        ...
