"""Starts the server as hosts do, as a process, and speaks to its stdin and stdout line by line."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import IO, Any, cast

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream

SERVE_DEMO = ("serve", "--demo")
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
# A run that is still running when the demo starts; the first progress message tells that the call is under way.
WAITING_CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {
        "name": "get_run",
        "arguments": {"run_id": 103, "wait_seconds": 55},
        "_meta": {"progressToken": 1},
    },
}


def calling(name: str, request_id: object = 2, **arguments: Any) -> dict[str, Any]:
    """The message that calls a tool."""
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": params}


class Started:
    """A server process.

    Attributes:
        process: It.
    """

    def __init__(self, process: anyio.abc.Process) -> None:
        self.process = process
        self._lines = {name: BufferedByteReceiveStream(stream) for name, stream in _outputs(process)}

    async def send(self, *messages: dict[str, Any]) -> None:
        """Writes messages to its stdin."""
        assert self.process.stdin is not None
        for message in messages:
            await self.process.stdin.send(json.dumps(message).encode() + b"\n")

    async def line(self, output: str = "stdout") -> str:
        """The next line of its stdout or stderr."""
        return (await self._lines[output].receive_until(b"\n", 1 << 24)).decode()

    async def message(self) -> dict[str, Any]:
        """The next message on its stdout."""
        return cast("dict[str, Any]", json.loads(await self.line()))

    async def initialize(self, *, calling: bool = False) -> None:
        """Opens a session, and begins a call that lasts."""
        await self.send(INITIALIZE)
        assert (await self.message())["result"]["serverInfo"]["name"] == "sandscope"
        await self.send(INITIALIZED)
        if calling:
            await self.send(WAITING_CALL)
            assert (await self.message())["method"] == "notifications/progress"

    async def close(self) -> None:
        """Ends its stdin."""
        assert self.process.stdin is not None
        await self.process.stdin.aclose()

    async def ends(self, within_s: float) -> int:
        """The exit status, which must come in time."""
        with anyio.fail_after(within_s):
            return await self.process.wait()


@asynccontextmanager
async def started(
    *arguments: str,
    stdin: int | IO[bytes] = subprocess.PIPE,
    stdout: int | IO[bytes] = subprocess.PIPE,
    environ: Mapping[str, str] | None = None,
) -> AsyncGenerator[Started]:
    """`sandscope ARGUMENTS` as a process, which is killed if it is left running."""
    command = [sys.executable, "-m", "mcp_server", *arguments]
    async with await anyio.open_process(
        command, stdin=stdin, stdout=stdout, env={**os.environ, **(environ or {})}
    ) as process:
        try:
            yield Started(process)
        finally:
            if process.returncode is None:
                process.kill()


def _outputs(process: anyio.abc.Process) -> list[tuple[str, anyio.abc.ByteReceiveStream]]:
    named = (("stdout", process.stdout), ("stderr", process.stderr))
    return [(name, stream) for name, stream in named if stream is not None]
