"""What do servers for logs and CI cost before they are asked? `python -m benchmarks.servers [--npm DIR] [--python DIR] [--write]`.

Each is started over stdio, without keys that work and, where the kernel lets us, without a network; asked for its tools; and let
go. CPU (user and system) and peak memory are of its process from start to end, wall time is what a host waits for the list; the
median of so many starts. Tokens are those of `tools/list`, compact JSON, by the o200k tokenizer (`SANDSCOPE_NODE` and
`SANDSCOPE_NPM_PREFIX`, which `.ci/install_node` prepares). `--npm` is a folder where npm installed the packages, `--python` a
virtual environment; what is in neither is not measured, and the page says so.
"""

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "comparison.md"
START, END = "<!-- servers -->\n", "<!-- /servers -->"
_ALONE: Final = (("unshare", "--net"), ("unshare", "--map-root-user", "--net"), ())
# A cluster that is not there, for the server that ends at once where none is named.
_KUBECONFIG: Final = json.dumps(
    {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
        "users": [{"name": "none", "user": {}}],
        "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
        "current-context": "none",
    }
)
_INITIALIZE: Final[dict[str, Any]] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


@dataclass(frozen=True, slots=True)
class Server:
    """One to measure.

    Attributes:
        package: Its name at npm or PyPI.
        kind: `npm`, `python`, or `ours`.
        command: The program in the package, and its arguments.
        environ: What it needs to start at all; nothing here is a key of anybody.
    """

    package: str
    kind: str
    command: tuple[str, ...]
    environ: Mapping[str, str]


SERVERS: Final = (
    Server("sandscope", "ours", (sys.executable, "-m", "mcp_server"), {}),
    Server("opensandbox-mcp", "python", ("opensandbox-mcp",), {"OPEN_SANDBOX_API_KEY": "none"}),
    Server("mcp-grafana", "python", ("mcp-grafana",), {"GRAFANA_URL": "http://127.0.0.1:9"}),
    Server("@sentry/mcp-server", "npm", ("sentry-mcp", "--access-token=none"), {}),
    Server("@circleci/mcp-server-circleci", "npm", ("mcp-server-circleci",), {"CIRCLECI_TOKEN": "none"}),
    Server("kubernetes-mcp-server", "npm", ("kubernetes-mcp-server",), {}),
)
# Installed by other means than npm or PyPI, or with other needs: named, and left out.
NOT_MEASURED: Final = {
    "github/github-mcp-server": "is not published at npm or PyPI by its makers",
    "buildkite/buildkite-mcp-server": "is not published at npm or PyPI",
    "codegen (`codegen mcp`)": "its package has no wheel for CPython 3.11",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one server; CPU and wall in seconds, memory in MB."""

    version: str
    tools: int
    annotated: int
    tokens: int
    cpu: float
    memory: float
    wall: float


@dataclass(frozen=True, slots=True)
class _Start:
    """One start and what it answered."""

    tools: list[dict[str, Any]]
    cpu: float
    memory: float
    wall: float


def main() -> None:
    """Measures what is installed; prints the table, or puts it into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--npm", type=Path, help="folder with node_modules")
    parser.add_argument("--python", type=Path, help="virtual environment")
    parser.add_argument("--starts", type=int, default=5, help="of each; one more is not counted")
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    options = parser.parse_args()
    alone = _without_network()
    found: dict[str, Figures | str] = {}
    for server in SERVERS:
        command, version = _installed(server, options.npm, options.python)
        found[server.package] = (
            measure([*alone, *command], server.environ, version, options.starts) if command else "is not installed here"
        )
        print(server.package, found[server.package], file=sys.stderr, flush=True)
    told = table({**found, **NOT_MEASURED}, networked=not alone)
    if options.write:
        PAGE.write_text(put(PAGE.read_text("utf-8"), told), "utf-8")
    else:
        print(told)


def measure(command: Sequence[str], environ: Mapping[str, str], version: str, starts: int) -> Figures | str:
    """The medians of some starts, or why there are none."""
    with tempfile.TemporaryDirectory(prefix="servers-") as home:
        (Path(home) / ".kube").mkdir()
        (Path(home) / ".kube" / "config").write_text(_KUBECONFIG, "utf-8")
        clean = {"HOME": home, "PATH": os.environ["PATH"], "SANDSCOPE_STATE_DIR": home, **environ}
        try:
            # The first writes what is not compiled yet.
            counted = [_start(command, clean) for _ in range(starts + 1)][1:]
        except (EOFError, ValueError) as exc:
            return f"did not start: {exc}"
    tools = counted[0].tools
    return Figures(
        version=version,
        tools=len(tools),
        annotated=sum("readOnlyHint" in tool.get("annotations", {}) for tool in tools),
        tokens=_tokens(json.dumps({"tools": tools}, separators=(",", ":"), ensure_ascii=False)),
        cpu=statistics.median(one.cpu for one in counted),
        memory=statistics.median(one.memory for one in counted),
        wall=statistics.median(one.wall for one in counted),
    )


def _start(command: Sequence[str], environ: Mapping[str, str]) -> _Start:
    """One process from its start to its end.

    Raises:
        EOFError: It ended before it answered.
    """
    began = os.times().elapsed
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
    ) as process:
        stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        _ask(stdin, stdout, 1, "initialize", _INITIALIZE)
        _send(stdin, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        tools = _all_tools(stdin, stdout)
        wall = os.times().elapsed - began
        stdin.close()
        try:
            _, _, used = _ended(process.pid)
        except TimeoutError:
            # Some go on when their client has gone.
            process.kill()
            _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    per_mb = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return _Start(tools, used.ru_utime + used.ru_stime, used.ru_maxrss / per_mb, wall)


def _ended(pid: int, polls: int = 100) -> tuple[int, int, Any]:
    """What the process used, once it has ended.

    Raises:
        TimeoutError: It has not within 5 s.
    """
    for _ in range(polls):
        done = os.wait4(pid, os.WNOHANG)
        if done[0]:
            return done
        subprocess.run(["sleep", "0.05"], check=True)
    raise TimeoutError


def _all_tools(stdin: IO[bytes], stdout: IO[bytes]) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    number = 2
    while True:
        page = _ask(stdin, stdout, number, "tools/list", {"cursor": cursor} if cursor else {})
        tools += page["tools"]
        cursor, number = page.get("nextCursor"), number + 1
        if not cursor:
            return tools


def _send(stdin: IO[bytes], message: Mapping[str, Any]) -> None:
    stdin.write(json.dumps(message).encode() + b"\n")
    stdin.flush()


def _ask(stdin: IO[bytes], stdout: IO[bytes], number: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    _send(stdin, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    while line := stdout.readline():
        answer = json.loads(line)
        if answer.get("id") == number and "method" not in answer:
            return answer["result"]
    raise EOFError(f"it ended at {method}")


def _installed(server: Server, npm: Path | None, python: Path | None) -> tuple[tuple[str, ...], str]:
    """Its command line and version; neither if it is not there."""
    program, *arguments = server.command
    if server.kind == "ours":
        said = subprocess.run([*server.command, "--version"], capture_output=True, check=True, text=True)
        return server.command, said.stdout.split()[-1]
    if server.kind == "npm" and npm and (npm / "node_modules" / server.package).is_dir():
        manifest = json.loads((npm / "node_modules" / server.package / "package.json").read_text("utf-8"))
        script = (npm / "node_modules" / ".bin" / program).resolve()
        return (os.environ["SANDSCOPE_NODE"], str(script), *arguments), manifest["version"]
    if server.kind == "python" and python and (python / "bin" / program).is_file():
        asked = f"import importlib.metadata as m; print(m.version({server.package!r}))"
        said = subprocess.run([python / "bin" / "python", "-c", asked], capture_output=True, check=True, text=True)
        return (str(python / "bin" / program), *arguments), said.stdout.strip()
    return (), ""


def _without_network() -> tuple[str, ...]:
    """What starts a process without a network; nothing where the kernel does not let us."""
    for way in _ALONE:
        if not way or (
            shutil.which(way[0]) and not subprocess.run([*way, "true"], capture_output=True, check=False).returncode
        ):
            return way
    return ()


def _tokens(text: str) -> int:
    command = [os.environ["SANDSCOPE_NODE"], ROOT / "tests" / "o200k.cjs", os.environ["SANDSCOPE_NPM_PREFIX"]]
    done = subprocess.run(command, input=json.dumps([text]), capture_output=True, check=True, text=True)
    return json.loads(done.stdout)[0]


def table(found: Mapping[str, Figures | str], *, networked: bool) -> str:
    """Rows as the page has them, and when and where they were measured."""
    heading = (
        "server",
        "version",
        "tools",
        "of them annotated",
        "`tools/list`, tokens",
        "CPU, s",
        "peak, MB",
        "to its tools, s",
    )
    rows = [" | ".join(heading), " | ".join(["---", "---", *["---:"] * (len(heading) - 2)])]
    rows += [" | ".join(_row(name, figures)) for name, figures in found.items()]
    day = dt.datetime.now(dt.UTC).date().isoformat()
    where = "with a network" if networked else "in a network namespace of its own"
    python = ".".join(map(str, sys.version_info[:2]))
    return (
        "".join(f"| {row} |\n" for row in rows)
        + f"\nMeasured on {day}, Python {python}, {os.cpu_count()} cores, {where}.\n"
    )


def _row(name: str, figures: Figures | str) -> Iterable[str]:
    if isinstance(figures, str):
        return [name, f"not measured: {figures}", *[""] * 6]
    one = figures
    return [
        name, one.version, str(one.tools), str(one.annotated), f"{one.tokens:,}", f"{one.cpu:.2f}", f"{one.memory:.0f}",
        f"{one.wall:.2f}",
    ]  # fmt: skip


def put(page: str, told: str) -> str:
    """The page with the table between its marks.

    Raises:
        SystemExit: It has no place for it.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise SystemExit(f"The page needs {START.strip()} and {END}.")
    return f"{before}{START}{told}{END}{after}"


if __name__ == "__main__":
    main()
