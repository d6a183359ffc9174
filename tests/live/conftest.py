"""A genuine OpenSandbox server for a session of live tests, or a skip that says why there is none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest
from mcp import Client

from mcp_server.server.build import build
from mcp_server.settings import Settings

SCRIPT = Path(__file__).parent / "genuine_opensandbox.py"
EXIT_CANNOT_START = 77
# Installing, both daemons, the server and the sandboxes together; beyond this the suite would outlast its welcome.
START_PATIENCE_S = 200.0
SHOWN = pytest.StashKey[dict[str, str]]()

Connect = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Client]]
Show = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Genuine:
    """A running server.

    Attributes:
        port: On loopback.
        key: Its API key.
        sandboxes: Name to id.
        planted_secret: What the log of `crash` must never show.
    """

    port: int
    key: str = field(repr=False)
    sandboxes: Mapping[str, str]
    planted_secret: str = field(repr=False)

    @property
    def environ(self) -> dict[str, str]:
        """What points our server at it."""
        return {
            "OPEN_SANDBOX_API_KEY": self.key,
            "OPEN_SANDBOX_DOMAIN": f"127.0.0.1:{self.port}",
            "OPEN_SANDBOX_PROTOCOL": "http",
        }

    def says(self, name: str, below: str = "") -> str:
        """The server's own answer about a sandbox, past all our code; `below` follows the sandbox's path."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30.0)
        try:
            connection.request(
                "GET", f"/v1/sandboxes/{self.sandboxes[name]}{below}", headers={"OPEN-SANDBOX-API-KEY": self.key}
            )
            return connection.getresponse().read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="session")
def genuine() -> Generator[Genuine]:
    # A folder given by hand keeps the installed server from one session to the next.
    kept = os.environ.get("LIVE_OPENSANDBOX_ROOT")
    root = Path(kept or tempfile.mkdtemp(prefix="live-"))
    try:
        started = _script("start", root)
        if started.returncode == EXIT_CANNOT_START:
            pytest.skip(f"no genuine OpenSandbox here: {started.stderr.strip()}")
        assert started.returncode == 0, started.stderr
        state = json.loads((root / "run" / "state.json").read_text())
        key = (root / "run" / "api_key").read_text()
        yield Genuine(state["port"], key, state["sandboxes"], state["planted_secret"])
    finally:
        stopped = _script("stop", root)
        if not kept and not (root / "run").exists():
            shutil.rmtree(root, ignore_errors=True)
    assert stopped.returncode == 0, stopped.stderr


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Opens our server over an environment, with a client of it."""
    own = {"SANDSCOPE_STATE_DIR": str(tmp_path)}

    @asynccontextmanager
    async def connected(environ: Mapping[str, str]) -> AsyncGenerator[Client]:
        ours = build(Settings.from_env({**own, **environ}))
        try:
            async with Client(ours.server) as client:
                yield client
        finally:
            await ours.aclose()

    return connected


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Show:
    """Keeps a text for the end of the run, where people read it."""
    return request.config.stash.setdefault(SHOWN, {}).__setitem__


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for title, text in config.stash.get(SHOWN, dict[str, str]()).items():
        terminalreporter.section(title)
        terminalreporter.write_line(text)


def _script(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), command, *("--root", str(root), "--owner", str(os.getpid()))],
        check=False,
        capture_output=True,
        text=True,
        timeout=START_PATIENCE_S,
    )
