"""Serves over stdin and stdout until the client closes them or a signal comes."""

import os
import signal
import sys

import anyio

from mcp_server.server.build import Sandscope


async def serve_stdio(sandscope: Sandscope) -> None:
    """Serves one client."""
    async with anyio.create_task_group() as tasks:
        if sys.platform != "win32":
            tasks.start_soon(_leave_on_signal, sandscope)
        await sandscope.server.run_stdio_async()
        await sandscope.aclose()
        tasks.cancel_scope.cancel()


async def _leave_on_signal(sandscope: Sandscope) -> None:
    """Ends the process on SIGINT or SIGTERM: a thread blocked in reading stdin cannot be cancelled, only left behind."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for received in signals:
            await sandscope.aclose()
            sys.stderr.flush()
            os._exit(128 + received)
