"""Replicas of the shipped server as machines would run them: processes with nothing in common but a Redis and the platforms."""

import importlib.util
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from mcp_server.demo.app import Asked, demo_app, environment
from mcp_server.demo.world import world
from tests.server.processes import Started, started
from tests.state.redis.server import COMMANDS, RedisServer

SERVE = ("serve", "--transport", "http", "--port", "0")
RUN = "/codegen/v1/organizations/{org_id}/agent/run/{agent_run_id}"
# Something that must happen soon.
PATIENCE_S = 15.0

missing_redis = not any(map(shutil.which, COMMANDS)) or importlib.util.find_spec("redis") is None
needs_redis = pytest.mark.skipif(
    missing_redis, reason="no Redis here: install redis-server and the Python package redis"
)


class Upstream:
    """The stand-ins at a port of loopback, in a thread; their time stands still but for what `ahead` adds.

    Attributes:
        url: Of all three.
        journal: What they were asked.
    """

    def __init__(self, listening: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._seconds = 0.0
        self._held = 0
        self._open = threading.Event()
        self._open.set()
        self._app = demo_app(world(), clock=lambda: self._seconds)
        self.journal: list[Asked] = self._app.state.journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._held += 1
            await anyio.to_thread.run_sync(self._open.wait)
            self._held -= 1
        # Who asked may have died meanwhile.
        with suppress(ClientDisconnect):
            await self._app(scope, receive, send)

    def ahead(self, seconds: float) -> None:
        """Lets time pass for what runs there."""
        self._seconds += seconds

    @contextmanager
    def holding(self) -> Generator[Callable[[], int]]:
        """Answers nobody meanwhile; gives how many wait for an answer."""
        self._open.clear()
        try:
            yield lambda: self._held
        finally:
            self._open.set()

    @property
    def looks(self) -> int:
        """How often any run was looked at."""
        return sum(asked.template == RUN for asked in self.journal)


@dataclass(frozen=True, slots=True)
class Replica:
    """One server, and where it is."""

    server: Started
    url: str

    @property
    def port(self) -> int:
        """Of loopback."""
        return int(self.url.split(":")[2].removesuffix("/mcp"))

    async def kill(self) -> None:
        """Ends it as a machine ends that is switched off."""
        self.server.process.kill()
        await self.server.process.wait()


@dataclass(frozen=True, slots=True)
class Fleet:
    """Three replicas over one Redis and one account at each platform."""

    redis: RedisServer
    upstream: Upstream
    replicas: list[Replica]

    @property
    def urls(self) -> list[str]:
        """Of the replicas."""
        return [replica.url for replica in self.replicas]


async def until(true: Callable[[], object]) -> None:
    """Returns when it is so, which must be soon."""
    with anyio.fail_after(PATIENCE_S):
        while not await anyio.to_thread.run_sync(true):  # noqa: ASYNC110  it happens in other processes
            await anyio.sleep(0.01)


@asynccontextmanager
async def fleet(replicas: int = 3, **variables: str) -> AsyncGenerator[Fleet]:
    """A fleet of one's own, with some more variables for each replica."""
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    redis = RedisServer(folder)
    try:
        await anyio.to_thread.run_sync(redis.start)
        with _upstream() as upstream:
            async with AsyncExitStack() as stack:
                common = {**environment(upstream.url), "SANDSCOPE_REDIS_URL": redis.url, **variables}
                servers = [
                    # A folder for each: they are different machines.
                    await stack.enter_async_context(
                        started(*SERVE, environ={**common, "SANDSCOPE_STATE_DIR": str(folder / str(number))})
                    )
                    for number in range(replicas)
                ]
                yield Fleet(redis, upstream, [Replica(server, await _address(server)) for server in servers])
    finally:
        redis.kill()
        shutil.rmtree(folder)


async def _address(server: Started) -> str:
    with anyio.fail_after(PATIENCE_S * 4):
        return (await server.line("stderr")).split()[4]


@contextmanager
def _upstream() -> Generator[Upstream]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        upstream = Upstream(listening)
        config = uvicorn.Config(upstream, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield upstream
        finally:
            server.should_exit = True
            thread.join()
