"""`sandscope serve`: the MCP server over stdio, Streamable HTTP or SSE."""

import argparse
import importlib
import os
import sys
from collections.abc import Mapping

import anyio

from mcp_server.errors import NotConfigured
from mcp_server.log_lines import scrub_log
from mcp_server.platforms import misnamed
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.server.stdio import STDERR, STDIN, serve_stdio
from mcp_server.settings import Settings

_HOSTED = ("auth", "profiles", "jwks", "issuer", "audience", "scope", "allow_host", "allow_origin")

_WAITING = (
    "sandscope: waiting for an MCP client on stdin; Ctrl-C ends it. To see what it does: sandscope demo. "
    "To attach it to a client: sandscope install.\n"
)


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> None:
    """Serves until the client leaves or a signal comes.

    Raises:
        NotConfigured: An option or variable cannot be used.
    """
    if any(name.startswith("OTEL_") for name in environ):
        # Few listen: light start-up.
        telemetry = importlib.import_module("mcp_server.telemetry.export")
        scrub_log(telemetry.header_values(environ))
        telemetry.export(environ)
    choice = Choice(read_only=arguments.read_only, names=arguments.tools)
    if arguments.transport == "stdio":
        if os.isatty(STDIN) and os.isatty(STDERR):
            sys.stderr.write(_WAITING)
        anyio.run(serve_stdio, _server(arguments, environ, choice))
    else:
        # The web server is imported only where it serves, to keep start-up light.
        importlib.import_module("mcp_server.commands.serve_hosted").run(arguments, environ, choice)


def _server(arguments: argparse.Namespace, environ: Mapping[str, str], choice: Choice) -> Sandscope:
    idle = [name for name in _HOSTED if getattr(arguments, name) not in (None, "none", [])]
    if idle:
        raise NotConfigured(f"--{idle[0].replace('_', '-')} says who may call over HTTP: add --transport http.")
    return server_of(environ, choice, demo=arguments.demo)


def server_of(environ: Mapping[str, str], choice: Choice, *, demo: bool) -> Sandscope:
    """The server that the environment describes, or one that the stand-ins answer; says which variables nothing reads.

    Raises:
        NotConfigured: A variable cannot be used.
    """
    if demo:
        # Imported only where they answer, to keep start-up light.
        return importlib.import_module("mcp_server.demo.in_process").demo_server(environ, choice)
    sys.stderr.writelines(f"sandscope: {line}\n" for line in misnamed(environ))
    return build(Settings.from_env(environ), choice=choice)
