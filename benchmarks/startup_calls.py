"""What a call costs over the requests it makes: ours over stdio, the same requests made directly, and by a bare `MCPServer`.

The platforms are a loopback server in a process of its own that answers at once (`benchmarks/startup_upstream.py`). Each time
we ask in turn: our tool; a tool of a bare server that makes the same requests with the same HTTP library and gives their text; and
this process, with the same library. Each time it is another id, so that nothing is known from before, and budget and
state are as shipped, but for limits that are not reached, with a record of them as long as a real one. What else the machine does
only adds, so the calls are made in rounds, and told is the quietest round: the one with the least median of ours.
"""

import json
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final, cast

import anyio
import httpx2

from benchmarks.startup_upstream import RUN_PATH, SANDBOX_PATHS

MOST_MS: Final = 3.0
"""What the median call of a tool that only tells may cost over its request; what a log tool makes of a log is its work."""
_WARM_UP: Final = 20
_ROUNDS: Final = 10
_COLUMNS: Final = {
    "ours": "ours",
    "bare": "bare",
    "direct": "direct",
    "over_direct": "ours - direct",
    "over_bare": "ours - bare",
}
BARE_SERVER: Final = """
import sys

import anyio
import httpx2
from mcp.server.mcpserver import MCPServer

# As quiet as ours.
server = MCPServer("bare", log_level="WARNING")
http = httpx2.AsyncClient(base_url=sys.argv[1])


@server.tool()
async def fetch(paths: list[str]) -> str:
    "Gets some paths at once."
    answers: dict[str, str] = {}

    async def get(path: str) -> None:
        answers[path] = (await http.get(path)).text

    async with anyio.create_task_group() as tasks:
        for path in paths:
            tasks.start_soon(get, path)
    return "\\n".join(answers.values())
"""
"""A server of one tool that makes the same requests; how it is served comes after."""
BARE: Final = BARE_SERVER + "\n\nserver.run()\n"
_INITIALIZE: Final = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


Taken = tuple[float, float, float]
"""Seconds of one round's call of ours, of the bare server's, and of the requests alone."""


@dataclass(frozen=True, slots=True)
class Case:
    """A tool, its argument that names what is asked for, the paths it asks for, and whether it has a bar."""

    tool: str
    argument: str
    paths: tuple[str, ...]
    barred: bool = False

    def asked(self, number: int) -> tuple[dict[str, object], list[str]]:
        """The arguments of one call, and its requests."""
        named = number if self.argument == "run_id" else f"sandbox-{number}"
        return {self.argument: named}, [path.format(named) for path in self.paths]


CASES: Final = (
    Case("get_run", "run_id", (RUN_PATH,), barred=True),
    Case("get_sandbox_logs", "sandbox_id", SANDBOX_PATHS),
)


class Server:
    """One MCP server over stdio, asked one thing at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._in, self._out = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        self._asked = 0
        self.ask("initialize", _INITIALIZE)
        self._send({"method": "notifications/initialized"})

    def ask(self, method: str, params: Mapping[str, Any]) -> float:
        """Seconds until the answer is read."""
        self._asked += 1
        began = time.perf_counter()
        self._send({"id": self._asked, "method": method, "params": params})
        line = self._out.readline()
        took = time.perf_counter() - began
        result = json.loads(line).get("result")
        if result is None or result.get("isError"):
            raise SystemExit(f"{method} {params} failed: {line.decode()[:500]}")
        return took

    def call(self, tool: str, arguments: Mapping[str, Any]) -> float:
        """Seconds of one call."""
        return self.ask("tools/call", {"name": tool, "arguments": arguments})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._in.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._in.flush()


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str]) -> Generator[Server]:
    """A server that ends with the context."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
        yield Server(process)
        cast("IO[bytes]", process.stdin).close()


@contextmanager
def upstream(environ: Mapping[str, str]) -> Generator[str]:
    """The base URL of the platforms' stand-in."""
    command = (sys.executable, "-m", "benchmarks.startup_upstream")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        yield f"http://127.0.0.1:{int(cast('IO[str]', process.stdout).readline())}"
        process.terminate()


def _variables(url: str) -> dict[str, str]:
    groups = ("codegen.shared", "codegen.reads", "agentbox.all")
    return {
        "CODEGEN_API_TOKEN": "benchmark-token",
        "CODEGEN_ORG_ID": "1",
        "CODEGEN_API_BASE_URL": url,
        "AGENTBOX_API_KEY": "benchmark-key",
        "AGENTBOX_ENDPOINT": url,
        "SANDSCOPE_LIMITS": ",".join(f"{group}=200/0.1" for group in groups),
    }


async def _direct(http: httpx2.AsyncClient, paths: Sequence[str]) -> float:
    began = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for path in paths:
            tasks.start_soon(http.get, path)
    return time.perf_counter() - began


async def measure_calls(calls: int, environ: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Prints a line per tool; its figures in milliseconds."""
    rows: dict[str, dict[str, float]] = {}
    print(f"\n{f'{calls} calls, ms (p50 / p95)':28}" + "".join(f"{head:>17}" for head in _COLUMNS.values()) + "   bar")
    with ExitStack() as stack:
        url = stack.enter_context(upstream(environ))
        ours = stack.enter_context(running((sys.executable, "-m", "mcp_server"), {**environ, **_variables(url)}))
        bare = stack.enter_context(running((sys.executable, "-c", BARE, url), environ))
        async with httpx2.AsyncClient(base_url=url) as http:
            for case in CASES:
                taken: list[Taken] = []
                for number in range(1, calls + _WARM_UP + 1):
                    arguments, paths = case.asked(number)
                    # Blocks the loop, which has nothing else to do.
                    called = ours.call(case.tool, arguments)
                    taken.append((called, bare.call("fetch", {"paths": paths}), await _direct(http, paths)))
                rows[case.tool] = _quietest(taken[_WARM_UP:])
                _show(case, rows[case.tool])
    return rows


def light_enough(rows: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether every call that has a bar keeps it."""
    return all(rows[case.tool]["over_direct_p50"] <= MOST_MS for case in CASES if case.barred and case.tool in rows)


def _quietest(taken: Sequence[Taken]) -> dict[str, float]:
    size = max(len(taken) // _ROUNDS, 1)
    rounds = (_row(taken[start : start + size]) for start in range(0, len(taken) - size + 1, size))
    return min(rounds, key=lambda row: row["ours_p50"])


def _row(taken: Sequence[Taken]) -> dict[str, float]:
    series = {
        "ours": [ours for ours, _, _ in taken],
        "bare": [bare for _, bare, _ in taken],
        "direct": [direct for _, _, direct in taken],
        "over_direct": [ours - direct for ours, _, direct in taken],
        "over_bare": [ours - bare for ours, bare, _ in taken],
    }
    return {
        f"{name}_p{share}": sorted(seconds)[len(seconds) * share // 100] * 1000
        for name, seconds in series.items()
        for share in (50, 95)
    }


def _show(case: Case, row: Mapping[str, float]) -> None:
    pairs = (f"{row[f'{name}_p50']:.2f} / {row[f'{name}_p95']:.2f}" for name in _COLUMNS)
    verdict = f"{MOST_MS:g} {'ok' if light_enough({case.tool: row}) else 'MISSED'}" if case.barred else "-"
    print(f"{case.tool:28}" + "".join(f"{pair:>17}" for pair in pairs) + f"   {verdict}", flush=True)
