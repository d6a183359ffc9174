"""MCP over HTTP as bytes, so that asking costs little beside answering: many clients of revision 2026-07-28 in one process."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

REVISION: Final = "2026-07-28"
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": {"name": "load", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
_INITIALIZE: Final = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "load", "version": "1"},
}

Asks = Callable[[int], tuple[str, dict[str, Any]]]
"""The tool and the arguments of a client's next call, by the number of the call."""


@dataclass(slots=True)
class Taken:
    """What calls took, in seconds each, and from the first to the last."""

    calls: list[float] = field(default_factory=list[float])
    seconds: float = 0.0

    def add(self, other: "Taken") -> None:
        """Adds another round."""
        self.calls += other.calls
        self.seconds += other.seconds

    @property
    def per_s(self) -> float:
        """Calls in a second."""
        return len(self.calls) / self.seconds

    def ms(self, share: float) -> float:
        """Milliseconds that this share of the calls stayed below."""
        return sorted(self.calls)[min(int(len(self.calls) * share), len(self.calls) - 1)] * 1000


class Connection:
    """One client's connection to a server on loopback."""

    def __init__(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host, self._reader, self._writer = host, reader, writer

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """A connection to a port."""
        return cls(f"127.0.0.1:{port}", *await asyncio.open_connection("127.0.0.1", port))

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of a call.

        Raises:
            SystemExit: It is no success.
        """
        params = {"name": tool, "arguments": arguments, "_meta": _META}
        headers = {"mcp-protocol-version": REVISION, "mcp-method": "tools/call", "mcp-name": tool}
        told = await self._post("tools/call", params, headers)
        result = told.get("result", {"isError": True})
        if result.get("isError"):
            raise SystemExit(f"{tool} {arguments} failed: {json.dumps(told)[:500]}")
        return result

    async def initialize(self) -> None:
        """Opens a session, as clients up to 2025-11-25 do, and leaves it open."""
        await self._post("initialize", _INITIALIZE, {})

    def close(self) -> None:
        """Leaves."""
        self._writer.close()

    async def _post(self, method: str, params: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        told = {"host": self._host, "content-type": "application/json", **headers, "content-length": str(len(body))}
        told["accept"] = "application/json, text/event-stream"
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._writer.write(f"POST /mcp HTTP/1.1\r\n{lines}\r\n".encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "content-length: " in head:
            answer = await self._reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        else:
            answer = b"".join([piece async for piece in self._pieces()])
        # A stream has events; the last one's data is the answer.
        data = answer.strip().rpartition(b"data: ")[2]
        return json.loads(data)

    async def _pieces(self) -> AsyncGenerator[bytes]:
        while size := int(await self._reader.readline(), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readline()
        await self._reader.readline()


async def ask(ports: Sequence[int], clients: int, seconds: float, asks: Asks, first: int) -> Taken:
    """Lets so many clients ask for so long, each one call after the other, each at one of the servers.

    Args:
        ports: Of the servers.
        clients: How many there are.
        seconds: How long they begin new calls.
        asks: What they ask.
        first: The number of the first call, so that numbers are new.
    """
    taken = Taken()
    numbers = iter(range(first, first + 10_000_000))
    began = time.perf_counter()

    async def one(client: int) -> None:
        connection = await Connection.to(ports[client % len(ports)])
        while (at := time.perf_counter()) < began + seconds:
            await connection.call(*asks(next(numbers)))
            taken.calls.append(time.perf_counter() - at)
        connection.close()

    await asyncio.gather(*map(one, range(clients)))
    taken.seconds = time.perf_counter() - began
    return taken
