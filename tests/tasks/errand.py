"""Work that asks the client something, as no tool of ours does yet: it waits for two answers, then tells them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp.server.context import HandlerResult
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from mcp_server.tasks.work import Begun, Call, Standing, Task

ASKED: dict[str, dict[str, Any]] = {
    name: {"method": "elicitation/create", "params": {"mode": "form", "message": name, "requestedSchema": {}}}
    for name in ("colour", "size")
}


class Errand:
    """Errands by number; `broken` ends them with a protocol error, `lost` forgets them, `meanwhile` happens at each look."""

    every_s = 0.5

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any]] = {}
        self.cancelled: list[str] = []
        self.broken = False
        self.lost = False
        self.looks = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def begin(self, arguments: Mapping[str, Any], call: Call) -> Begun | HandlerResult:
        if arguments:
            return await call()
        reference = str(len(self.answers))
        self.answers[reference] = {}
        return Begun(reference)

    async def stand(self, task: Task) -> Standing:
        self.looks += 1
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.lost:
            raise LookupError(task.reference)
        if self.broken:
            return Standing(MCPError(-32603, "broken", {"part": "wheel"}), message="It broke.")
        given = self.answers[task.reference]
        if missing := {name: request for name, request in ASKED.items() if name not in given}:
            return Standing(inputs=missing)
        told = ", ".join(f"{name} {given[name]['content']['value']}" for name in ASKED)
        return Standing(CallToolResult(content=[TextContent(type="text", text=told)]))

    async def answer(self, task: Task, responses: Mapping[str, Any]) -> None:
        given = self.answers[task.reference]
        given.update({name: response for name, response in responses.items() if name in ASKED and name not in given})

    async def cancel(self, task: Task) -> str:
        self.cancelled.append(task.reference)
        return ""
