"""The one piece the examples share: an MCP client connected to sandscope, and `call()`, which explains a refusal."""

import argparse
import ast
import asyncio
import json
import os
import shlex
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from mcp import Client, MCPError, StdioServerParameters
from mcp.client.extension import ClientExtension
from mcp.types import CallToolResult, TextContent, TextResourceContents

# How often a call is repeated after the wait the server asked for.
ATTEMPTS = 5

Facts = dict[str, Any]
T = TypeVar("T")


class Refused(Exception):
    """The server said no, in its own words; `code` is the word for programs."""

    def __init__(self, message: str, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Sandscope:
    """A connected client. Its methods raise `Refused`, which `run()` turns into a message and exit status 1."""

    client: Client

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Calls a tool, shows progress on stderr, and waits where the server says how long its rate budget is spent.

        Raises:
            Refused: The result is an error, or the budget stays spent.
        """

        async def ask() -> CallToolResult:
            result = await self.client.call_tool(tool, arguments, progress_callback=_progress)
            if result.is_error:
                raise _refused(text_of(result), result.meta)
            return result

        return await _within_limits(ask)

    async def facts(self, tool: str, **arguments: Any) -> Facts:
        """Calls a tool and gives its structured facts."""
        return (await self.call(tool, **arguments)).structured_content or {}

    async def text(self, tool: str, **arguments: Any) -> str:
        """Calls a tool and gives the text a model would read."""
        return text_of(await self.call(tool, **arguments))

    async def finished(self, run: Facts, max_wait_s: float = 600) -> Facts:
        """Waits for a run by making the call that its `next` names, until it is finished.

        Raises:
            Refused: It is not within `max_wait_s` seconds.
        """
        give_up_at = time.monotonic() + max_wait_s
        while not run["finished"]:
            if time.monotonic() > give_up_at:
                raise Refused(f"run {run['run_id']} is still {run['status']}. To go on waiting: {run['next']}")
            tool, arguments = parse_call(run["next"])
            run = await self.facts(tool, **arguments)
        return run

    async def resource(self, uri: str) -> Facts:
        """Reads a resource that holds JSON; waits like `call`."""

        async def ask() -> Facts:
            try:
                content = (await self.client.read_resource(uri)).contents[0]
            except MCPError as error:
                raise _refused(str(error), error.data) from error
            return json.loads(cast("TextResourceContents", content).text)

        return await _within_limits(ask)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options that say which server to connect to."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--demo", action="store_true", help="use sandscope's built-in demo: no key, no network")
    where.add_argument("--url", help="connect to a running server, for example http://127.0.0.1:8000/mcp")
    where.add_argument(
        "--command", metavar="LINE", help='start this instead of the installed sandscope, for example "uvx sandscope"'
    )


def run(
    arguments: argparse.Namespace,
    work: Callable[[Sandscope], Awaitable[int]],
    extensions: Sequence[ClientExtension] = (),
) -> int:
    """Connects, does the work, and gives the exit status of the process: 1 if the server refused or is not there."""
    try:
        return asyncio.run(_connected(arguments, work, extensions))
    except KeyboardInterrupt:
        return 130


def say(message: str) -> None:
    """Writes a line to stderr; stdout is for what the example was asked for."""
    print(message, file=sys.stderr, flush=True)


def text_of(result: CallToolResult) -> str:
    """The text of a result."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def parse_call(text: str) -> tuple[str, Facts]:
    """Takes a call such as `get_run(run_id=7, wait_seconds=25)`, as `next` names it, apart into tool and arguments.

    Raises:
        ValueError: It is no call, or an argument is not a plain value. Nothing in it is ever run.
    """
    match ast.parse(text, mode="eval").body:
        case ast.Call(func=ast.Name(id=tool), keywords=keywords):
            return tool, {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in keywords}
        case _:
            raise ValueError(f"not a tool call: {text}")


async def _connected(
    arguments: argparse.Namespace, work: Callable[[Sandscope], Awaitable[int]], extensions: Sequence[ClientExtension]
) -> int:
    connected = False
    try:
        async with Client(_server(arguments), extensions=extensions) as client:
            connected = True
            status = await _explained(work(Sandscope(client)))
    except (MCPError, OSError, ExceptionGroup) as broken:
        if connected:
            raise
        say(f"error: no sandscope server there: {_first(broken)}")
        return 1
    return status


async def _explained(work: Awaitable[int]) -> int:
    # Inside the connection, so that the server is closed in an orderly way before the process ends.
    try:
        status = await work
        sys.stdout.flush()
    except (Refused, MCPError) as refused:
        say(f"error: {refused}")
        return 1
    except BrokenPipeError:
        # Whoever read our output has seen enough, as in `| head`; Python would complain again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _server(arguments: argparse.Namespace) -> str | StdioServerParameters:
    if arguments.url:
        return str(arguments.url)
    # A backslash is part of a path on Windows.
    line = shlex.split(arguments.command or "", posix=sys.platform != "win32")
    command = line or [sys.executable, "-m", "mcp_server"]
    demo = ["--demo"] if arguments.demo else []
    # The SDK hands on a few variables only; the keys are in the others.
    return StdioServerParameters(command=command[0], args=[*command[1:], "serve", *demo], env=dict(os.environ))


async def _within_limits(ask: Callable[[], Awaitable[T]]) -> T:
    for _ in range(ATTEMPTS):
        try:
            return await ask()
        except Refused as refused:
            # With this code nothing was sent, so that it may be asked again whatever it does.
            if refused.code != "rate_budget_spent" or refused.retry_after_s is None:
                raise
            say(f"{refused} Waiting {refused.retry_after_s:g} s.")
            await asyncio.sleep(refused.retry_after_s)
    raise Refused(f"The rate budget was still spent after {ATTEMPTS} waits.")


def _refused(message: str, meta: Facts | None) -> Refused:
    error: Facts = (meta or {}).get("sandscope/error", {})
    return Refused(message, error.get("code", ""), error.get("retry_after_s"))


def _first(error: Exception) -> Exception:
    # The SDK's transports run in task groups, which wrap what went wrong.
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return error


async def _progress(progress: float, total: float | None, message: str | None) -> None:
    say(f"  {progress:.0f} of {total or 0:.0f} s: {message}")
