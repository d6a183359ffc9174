"""A server over the demo world in this process: one clock for both, and a look at every request that was made."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import anyio
import anyio.lowlevel
import pytest
from mcp import Client
from mcp.client.extension import ClientExtension
from starlette.applications import Starlette

from mcp_server.demo.app import Asked, Options, demo_app, environment
from mcp_server.demo.world import World, world
from mcp_server.http.wire import AsgiApp, Wire, in_process
from mcp_server.off_loop import LIMITER
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.server.results import text_of
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import in_memory

ADDRESS = "http://demo.invalid"
# Some wall time of the fake clock.
EPOCH_S = 1_700_000_000.0


@dataclass
class FakeTime:
    """Seconds that pass when somebody sleeps and no thread is at work: what a thread does takes no time."""

    seconds: float = 1000.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()
        while (threads := LIMITER.get(None)) is not None and threads.borrowed_tokens:  # noqa: ASYNC110  no event tells
            await anyio.sleep(0.001)
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep, lambda: EPOCH_S + self.seconds, lambda low, high: (low + high) / 2)


@dataclass
class Answer:
    """A tool's result, taken apart."""

    text: str
    meta: dict[str, Any]
    facts: dict[str, Any]
    is_error: bool
    structured: bool

    @property
    def figures(self) -> dict[str, Any]:
        """`sandscope/log`."""
        return self.meta["sandscope/log"]

    @property
    def log_id(self) -> str:
        """The handle the answer names."""
        return self.figures["log_id"]


@dataclass
class Stage:
    """A connected client, and what lies behind it.

    Attributes:
        client: In memory, of the era asked for.
        sandscope: The server.
        time: The clock of budget, waiting and stand-ins.
        world: What the stand-ins tell.
        app: The stand-ins.
        journal: Every request they saw.
        progress: Every progress message the client saw.
    """

    client: Client
    sandscope: Sandscope
    time: FakeTime
    world: World
    app: AsgiApp
    journal: list[Asked]
    progress: list[str] = field(default_factory=list[str])

    async def call(self, tool: str, **arguments: Any) -> Answer:
        """Calls a tool."""

        async def note(progress: float, total: float | None, message: str | None) -> None:
            self.progress.append(f"{progress:g}/{total:g} {message}")

        result = await self.client.call_tool(tool, arguments, progress_callback=note)
        text = text_of(result)
        facts = cast("dict[str, Any]", result.structured_content or {})
        structured = result.structured_content is not None
        return Answer(text, dict(result.meta or {}), facts, bool(result.is_error), structured)

    async def text(self, tool: str, **arguments: Any) -> str:
        """The text of a call that must succeed."""
        answer = await self.call(tool, **arguments)
        assert not answer.is_error, answer.text
        return answer.text

    async def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured facts of a call that must succeed."""
        answer = await self.call(tool, **arguments)
        assert not answer.is_error, answer.text
        return answer.facts

    async def error(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """`sandscope/error` of a call that must fail, with its text under `text`."""
        answer = await self.call(tool, **arguments)
        assert answer.is_error, answer.text
        assert not answer.structured
        return {**answer.meta["sandscope/error"], "text": answer.text}

    def paths(self) -> list[str]:
        """Method and path template of every request so far."""
        return [f"{asked.method} {asked.template}" for asked in self.journal]


class OpenStage(Protocol):
    """Opens a stage.

    `options` of the stand-ins, `environ` over theirs (None removes), `choice` of tools, the `wire` to the stand-ins'
    application, whether the server is told that it is a demo, the client's era, another stage whose platforms, time and
    shared state it has: then it is a second process; and the client's extensions.
    """

    def __call__(
        self,
        *,
        options: Options | None = None,
        environ: Mapping[str, str | None] | None = None,
        choice: Choice | None = None,
        wire: Callable[[AsgiApp], Wire] = in_process,
        demo: bool = True,
        mode: str = "auto",
        beside: Stage | None = None,
        extensions: Sequence[ClientExtension] = (),
    ) -> AbstractAsyncContextManager[Stage]: ...


@pytest.fixture
def open_stage() -> OpenStage:
    """Opens a stage of one's own."""

    @asynccontextmanager
    async def opened(
        *,
        options: Options | None = None,
        environ: Mapping[str, str | None] | None = None,
        choice: Choice | None = None,
        wire: Callable[[AsgiApp], Wire] = in_process,
        demo: bool = True,
        mode: str = "auto",
        beside: Stage | None = None,
        extensions: Sequence[ClientExtension] = (),
    ) -> AsyncGenerator[Stage]:
        dialects = options or Options()
        time = beside.time if beside else FakeTime()
        told = beside.world if beside else world()
        app = beside.app if beside else cast("AsgiApp", demo_app(told, clock=time.now, options=dialects))
        state = beside.sandscope.state if beside else in_memory(time.clock)
        variables = {**environment(ADDRESS, dialects), **(environ or {})}
        given = {name: value for name, value in variables.items() if value is not None}
        settings = Settings.from_env(given, demo=demo)
        sandscope = build(settings, choice=choice or Choice(), wire=wire(app), state=state)
        async with Client(sandscope.server, mode=mode, extensions=extensions) as client:
            yield Stage(client, sandscope, time, told, app, cast("Starlette", app).state.journal)
        await sandscope.aclose()

    return opened


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    """The demo world as it is."""
    async with open_stage() as opened:
        yield opened
