"""Starts workers as processes, on both event loops, and speaks to them."""

import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream

ROOT = Path(__file__).parents[2]


class Hand:
    """One worker.

    Attributes:
        process: It.
    """

    def __init__(self, process: anyio.abc.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self._stdin = process.stdin
        self._lines = BufferedByteReceiveStream(process.stdout)
        self._number = 0

    async def tell(self, do: str, **arguments: Any) -> None:
        """Tells it what to do."""
        self._number += 1
        await self._stdin.send(json.dumps({"number": self._number, "do": do, **arguments}).encode() + b"\n")

    async def hear(self, said: str = "done") -> dict[str, Any]:
        """What it says next of this kind about the last thing it was told to do."""
        while True:
            told: dict[str, Any] = json.loads(await self._lines.receive_until(b"\n", 1 << 24))
            if (told["number"], told["said"]) == (self._number, said):
                return told

    async def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Tells it what to do, and waits until that is done."""
        await self.tell(do, **arguments)
        return await self.hear()

    async def kill(self) -> None:
        """Ends it as `kill -9` does."""
        self.process.kill()
        await self.process.wait()

    async def end(self) -> None:
        """Lets it end by itself, which also saves what coverage has counted."""
        await self._stdin.aclose()
        await self.process.wait()


@asynccontextmanager
async def crew(folder: Path, count: int) -> AsyncGenerator[list[Hand]]:
    """Workers that share the state of a folder."""
    async with AsyncExitStack() as stack:
        hands = [await stack.enter_async_context(_hand(folder, ("asyncio", "trio")[n % 2])) for n in range(count)]
        for hand in hands:
            await hand.hear("ready")
        yield hands
        for hand in hands:
            if hand.process.returncode is None:
                await hand.end()


@asynccontextmanager
async def _hand(folder: Path, backend: str) -> AsyncGenerator[Hand]:
    command = [sys.executable, "-m", "tests.store.worker", backend, str(folder)]
    async with await anyio.open_process(command, stderr=None, cwd=ROOT, env=os.environ) as process:
        try:
            yield Hand(process)
        finally:
            if process.returncode is None:
                process.kill()


def calls(folder: Path, call: str) -> int:
    """How often a call was made upstream, by all processes."""
    path = folder / "calls"
    return path.read_text().splitlines().count(call) if path.exists() else 0
