"""`sandscope call`: one call of a tool through a server in this process; what is printed is what an agent reads."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from mcp import Client
from mcp_types import CallToolResult
from mcp_types import Tool as ListedTool

from mcp_server.commands import progress as shown
from mcp_server.commands.call_values import closest, described, values_of
from mcp_server.commands.progress import Report
from mcp_server.commands.serve import server_of
from mcp_server.errors import InvalidArgument
from mcp_server.server.build import Choice, Sandscope
from mcp_server.server.results import text_of

# What closing may take when the call was cancelled.
_PATIENCE_S = 1.5


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the answer to stdout, progress and wrong usage to stderr.

    Returns:
        0; 1 if the answer is an error; 2 if there is no such tool or argument, or one is missing or of another type.
    """
    if arguments.help and not arguments.tool:
        print(arguments.usage(), end="")
        return 0
    sandscope = server_of(environ, Choice(read_only=arguments.read_only), demo=arguments.demo)
    return _told(_asked(sandscope, arguments, environ), as_json=arguments.json)


def _asked(
    sandscope: Sandscope, arguments: argparse.Namespace, environ: Mapping[str, str]
) -> CallToolResult | tuple[int, str]:
    with shown.progress(f"Calling {arguments.tool}", environ=environ) as report:
        return anyio.run(_answer, sandscope, arguments, report)


def _told(answer: CallToolResult | tuple[int, str], *, as_json: bool) -> int:
    """Prints the answer, or what was wrong; gives the exit status."""
    if isinstance(answer, CallToolResult):
        print(_json(answer) if as_json else text_of(answer))
        return 1 if answer.is_error else 0
    status, told = answer
    print(told, file=sys.stderr if status else sys.stdout)
    return status


async def _answer(
    sandscope: Sandscope, arguments: argparse.Namespace, report: Report
) -> CallToolResult | tuple[int, str]:
    """The tool's answer; or, where nothing is called, an exit status and what there is to know of tools or arguments."""

    async def note(progress: float, total: float | None, message: str | None) -> None:
        report(message or "", progress, total)

    try:
        async with Client(sandscope.server) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            if arguments.tool not in tools:
                return 2, _unknown(arguments.tool, tuple(tools.values()))
            tool = tools[arguments.tool]
            if arguments.help:
                return 0, _about(tool)
            try:
                values = values_of(arguments.arguments, tool.input_schema)
            except InvalidArgument as exc:
                return 2, f"sandscope: {tool.name}: {exc}\n{_about(tool)}"
            return await client.call_tool(tool.name, values, progress_callback=note)
    finally:
        with anyio.move_on_after(_PATIENCE_S, shield=True):
            await sandscope.aclose()


def _unknown(name: str | None, tools: Sequence[ListedTool]) -> str:
    said = f"there is no tool {name!r}{closest(name, [tool.name for tool in tools])}" if name else "which tool?"
    width = max(len(tool.name) for tool in tools)
    return "\n".join([f"sandscope: {said}", *(f"  {tool.name:<{width}}  {tool.title or ''}" for tool in tools)])


def _about(tool: ListedTool) -> str:
    return "\n".join([f"{tool.name}: {tool.description}", *described(tool.input_schema)])


def _json(result: CallToolResult) -> str:
    shown: dict[str, Any] = {
        "text": text_of(result),
        "structured": result.structured_content,
        "meta": result.meta,
        "is_error": bool(result.is_error),
    }
    return json.dumps(shown)
