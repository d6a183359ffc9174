"""A server of this process over platforms that misbehave on a real socket, and what must hold after each fault."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import anyio
import pytest
from mcp import Client
from mcp_types import CallToolResult

from mcp_server.server.build import Sandscope, build
from mcp_server.server.results import text_of
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import open_state
from tests.faults.canaries import leaks, words_of
from tests.faults.documents import BOX, CAUSE, OPEN, RUN
from tests.faults.upstream import Upstream, environ_of

TITLES = {"agentbox": "AgentBox", "codegen": "Codegen", "opensandbox": "OpenSandbox"}
# Nothing that was known or held back before is so afterwards.
LONG_AFTER_S = 200_000.0


@dataclass(frozen=True)
class ReadTool:
    """A tool that reads, with what it needs.

    Attributes:
        name: Of the tool.
        arguments: Its arguments.
        platform: Whom it names when all that it asks fails.
        shows: What a good answer holds.
    """

    name: str
    arguments: Mapping[str, Any]
    platform: str
    shows: str


READ_TOOLS = (
    ReadTool("get_sandbox_logs", {"sandbox_id": BOX}, "agentbox", CAUSE),
    ReadTool("get_diagnostics", {"sandbox_id": OPEN}, "opensandbox", CAUSE),
    ReadTool("get_run_logs", {"run_id": RUN}, "codegen", CAUSE),
    ReadTool("get_run", {"run_id": RUN}, "codegen", "run 101: failed"),
    ReadTool("list_runs", {}, "codegen", "101 failed"),
    ReadTool("list_users", {}, "codegen", "7 · @u7 · Ada"),
    ReadTool("list_sandboxes", {}, "agentbox", f"{OPEN} opensandbox Failed"),
    ReadTool("whoami", {}, "", "organizations acme (1)"),
)
each_tool = pytest.mark.parametrize("tool", READ_TOOLS, ids=lambda tool: tool.name)


@dataclass
class Leaping:
    """Real seconds, and leaps ahead; nothing is left to chance, so no retry waits."""

    ahead_s: float = 0.0

    @property
    def clock(self) -> Clock:
        """The clock to build a server on."""
        return Clock(
            lambda: time.monotonic() + self.ahead_s,
            anyio.sleep,
            lambda: time.time() + self.ahead_s,
            lambda low, _: low,
        )


@dataclass
class Told:
    """What a call was answered with.

    Attributes:
        text: For the model.
        result: All of it.
        seconds: That it took.
    """

    text: str
    result: CallToolResult
    seconds: float

    @property
    def error(self) -> Mapping[str, Any]:
        """`sandscope/error`."""
        return (self.result.meta or {})["sandscope/error"]

    @property
    def figures(self) -> Mapping[str, Any]:
        """`sandscope/log`."""
        return (self.result.meta or {})["sandscope/log"]

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is structured."""
        return self.result.structured_content or {}


@dataclass
class Faulty:
    """A connected client, its server, and the platforms behind it."""

    client: Client
    sandscope: Sandscope
    upstream: Upstream
    time: Leaping

    async def call(self, tool: str, **arguments: Any) -> Told:
        """Calls a tool; whatever comes of it holds no key."""
        began = time.monotonic()
        result = await self.client.call_tool(tool, arguments)
        seconds = time.monotonic() - began
        found = leaks("\n".join([result.model_dump_json(), *words_of(result.model_dump(mode="json"))]))
        assert not found, found
        return Told(text_of(result), result, seconds)

    async def fails(self, tool: ReadTool, code: str, *said: str) -> Told:
        """The answer of a call that must fail with a code (or one of several, `a|b`), naming the platform and saying all that is said."""
        # Who one is may be known from a test before.
        self.time.ahead_s += LONG_AFTER_S
        told = await self.call(tool.name, **tool.arguments)
        if tool.name == "whoami":
            self._fails_for_each(told, said)
            return told
        assert told.result.is_error, told.text
        assert told.result.structured_content is None
        assert told.error["code"] in code.split("|"), told.text
        assert told.error["platform"] == tool.platform, told.text
        assert tool.platform in told.text.lower()
        for words in said:
            assert words in told.text
        return told

    def _fails_for_each(self, told: Told, said: tuple[str, ...]) -> None:
        """Who one is, is asked of every platform: each row tells its own error."""
        assert not told.result.is_error
        rows = {row["platform"]: row for row in told.facts["platforms"]}
        for platform, title in TITLES.items():
            assert title in rows[platform]["error"]
            for words in said:
                assert words in rows[platform]["error"]

    async def recovers(self, tool: ReadTool) -> Told:
        """The answer of a call when nothing is wrong any more."""
        self.upstream.behave()
        self.time.ahead_s += LONG_AFTER_S
        told = await self.call(tool.name, **tool.arguments)
        assert not told.result.is_error, told.text
        assert tool.shows in told.text
        return told


class OpenFaulty(Protocol):
    """Opens a server over an upstream; `environ` over the usual variables."""

    def __call__(self, upstream: Upstream | None = None, **environ: str) -> AbstractAsyncContextManager[Faulty]: ...


@asynccontextmanager
async def served(upstream: Upstream, address: str, folder: Path, **environ: str) -> AsyncGenerator[Faulty]:
    """A server whose platforms are at an address, and whose state is in a folder."""
    leaping = Leaping()
    limits = ",".join(f"codegen.{group}=off" for group in ("shared", "logs", "users", "reads"))
    variables = {**environ_of(address), "SANDSCOPE_STATE_DIR": str(folder), "SANDSCOPE_LIMITS": limits, **environ}
    settings = Settings.from_env(variables)
    sandscope = build(settings, state=open_state(settings, leaping.clock))
    try:
        async with Client(sandscope.server) as client:
            yield Faulty(client, sandscope, upstream, leaping)
    finally:
        await sandscope.aclose()
