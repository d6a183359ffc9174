"""What do starting and calling cost beside the SDK alone? `uv run python -m benchmarks.startup [--pairs N] [--calls N] [--write]`.

Starting: our server and a `MCPServer` of one tool, each a process of the same interpreter over stdio, in turns; from its start to
its first answers (`initialize`, or `server/discover` and `tools/list` of 2026-07-28) and, when its stdin is closed, its end. CPU
is user and system time of the process, memory its peak. Prints medians, and of the ratios of the pairs the median with its 95 %
interval (bootstrap). CPU and memory are held to a bar; wall time is what a host waits for the answers. Calling: see
`benchmarks/startup_calls.py`. Exits with 1 if a bar is missed.
"""

import argparse
import compileall
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final, cast

import anyio
import mcp
import pydantic

import mcp_server
from benchmarks import figures
from benchmarks.startup_calls import light_enough, measure_calls

OURS: Final = (sys.executable, "-m", "mcp_server")
BARE: Final = (
    sys.executable,
    "-c",
    """
from mcp.server.mcpserver import MCPServer

server = MCPServer("bare")


@server.tool()
async def ping() -> str:
    "Answers."
    return "pong"


server.run()
""",
)
OTHERS: Final = {
    "sandscope --version": (*OURS, "--version"),
    "sandscope tools --json": (*OURS, "tools", "--json"),
}
_CLIENT: Final = {"name": "benchmark", "version": "1"}
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_LEGACY: Final = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": _CLIENT}
ERAS: Final[Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]] = {
    "initialize": (("initialize", _LEGACY),),
    "server/discover + tools/list": (("server/discover", {"_meta": _META}), ("tools/list", {"_meta": _META})),
}
_RESAMPLED: Final = 2000
Rows = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one start took: CPU seconds, peak MB, seconds to the last answer."""

    cpu: float
    memory: float
    wall: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a start, and the most that ours may be of the bare server's."""

    name: str
    unit: str
    of: Callable[[Cost], float]
    bar: float | None = None


MEASURES: Final = (
    Measure("cpu", "s", lambda cost: cost.cpu, 1.15),
    Measure("memory", "MB", lambda cost: cost.memory, 1.25),
    Measure("wall", "s", lambda cost: cost.wall),
)


def clean_environment(state: str) -> dict[str, str]:
    """Ours without what measures or configures: no coverage, no keys; bytecode is kept."""
    dropped = ("COVERAGE_", "PYTHON", "SANDSCOPE_", "CODEGEN_", "AGENTBOX_", "OPEN_SANDBOX_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "SANDSCOPE_STATE_DIR": state}


def start(command: Sequence[str], asked: Sequence[tuple[str, Mapping[str, Any]]], environ: Mapping[str, str]) -> Cost:
    """One process from its start to its end."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
        stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        for number, (method, params) in enumerate(asked):
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            answer = json.loads(stdout.readline())
            if "result" not in answer:
                raise SystemExit(f"{method} was refused: {answer}")
        wall = time.perf_counter() - began
        stdin.close()
        stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:3]} ended with {process.returncode}")
    per_mb = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / per_mb, wall)


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the median, by resampling."""
    chance = random.Random(0)  # noqa: S311  for figures that can be had again
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(_RESAMPLED))
    return medians[_RESAMPLED // 40], medians[-_RESAMPLED // 40]


def measure_starts(pairs: int, environ: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Prints a line per era and measure; the figures by the two."""
    rows: dict[str, dict[str, float]] = {}
    print(f"{f'start, {pairs} pairs':40} {'bare':>9} {'ours':>9} {'ratio':>7} {'95 %':>16}   bar")
    for era, asked in ERAS.items():
        # The first of each writes what is not compiled yet.
        found = [(start(BARE, asked, environ), start(OURS, asked, environ)) for _ in range(pairs + 1)][1:]
        for measure in MEASURES:
            bare, ours = ([measure.of(cost) for cost in costs] for costs in zip(*found, strict=True))
            ratios = [our / other for other, our in zip(bare, ours, strict=True)]
            low, high = interval(ratios)
            row = {"bare": statistics.median(bare), "ours": statistics.median(ours), "low": low, "high": high}
            row["ratio"] = statistics.median(ratios)
            rows[f"{era}: {measure.name}"] = row
            bar = "" if measure.bar is None else f"{measure.bar:.2f} {_verdict(row['ratio'] <= measure.bar)}"
            print(
                f"{f'{era}: {measure.name}, {measure.unit}':40} {row['bare']:9.3f} {row['ours']:9.3f} {row['ratio']:7.3f}"
                f" {f'{low:.3f} to {high:.3f}':>16}   {bar}",
                flush=True,
            )
    return rows


def _verdict(kept: bool) -> str:  # noqa: FBT001  a word for it
    return "ok" if kept else "MISSED"


def measure_others(times: int, environ: Mapping[str, str]) -> dict[str, float]:
    """Prints the median seconds of the short commands."""
    found: dict[str, float] = {}
    for name, command in OTHERS.items():
        took: list[float] = []
        for _ in range(times):
            began = time.perf_counter()
            subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - began)
        found[name] = statistics.median(took)
        print(f"{f'{name}: wall, s':40} {'':9} {found[name]:9.3f}")
    return found


def _kept(starts: Mapping[str, Mapping[str, float]], calls: Mapping[str, Mapping[str, float]]) -> bool:
    bars = {measure.name: measure.bar for measure in MEASURES if measure.bar is not None}
    light = all(row["ratio"] <= bars.get(name.rpartition(" ")[2], row["ratio"]) for name, row in starts.items())
    return light and light_enough(calls)


def keep(starts: Rows, others: Mapping[str, float], calls: Rows, load: float, options: argparse.Namespace) -> None:
    """Keeps what was measured; a part that was left out stays as it was."""
    if starts:
        told = figures.about(f"medians of {options.pairs} pairs", load)
        figures.keep(
            "startup", {"starts": {"about": told, "rows": _rounded(starts), "others": _rounded({"": others})[""]}}
        )
    if calls:
        told = figures.about(f"{options.calls} calls of each tool, the quietest of ten rounds", load)
        figures.keep("startup", {"calls": {"about": told, "rows": _rounded(calls)}})


def _rounded(rows: Rows) -> dict[str, dict[str, float]]:
    return {name: {part: round(figure, 3) for part, figure in row.items()} for name, row in rows.items()}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20, help="of starts; 0 leaves them out")
    parser.add_argument("--calls", type=int, default=500, help="of each tool; 0 leaves them out")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    options = parser.parse_args()
    load = figures.load_now()
    for package in (mcp_server, mcp, pydantic):
        for folder in package.__path__:
            compileall.compile_dir(folder, quiet=2)
    with tempfile.TemporaryDirectory(prefix="startup-") as state:
        environ = clean_environment(state)
        starts = measure_starts(options.pairs, environ) if options.pairs else {}
        others = measure_others(options.pairs, environ) if options.pairs else {}
        calls = anyio.run(measure_calls, options.calls, environ) if options.calls else {}
    if options.write:
        keep(starts, others, calls, load, options)
    sys.exit(0 if _kept(starts, calls) else 1)


if __name__ == "__main__":
    main()
