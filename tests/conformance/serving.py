"""Starts the shipped server for clients and judges of other makers: as they would start it, or at an address."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

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
