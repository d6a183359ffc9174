"""A private Redis server for each test, or a skip that says what to install.

Redis's client works on asyncio only, so all tests of this folder do.
"""

import importlib
import importlib.util
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from pathlib import Path

import pytest

from mcp_server.state.cells import Cells
from tests.state.redis.server import COMMANDS, RedisServer


class NotRun(pytest.Module):
    """A test file that cannot be imported here."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        pytest.skip(f"no Redis here: install {' and '.join(_missing())}")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not _missing():
        return None
    return NotRun.from_parent(parent, path=module_path)  # pyright: ignore[reportUnknownMemberType]  pytest types it in part


def _missing() -> list[str]:
    there = {
        "redis-server (a Debian package) or valkey-server": any(map(shutil.which, COMMANDS)),
        "the Python package redis": importlib.util.find_spec("redis") is not None,
    }
    return [what for what, found in there.items() if not found]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stopped_server() -> Generator[RedisServer]:
    """A server that has still to be started."""
    # Not pytest's own folder: the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = RedisServer(folder)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@pytest.fixture
def server(stopped_server: RedisServer) -> RedisServer:
    """A running server that keeps nothing when it ends."""
    stopped_server.start()
    return stopped_server


@pytest.fixture
def port() -> int:
    """A free one on loopback, for a server that is to be reached over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
async def open_cells(stopped_server: RedisServer) -> AsyncGenerator[Callable[[], Cells]]:
    """Opens cells with a connection of their own, as each process has."""
    opened: list[Cells] = []

    def open_some() -> Cells:
        # Only now, because the client may not be installed.
        link = importlib.import_module("mcp_server.state.redis_link").RedisLink(stopped_server.url)
        opened.append(importlib.import_module("mcp_server.state.redis_cells").RedisCells(link))
        return opened[-1]

    yield open_some
    for cells in opened:
        await cells.aclose()
