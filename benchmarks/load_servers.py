"""The processes of a load test: a Redis, replicas of the shipped server, bare servers beside them, and what they use."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from benchmarks.startup_calls import BARE_SERVER

PAGE_KB: Final = os.sysconf("SC_PAGE_SIZE") // 1024
TICKS: Final = os.sysconf("SC_CLK_TCK")
REDIS: Final = ("redis-server", "valkey-server")
# Not reached, and with a record as long as a real one: each of so many requests is a slot in a cell.
GROUPS: Final = ("codegen.shared", "codegen.reads", "agentbox.all")
BARE: Final = f"""{BARE_SERVER}

import socket

import uvicorn

listening = socket.create_server(("127.0.0.1", 0))
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
print(f"http://127.0.0.1:{{listening.getsockname()[1]}}/mcp", file=sys.stderr, flush=True)
app = server.streamable_http_app()
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
"""


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of processor, and kilobytes of memory."""

    cpu_s: float
    rss_kb: int


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started: its process, and its port on loopback."""

    pid: int
    port: int

    def used(self) -> Used:
        """What it has used so far, and holds now (proc(5))."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return Used((int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE_KB)


@dataclass(frozen=True, slots=True)
class Redis:
    """A Redis of the test's own: its process, and its socket."""

    pid: int
    path: Path

    def scripts(self) -> int:
        """How many transactions on cells it has done."""
        return sum(self._calls(name) for name in ("evalsha", "eval"))

    def reads(self) -> int:
        """How many other commands: what a script does inside counts too, so this is an upper bound of blobs read."""
        return sum(self._calls(name) for name in ("get", "set"))

    def cpu_s(self) -> float:
        """Seconds of processor it has used."""
        return Server(self.pid, 0).used().cpu_s

    def _calls(self, name: str) -> int:
        told = subprocess.run(
            ["redis-cli", "-s", str(self.path), "INFO", "commandstats"], capture_output=True, check=True, text=True
        )
        for line in told.stdout.splitlines():
            if line.startswith(f"cmdstat_{name}:"):
                return int(line.partition("calls=")[2].partition(",")[0])
        return 0


@contextmanager
def redis() -> Generator[Redis]:
    """A Redis that keeps nothing.

    Raises:
        SystemExit: There is none on this machine.
    """
    command = next(filter(None, map(shutil.which, REDIS)), None)
    if command is None:
        raise SystemExit("no redis-server on the path: install the Debian package redis-server")
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    path = folder / "socket"
    arguments = [command, "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        for line in cast("IO[str]", process.stdout):
            if "eady to accept connections" in line:
                break
        try:
            yield Redis(process.pid, path)
        finally:
            process.terminate()
            shutil.rmtree(folder)


@contextmanager
def ours(replicas: int, upstream: str, where: Redis) -> Generator[list[Server]]:
    """Replicas of the shipped server."""
    environ = {
        **os.environ,
        "CODEGEN_API_TOKEN": "benchmark-token",
        "CODEGEN_ORG_ID": "1",
        "CODEGEN_API_BASE_URL": upstream,
        "AGENTBOX_API_KEY": "benchmark-key",
        "AGENTBOX_ENDPOINT": upstream,
        "SANDSCOPE_LIMITS": ",".join(f"{group}=200/0.1" for group in GROUPS),
        "SANDSCOPE_REDIS_URL": f"unix://{where.path}",
    }
    command = (
        sys.executable,
        "-m",
        "mcp_server",
        "serve",
        "--transport",
        "http",
        "--port",
        "0",
        "--caller-limit",
        "off",
    )
    with _servers([command] * replicas, environ) as servers:
        yield servers


@contextmanager
def bare(replicas: int, upstream: str) -> Generator[list[Server]]:
    """As many servers with nothing but a tool that makes the same requests."""
    with _servers([(sys.executable, "-c", BARE, upstream)] * replicas, os.environ) as servers:
        yield servers


@contextmanager
def _servers(commands: Sequence[Sequence[str]], environ: Mapping[str, str]) -> Generator[list[Server]]:
    with ExitStack() as stack:
        processes: list[subprocess.Popen[str]] = []
        for command in commands:
            process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
            stack.enter_context(process)
            # Not gently: who waits for clients to leave would wait for ours.
            stack.callback(process.kill)
            processes.append(process)
        lines = [cast("IO[str]", process.stderr).readline() for process in processes]
        ports = [int(line.rpartition("/")[0].rpartition(":")[2]) for line in lines]
        yield [Server(process.pid, port) for process, port in zip(processes, ports, strict=True)]
