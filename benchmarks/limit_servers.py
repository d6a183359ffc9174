"""One HTTP server on loopback that enforces ten rate limits, a path each, and keeps a journal of what arrived when.

`python -m benchmarks.limit_servers` prints `{"port": ...}` and serves until its standard input ends.
"""

import argparse
import asyncio
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.limit_algorithms import ALGORITHMS, SAY_RETRY_AFTER, Algorithm

OK, NOT_FOUND, REFUSED = 200, 404, 429
REASONS = {OK: "OK", NOT_FOUND: "Not Found", REFUSED: "Too Many Requests"}


class Arrival(NamedTuple):
    """A line of the journal; `at` is the machine's monotonic clock in seconds, which all its processes share."""

    algorithm: str
    client: str
    at: float
    status: int


@dataclass(frozen=True)
class Conduct:
    """How the server behaves.

    Attributes:
        limit: N of every algorithm.
        window: W in seconds.
        latency: The least and the most seconds from a request to its response; a random part of it is the way here.
        retry_after: "usual" sends the header where servers of that kind do, otherwise "always" or "never".
        seed: Of the jitter.
    """

    limit: int
    window: float
    latency: tuple[float, float]
    retry_after: str
    seed: int

    def header(self, algorithm: str, seconds: float) -> str:
        """The Retry-After line, rounded up to a "second" of W / 60 as servers round up to whole ones."""
        if self.retry_after == "never" or (self.retry_after == "usual" and algorithm not in SAY_RETRY_AFTER):
            return ""
        second = self.window / 60
        return f"retry-after: {math.ceil(seconds / second) * second:.3f}\r\n"


@dataclass
class Server:
    """Ten limits, their journal, and how late the event loop was."""

    conduct: Conduct
    algorithms: dict[str, Algorithm]
    random: random.Random
    journal: list[Arrival] = field(default_factory=list[Arrival])
    lags: list[float] = field(default_factory=list[float])

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one kept-alive connection until the client closes it."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
                writer.write(await self.answer(head[0].split(" ")[1], label(head)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, path: str, client: str) -> bytes:
        """The whole response to GET `path`."""
        if path == "/journal":
            return response(OK, json.dumps(self.report()))
        name = path.split("/")[1]
        if name not in self.algorithms:
            return response(NOT_FOUND, '{"error": "no such algorithm"}')
        total = self.random.uniform(*self.conduct.latency)
        there = total * self.random.random()
        await self.travel(there)
        arrived = time.monotonic()
        wait = self.algorithms[name].admit(arrived)
        self.journal.append(Arrival(name, client, arrived, OK if wait is None else REFUSED))
        await self.travel(total - there)
        if wait is None:
            return response(OK, '{"id": 1}')
        return response(REFUSED, '{"error": "rate limit exceeded"}', self.conduct.header(name, wait))

    async def travel(self, seconds: float) -> None:
        """A way over the network; notes how much longer it took because the processor was busy."""
        planned = time.monotonic() + seconds
        await asyncio.sleep(seconds)
        self.lags.append(time.monotonic() - planned)

    def report(self) -> dict[str, object]:
        """What GET /journal returns; `cpu_s` is this process's so far, `lag_p99_s` how late one answer in 100 was."""
        lags = sorted(self.lags)
        return {
            "journal": self.journal,
            "cpu_s": time.process_time(),
            "lag_p99_s": lags[len(lags) * 99 // 100] if lags else 0.0,
        }


def label(head: Sequence[str]) -> str:
    """The value of the `client` header among the lines of a request's head."""
    for line in head[1:]:
        name, _, value = line.partition(":")
        if name.lower() == "client":
            return value.strip()
    return ""


def response(status: int, body: str, header: str = "") -> bytes:
    """A JSON response that keeps the connection alive; `header` is complete lines."""
    return (
        f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n{header}\r\n{body}"
    ).encode("ascii")


async def serve(conduct: Conduct) -> None:
    """Serves on a free port of 127.0.0.1, says which on standard output, ends with standard input."""
    algorithms = {name: build(conduct.limit, conduct.window) for name, build in ALGORITHMS.items()}
    jitter = random.Random(conduct.seed)  # noqa: S311 - jitter, not a secret
    ten = Server(conduct, algorithms, jitter)
    listening = await asyncio.start_server(ten.connection, "127.0.0.1", 0, backlog=1024)
    async with listening:
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        stdin = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
        await stdin.read()


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--window", type=float, default=2.0, help="seconds")
    parser.add_argument("--latency", type=float, nargs=2, default=(0.005, 0.040), help="least and most, seconds")
    parser.add_argument("--retry-after", choices=("usual", "always", "never"), default="usual")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    least, most = asked.latency
    asyncio.run(serve(Conduct(asked.limit, asked.window, (least, most), asked.retry_after, asked.seed)))


if __name__ == "__main__":
    main()
