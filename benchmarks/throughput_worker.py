"""One large log through a whole server in this process: what `benchmarks.throughput` starts for each shape.

`python -m benchmarks.throughput_worker SHAPE BYTES [--data DIR]` prints peak memory over size and the longest stall as JSON. The log
is written to a file first, by a process of its own, or making it would be the peak.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
from mcp import Client
from mcp_types import CallToolResult

from benchmarks.throughput_logs import log_from, log_of
from mcp_server.demo.app import environment
from mcp_server.http.wire import Wire
from mcp_server.server.build import build
from mcp_server.settings import Settings

SANDBOX = "large"
_PIECE_BYTES = 1 << 16
_TICK_S = 0.001


class _Body(httpx2.AsyncByteStream):
    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                await anyio.lowlevel.checkpoint()
                yield piece


class Large(Wire):
    """An OpenSandbox of the old dialect with one failed sandbox; `body` gives its log, anew for each request."""

    def __init__(self, body: Callable[[], httpx2.AsyncByteStream]) -> None:
        self._body = body

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Its state, no events, its log."""
        kind = request.url.path.rpartition("/")[2]
        if kind == SANDBOX:
            return httpx2.Response(200, json={"id": SANDBOX, "status": {"state": "Failed"}})
        if "scope" in request.url.params:
            return httpx2.Response(501, json={"code": "DIAGNOSTICS_NOT_IMPLEMENTED", "message": "not here"})
        if kind == "events":
            return httpx2.Response(200, text="(no events)")
        return httpx2.Response(200, headers={"content-type": "text/plain"}, stream=self._body())


class _Ticker:
    """Sleeps a millisecond again and again, and notes how late it woke, as far as this process worked meanwhile.

    When the machine does something else, that is no stall of ours.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def run(self) -> None:
        while True:
            begin, worked = time.perf_counter(), time.process_time()
            await anyio.sleep(_TICK_S)
            late = time.perf_counter() - begin - _TICK_S
            self.longest_s = max(self.longest_s, min(late, time.process_time() - worked))


def peak() -> int:
    """Most memory this process ever had, in bytes."""
    return int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) * 1024


async def measure(path: Path, size: int) -> dict[str, float]:
    """Ask once for the log in the file."""
    environ = {**environment("http://large.invalid"), "SANDSCOPE_CACHE": "memory"}
    sandscope = build(Settings.from_env(environ), wire=Large(lambda: _Body(path)))
    ticker = _Ticker()
    answers: list[CallToolResult] = []
    async with Client(sandscope.server) as client:
        # What the first log loads and compiles is no part of what a large one takes.
        await client.call_tool("get_diagnostics", {"sandbox_id": SANDBOX, "kind": "events"})
        before = peak()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ticker.run)
            answers.append(await client.call_tool("get_diagnostics", {"sandbox_id": SANDBOX}))
            tasks.cancel_scope.cancel()
        grown = peak() - before
    await sandscope.aclose()
    if answers[0].is_error:
        raise SystemExit(str(answers[0].content))
    return {"peak_over_input": grown / size, "stall_ms": ticker.longest_s * 1000}


def main() -> None:
    """Write the log to a file, or have it written and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape")
    parser.add_argument("size", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    if asked.write:
        asked.write.write_bytes(log_from(asked.data, asked.size) if asked.data else log_of(asked.shape, asked.size))
        return
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "log"
        subprocess.run(
            [sys.executable, "-m", "benchmarks.throughput_worker", *sys.argv[1:], "--write", str(path)], check=True
        )
        print(json.dumps(anyio.run(measure, path, path.stat().st_size)))


if __name__ == "__main__":
    main()
