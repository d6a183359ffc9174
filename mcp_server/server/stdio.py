"""Serves over stdin and stdout until the client closes them or a signal comes."""

import os
import signal
import stat
import sys

import anyio

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
    await sandscope.server.run_stdio_async()
    await sandscope.aclose()


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
