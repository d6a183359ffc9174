"""A wire on which an OpenSandbox writes megabytes, and what asking it for them costs this process.

As a program it prints the answer and the growth of the peak memory as JSON: `python -m tests.tools.large SHAPE BYTES`.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable
from itertools import islice

import anyio
import httpx2
from mcp import Client

from benchmarks.throughput_worker import SANDBOX, Large, peak
from mcp_server.demo.app import environment
from mcp_server.server.build import build
from mcp_server.server.results import text_of
from mcp_server.settings import Settings

_PIECE = 1 << 16
WORDS = "resolving package checksum verified layer cached request served in 12 ms"
SHAPES: dict[str, Callable[[int], str]] = {
    "plain": lambda n: f"[{n}] {WORDS}\n",
    "timestamps": lambda n: f"2026-11-21T10:{n // 60 % 60:02}:{n % 60:02}.{n % 10**9:09}Z [{n}] {WORDS}\n",
    "colours": lambda n: f"[{n}] " + " ".join(f"\x1b[32m{word}\x1b[0m" for word in WORDS.split()) + "\n",
    "wide": lambda n: f"[{n}] 構築 🎉 {WORDS}\n",
    "rows": lambda n: json.dumps({"n": n, "level": "info", "message": WORDS}) + "\n",
    "one line": lambda n: f"[{n}] {WORDS} ",
    "newlines": lambda _: "\n" * 80,
}


class Long(httpx2.AsyncByteStream):
    """A body that is made while it is read: an upstream's gigabyte takes no memory here."""

    def __init__(self, shape: str, size: int, served: Callable[[], None]) -> None:
        self._shape = shape
        self._size = size
        self._served = served
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        line_of = SHAPES[self._shape]
        numbers = iter(range(sys.maxsize))
        try:
            while self.given < self._size:
                piece = "".join(map(line_of, islice(numbers, 800))).encode()
                self.given += len(piece)
                await anyio.lowlevel.checkpoint()
                yield piece
        finally:
            self._served()


class Big(Large):
    """Answers every question about `SANDBOX`; its log is of a size and a shape."""

    def __init__(self, shape: str, size: int) -> None:
        self.body = Long(shape, size, self._note)
        super().__init__(lambda: self.body)
        self.served = anyio.Event()
        self.asked = 0

    def _note(self) -> None:
        self.served.set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return await super().handle_async_request(request)


async def main(shape: str, size: int) -> None:
    """Asks once, and tells."""
    wire = Big(shape, size)
    environ = {**environment("http://demo.invalid"), "SANDSCOPE_CACHE": "memory"}
    sandscope = build(Settings.from_env(environ), wire=wire)
    async with Client(sandscope.server) as client:
        # What the first log loads and compiles is no part of what a large one takes.
        await client.call_tool("get_diagnostics", {"sandbox_id": SANDBOX, "kind": "events"})
        before = peak()
        result = await client.call_tool("get_diagnostics", {"sandbox_id": SANDBOX})
        text = text_of(result)
        told = {"text": text, "meta": result.meta, "given": wire.body.given, "grown": peak() - before}
    await sandscope.aclose()
    print(json.dumps(told))  # noqa: T201  the answer


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], int(sys.argv[2]))
