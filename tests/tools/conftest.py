"""A server over the demo world in this process: one clock for both, and a look at every request that was made."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
import anyio.lowlevel
import pytest
from mcp import Client
from mcp_types import CallToolResult, TextContent

from mcp_server.budget.clock import Clock
from mcp_server.demo.app import Asked, Options, demo_app, environment
from mcp_server.demo.world import World, world
from mcp_server.http.wire import AsgiApp, Wire, in_process
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.settings import Settings

ADDRESS = "http://demo.invalid"


@dataclass
class FakeTime:
    """Seconds that pass when somebody sleeps."""

    seconds: float = 1000.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


@dataclass
class Stage:
    """A connected client, and what lies behind it.

    Attributes:
        client: In memory, of the era asked for.
        sandscope: The server.
        time: The clock of budget, waiting and stand-ins.
        world: What the stand-ins tell.
        journal: Every request the platforms saw.
        progress: Every progress message the client saw.
    """

    client: Client
    sandscope: Sandscope
    time: FakeTime
    world: World
    journal: list[Asked]
    progress: list[str] = field(default_factory=list[str])

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Calls a tool."""

        async def note(_progress: float, _total: float | None, message: str | None) -> None:
            self.progress.append(message or "")

        return await self.client.call_tool(tool, arguments, progress_callback=note)

    async def text(self, tool: str, **arguments: Any) -> str:
        """The text of a call that must succeed."""
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return text_of(result)

    async def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured facts of a call that must succeed."""
        result = await self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return cast("dict[str, Any]", result.structured_content)

    async def error(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """`sandscope/error` of a call that must fail, with its text under `text`."""
        result = await self.call(tool, **arguments)
        assert result.is_error, text_of(result)
        assert result.structured_content is None
        assert result.meta
        return {**result.meta["sandscope/error"], "text": text_of(result)}

    def paths(self) -> list[str]:
        """Method and path template of every request so far."""
        return [f"{asked.method} {asked.template}" for asked in self.journal]


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def open_stage() -> OpenStage:
    """Opens a stage: `options` of the stand-ins, `environ` over theirs (None removes), `choice`, `wire`, `mode`."""

    @asynccontextmanager
    async def opened(
        *,
        options: Options = Options(),
        environ: dict[str, str | None] | None = None,
        choice: Choice = Choice(),
        wire: Callable[[AsgiApp], Wire] = in_process,
        demo: bool = True,
        mode: str = "auto",
    ) -> AsyncGenerator[Stage]:
        time = FakeTime()
        told = world()
        app = demo_app(told, clock=time.now, options=options)
        variables = {**environment(ADDRESS, options), **(environ or {})}
        given = {name: value for name, value in variables.items() if value is not None}
        settings = Settings.from_env(given, demo=demo)
        sandscope = build(settings, choice=choice, wire=wire(cast("AsgiApp", app)), clock=time.clock)
        async with Client(sandscope.server, mode=mode) as client:
            yield Stage(client, sandscope, time, told, app.state.journal)
        await sandscope.aclose()

    return opened


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    """The demo world as it is."""
    async with open_stage() as opened:
        yield opened


