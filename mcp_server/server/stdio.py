"""Serves over stdin and stdout until the client closes them or a signal comes."""

import os
import signal
import stat
import sys

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from mcp_server.server.build import Sandscope

STDIN, STDOUT = 0, 1


async def serve_stdio(sandscope: Sandscope) -> None:
    """Serves one client."""
    if sys.platform == "win32":
        # Ctrl-C ends the process there by itself.
        await _serve(sandscope)
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_on_signal, sandscope)
        if _shows_its_reader_leaving(STDOUT):
            # A duplicate, because the SDK puts stderr in the place of stdout while it serves.
            tasks.start_soon(_leave_when_unheard, sandscope, os.dup(STDOUT))
        await _serve(sandscope)
        tasks.cancel_scope.cancel()


async def _serve(sandscope: Sandscope) -> None:
    server = sandscope.server.lowlevel
    async with stdio_server() as (lines, answers), anyio.create_task_group() as tasks:
        relayed, messages = anyio.create_memory_object_stream[SessionMessage | Exception]()

        async def relay() -> None:
            """Hands on every message; a line that is none is answered here, where the SDK would drop it."""
            async with relayed:
                async for line in lines:
                    if isinstance(line, Exception):
                        await answers.send(SessionMessage(_refused(line)))
                    else:
                        await relayed.send(line)

        tasks.start_soon(relay)
        await server.run(messages, answers, server.create_initialization_options())
        tasks.cancel_scope.cancel()
    await sandscope.aclose()


def _refused(exc: Exception) -> JSONRPCError:
    """JSON-RPC 2.0, 5.1: the id is null where none can be told."""
    if isinstance(exc, ValidationError) and exc.errors(include_input=False)[0]["type"] != "json_invalid":
        error = ErrorData(code=INVALID_REQUEST, message="This line is not one JSON-RPC 2.0 message.")
    else:
        error = ErrorData(code=PARSE_ERROR, message="This line is not JSON.")
    return JSONRPCError(jsonrpc="2.0", id=None, error=error)


async def _leave_on_signal(sandscope: Sandscope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        await _leave(sandscope, await anext(signals))


async def _leave_when_unheard(sandscope: Sandscope, stdout: int) -> None:
    """Ends the process when nobody reads stdout any more; the next answer would block it for ever."""
    await anyio.wait_readable(stdout)
    await _leave(sandscope, signal.SIGPIPE)


async def _leave(sandscope: Sandscope, received: int) -> None:
    """Ends the process at once: a thread blocked in reading stdin cannot be cancelled, only left behind."""
    await sandscope.aclose()
    sys.stderr.flush()
    os._exit(128 + received)


def _shows_its_reader_leaving(stdout: int) -> bool:
    """Whether it becomes readable then: a pipe does, and a socket if it is not stdin too."""
    mode = os.fstat(stdout).st_mode
    return stat.S_ISFIFO(mode) or (stat.S_ISSOCK(mode) and not os.path.sameopenfile(STDIN, stdout))
