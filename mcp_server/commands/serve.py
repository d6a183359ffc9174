"""`sandscope serve`: the MCP server over stdio, Streamable HTTP or SSE."""

import argparse
import importlib
from collections.abc import Mapping

import anyio

from mcp_server.server.build import Choice, build
from mcp_server.server.stdio import serve_stdio
from mcp_server.settings import Settings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> None:
    """Serves until the client leaves or a signal comes."""
    choice = Choice(read_only=arguments.read_only, names=arguments.tools)
    if arguments.demo:
        # The stand-ins are imported only where they answer, to keep start-up light.
        demo = importlib.import_module("mcp_server.demo.in_process")
        settings = Settings.from_env(demo.demo_environment(environ), demo=True)
        sandscope = build(settings, choice=choice, wire=demo.demo_wire(), state=demo.demo_state(settings))
    else:
        sandscope = build(Settings.from_env(environ), choice=choice)
    if arguments.transport == "stdio":
        anyio.run(serve_stdio, sandscope)
    else:
        # The web server likewise.
        hosted = importlib.import_module("mcp_server.server.hosted")
        hosted.serve(sandscope, arguments.transport, arguments.host, arguments.port, demo=arguments.demo)
