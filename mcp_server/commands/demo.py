"""`sandscope demo`: one troubleshooting story through a real server process, or the stand-ins over HTTP."""

import argparse
import contextlib
import signal
import socket
import sys
from collections.abc import Mapping

import anyio
import uvicorn

from mcp_server.demo.app import demo_app, environment
from mcp_server.demo.story import tell
from mcp_server.demo.world import world
from mcp_server.errors import NotConfigured

HOST = "127.0.0.1"


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Tells the story, or serves the stand-ins until a signal comes."""
    if arguments.serve:
        return _serve(arguments.port)
    return 1 if anyio.run(tell, sys.stdout, environ) else 0


def _serve(port: int) -> int:
    """Serves the stand-ins on loopback and prints the variables that point a client at them.

    Raises:
        NotConfigured: The port cannot be listened on.
    """
    try:
        listening = socket.create_server((HOST, port))
    except OSError as exc:
        raise NotConfigured(f"Cannot listen on {HOST} port {port}: {exc.strerror}. Use another --port.") from exc
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    app = demo_app(world())
    print(f"# Three stand-ins at {address}; set these where sandscope runs:")
    for name, value in environment(address).items():
        print(f"export {name}={value}")
    sys.stdout.flush()
    # The web server raises the signal again when it has closed; both then end the process as an interrupt does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
    answers = [asked.status for asked in app.state.journal]
    print(f"# {len(answers)} requests answered, {answers.count(429)} of them with 429")
    return 0
