"""Eight servers as eight IDE windows start them, one key, two real minutes: `uv run python -m benchmarks.eight_servers [--write]`.

Each is a `sandscope serve` process over stdio, all ask as often as they may; the platform is `sandscope demo --serve`, which
keeps Codegen's documented limits and counts what it refuses. Prints the requests, the 429s and how much of the limit was used.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from benchmarks import figures

SANDSCOPE = (sys.executable, "-m", "mcp_server")
# What every Codegen call is charged to: 60 in 60 s, of which we use nine tenths.
GROUP, LIMIT, WINDOW_S = "codegen.shared", 54, 60.0


@dataclass
class Tally:
    """What the servers were answered: when each request was, by server, and the calls that were told to come back."""

    answered: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    told: Counter[str] = field(default_factory=Counter[str])

    @property
    def cycle_s(self) -> float:
        """The median time after which a slot was used again."""
        times = sorted(at for at, _ in self.answered)
        return statistics.median(b - a for a, b in zip(times, times[LIMIT:], strict=False))


@contextmanager
def platform() -> Generator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """The stand-ins as a server, and the variables that point at it."""
    command = [*SANDSCOPE, "demo", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        out = cast("IO[str]", process.stdout)
        variables: dict[str, str] = {}
        for line in out:
            if found := re.match(r"export (\w+)=(.*)", line):
                variables[found[1]] = found[2]
            if line.startswith("export OPEN_SANDBOX_PROTOCOL"):
                break
        try:
            yield variables, process
        finally:
            process.terminate()


async def window(environ: Mapping[str, str], number: int, until: float, tally: Tally) -> None:
    """One server and a client that asks again and again, and comes back when it is told to."""
    server = StdioServerParameters(command=SANDSCOPE[0], args=[*SANDSCOPE[1:], "serve"], env=dict(environ))
    async with Client(stdio_client(server)) as client:
        while time.monotonic() < until:
            result = await client.call_tool("list_runs", {"limit": 1})
            error: Mapping[str, Any] = (result.meta or {}).get("sandscope/error", {})
            if not error:
                tally.answered.append((time.monotonic(), number))
                continue
            tally.told[error["code"]] += 1
            await anyio.sleep(min(error["retry_after_s"] or 1.0, max(0.0, until - time.monotonic())))


async def measure(servers: int, seconds: float, environ: Mapping[str, str]) -> Tally:
    """Lets all of them ask for so many seconds."""
    tally = Tally()
    until = time.monotonic() + seconds
    async with anyio.create_task_group() as tasks:
        for number in range(servers):
            tasks.start_soon(window, environ, number, until, tally)
    return tally


def main() -> None:
    """Reads the command line, measures, prints; exits with 1 if the platform refused anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=125.0, help="two windows and what starting takes")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    asked = parser.parse_args()
    load = figures.load_now()
    with tempfile.TemporaryDirectory(prefix="eight-servers-") as state, platform() as (variables, process):
        environ = {**os.environ, **variables, "SANDSCOPE_STATE_DIR": state}
        tally = anyio.run(measure, asked.servers, asked.seconds, environ)
        process.send_signal(signal.SIGINT)
        journal = cast("IO[str]", process.stdout).read().strip()
    shares = Counter(number for _, number in tally.answered)
    print(f"{asked.servers} servers, one key, {asked.seconds:g} s; told to come back later: {dict(tally.told)}")
    print(
        f"answered {len(tally.answered)}; by server: {', '.join(str(shares[number]) for number in range(asked.servers))}"
    )
    print(
        f"{GROUP}: a slot used again after {tally.cycle_s:.2f} s, that is {WINDOW_S / tally.cycle_s:.1%} of {LIMIT} per {WINDOW_S:g} s"
    )
    print(f"the platform's journal: {journal.removeprefix('# ')}")
    if asked.write:
        rows = {
            "answered": len(tally.answered),
            "used": round(WINDOW_S / tally.cycle_s, 3),
            "refused": int(journal.rpartition(", ")[2].split()[0]),
        }
        sample = f"{asked.servers} servers of one key, {asked.seconds:g} s"
        figures.keep("eight_servers", {"about": figures.about(sample, load), "rows": rows})
    sys.exit(0 if journal.endswith(" 0 of them with 429") else 1)


if __name__ == "__main__":
    main()
