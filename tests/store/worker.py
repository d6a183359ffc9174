"""A process on the shared state of a folder: does what each line of its stdin says, and tells line by line what happens.

Started as `python -m tests.store.worker BACKEND FOLDER`. Whatever is asked upstream adds a line to `FOLDER/calls`.
"""

import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from mcp_server.logs.runs import CapturedRun
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.store.begun import Begun
from mcp_server.store.captured_logs import CapturedLogs
from mcp_server.store.read_through import Question, ReadThrough, WordCodec
from mcp_server.store.sightings import Sightings


class Worker:
    """What the process can do; each public method is a command."""

    def __init__(self, folder: Path) -> None:
        self._clock = Clock(sleep=self._sleep)
        self._calls = folder / "calls"
        self._cells = SqliteCells(lambda: folder / "state", self._clock)
        self._blobs = SqliteBlobs(lambda: folder / "state", self._clock)
        self._number = 0
        self._marked_at = 0.0
        self._longest_gap_s = 0.0

    async def work(self) -> None:
        """Does what it is told until nobody tells any more."""
        self._say("ready")
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            told: dict[str, Any] = json.loads(line)
            self._number = told.pop("number")
            self._marked_at, self._longest_gap_s = time.monotonic(), 0.0
            command: Callable[..., Awaitable[dict[str, Any]]] = getattr(self, told.pop("do"))
            self._say("done", **await command(**told), longest_gap_s=self._longest_gap_s)
        await self._cells.aclose()
        await self._blobs.aclose()

    async def read(self, key: str, takes_s: float) -> dict[str, Any]:
        """Reads through to an upstream that takes so long."""

        async def ask() -> str:
            await self._upstream("ask", key, takes_s)
            return f"answered by {os.getpid()}"

        question = Question(key, ask, WordCodec(), lambda _: 60.0)
        return {"answer": await ReadThrough(self._cells, self._blobs, self._clock).read(question)}

    async def begin(self, key: str, takes_s: float) -> dict[str, Any]:
        """Starts a run, which takes so long."""

        async def send() -> int:
            await self._upstream("send", key, takes_s)
            return os.getpid()

        async def usable(_: int) -> bool:
            return True

        run_id, again = await Begun(self._cells, self._clock, 600.0).once(key, send, usable)
        return {"run_id": run_id, "again": again}

    async def turn(self, name: str) -> dict[str, Any]:
        """Asks whose turn it is to look."""
        turn = await Sightings(self._cells, self._clock).turn("account", name, 1.2)
        return {"look": turn.look, "wait_s": turn.wait_s, "status": turn.last.status if turn.last else ""}

    async def saw(self, name: str, status: str) -> dict[str, Any]:
        """Tells what a look showed."""
        await Sightings(self._cells, self._clock).saw("account", name, status, finished=False)
        return {}

    async def log(self, log_id: str, account: str) -> dict[str, Any]:
        """Reads a log that another process captured."""
        stored = await CapturedLogs(self._blobs).get(log_id, [account])
        tools = [entry.tool for entry in stored.content.entries] if isinstance(stored.content, CapturedRun) else []
        return {"lines": list(stored.log.lines), "title": stored.header.title, "tools": tools}

    async def _upstream(self, what: str, key: str, takes_s: float) -> None:
        descriptor = os.open(self._calls, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{what} {key}\n".encode())
        os.close(descriptor)
        self._say("upstream", at=time.monotonic())
        await anyio.sleep(takes_s)

    async def _sleep(self, seconds: float) -> None:
        self._say("sleeping")
        self._mark()
        await anyio.sleep(seconds)
        self._mark()

    def _mark(self) -> None:
        """Notes how long this process has been away: on a loaded machine it may seem dead to others."""
        now = time.monotonic()
        self._longest_gap_s = max(self._longest_gap_s, now - self._marked_at)
        self._marked_at = now

    def _say(self, said: str, **more: Any) -> None:
        print(json.dumps({"number": self._number, "said": said, **more}), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    anyio.run(Worker(Path(sys.argv[2])).work, backend=sys.argv[1])
