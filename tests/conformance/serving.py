"""Starts the shipped server for clients and judges of other makers: as they would start it, or at an address."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

SERVE = [sys.executable, "-m", "mcp_server", "serve"]
SERVE_DEMO = [*SERVE, "--demo"]


@contextmanager
def serving(transport: str, command: list[str] = SERVE_DEMO) -> Generator[str]:
    """A server at a free port of this machine, by its URL; ended afterwards."""
    command = [*command, "--transport", transport, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as server:
        try:
            assert server.stderr is not None
            found = re.search(r"http://\S+", server.stderr.readline())
            assert found
            # Nobody reads what it logs from here on, and a full pipe would stop it.
            Thread(target=server.stderr.read, daemon=True).start()
            yield found[0]
        finally:
            server.terminate()


@dataclass(frozen=True, slots=True)
class ClientScript:
    """A client that is a program of its own: told on stdin what to ask of whom, it tells on stdout what it saw.

    Attributes:
        command: Starts it.
    """

    command: list[str]

    def saw(self, asked: Mapping[str, Any], transport: str, server: list[str] = SERVE_DEMO) -> dict[str, Any]:
        """What it saw of a server over a transport."""
        if transport == "stdio":
            return self._told({**asked, "command": server})
        with serving(transport, server) as url:
            return self._told({**asked, "url": url})

    def _told(self, given: Mapping[str, Any]) -> dict[str, Any]:
        done = subprocess.run(
            self.command,
            input=json.dumps(given),
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=dict(os.environ),
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
