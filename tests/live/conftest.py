"""Servers of others for a session of live tests, or a skip that says why there are none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mcp_server.server.build import build
from mcp_server.settings import Settings
from tests.live.prism import PACKAGE, Mock, mocked

SCRIPT = Path(__file__).parent / "genuine_opensandbox.py"
EXIT_CANNOT_START = 77
NEWEST = "1.1.1"
# The last known release without scoped diagnostics, and the first with them.
OLDER = ("0.2.0", "0.2.3")
# Installing, both daemons, the servers and the sandboxes together; beyond this the suite would outlast its welcome.
START_PATIENCE_S = 240.0
SHOWN = pytest.StashKey[dict[str, str]]()

Connect = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Client]]
Show = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Genuine:
    """A running server.

    Attributes:
        release: What it is.
        port: On loopback.
        key: Its API key.
        sandboxes: Name to id.
        planted_secret: What the log of `crash` must never show.
    """

    release: str
    port: int
    key: str = field(repr=False)
    sandboxes: Mapping[str, str]
    planted_secret: str = field(repr=False)

    @property
    def scoped(self) -> bool:
        """Whether it knows scopes of diagnostics; one that does not answers 501 to each."""
        return self.release != "0.2.0"

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


@dataclass(frozen=True, slots=True)
class Running:
    """What `genuine_opensandbox.py` has started."""

    state: Mapping[str, Any]
    key: str = field(repr=False)

    def server(self, release: str) -> Genuine:
        """The server of a release; skips the test if it did not come up."""
        if release not in self.state["ports"]:
            pytest.skip(f"no genuine OpenSandbox {release} here: {self.state['absent'][release]}")
        return Genuine(
            release, self.state["ports"][release], self.key, self.state["sandboxes"], self.state["planted_secret"]
        )


@pytest.fixture(scope="session")
def running() -> Generator[Running]:
    # A folder given by hand keeps the installed servers from one session to the next.
    kept = os.environ.get("LIVE_OPENSANDBOX_ROOT")
    root = Path(kept or tempfile.mkdtemp(prefix="live-"))
    try:
        started = _script("start", root, *(f"--older={release}" for release in OLDER))
        if started.returncode == EXIT_CANNOT_START:
            pytest.skip(f"no genuine OpenSandbox here: {started.stderr.strip()}")
        assert started.returncode == 0, started.stderr
        yield Running(json.loads((root / "run" / "state.json").read_text()), (root / "run" / "api_key").read_text())
    finally:
        stopped = _script("stop", root)
        if not kept and not (root / "run").exists():
            shutil.rmtree(root, ignore_errors=True)
    assert stopped.returncode == 0, stopped.stderr


@pytest.fixture(scope="session")
def newest(running: Running) -> Genuine:
    """The newest release, for what does not depend on how diagnostics are asked for."""
    return running.server(NEWEST)


@pytest.fixture(scope="session", params=[NEWEST, *OLDER])
def genuine(running: Running, request: pytest.FixtureRequest) -> Genuine:
    """Each release in turn."""
    return running.server(request.param)


@pytest.fixture(scope="session")
def serve_document(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], AbstractContextManager[Mock]]:
    """Serves the API document that an environment variable names, below a base path."""

    def serve(variable: str, base: str) -> AbstractContextManager[Mock]:
        node, prefix, document = map(os.environ.get, ("SANDSCOPE_NODE", "SANDSCOPE_NPM_PREFIX", variable))
        if not document:
            pytest.skip(f"{variable} is not set: no API document for Prism to serve (its path goes there)")
        if not node or not prefix:
            pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no Prism (.ci/install_node sets them)")
        if not Path(prefix, PACKAGE).exists():
            pytest.skip(f"{prefix} holds no Prism (.ci/install_node installs it)")
        return mocked(node, Path(prefix), Path(document), base, tmp_path_factory.mktemp("prism") / "prism.log")

    return serve


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


def _script(command: str, root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), command, *("--root", str(root), "--owner", str(os.getpid())), *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=START_PATIENCE_S,
    )
