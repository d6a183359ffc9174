"""HAProxy with the shipped configuration, over replicas at ports of loopback instead of the names of containers."""

import csv
import importlib.util
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
import pytest

from tests.hosted.fleet import until
from tests.hosted.ports import free_port, status_of

CONFIGURATION = Path(__file__).parent.parent.parent / "deploy" / "haproxy.cfg"
needs_haproxy = pytest.mark.skipif(
    shutil.which("haproxy") is None or importlib.util.find_spec("redis") is None,
    reason="no haproxy here: install the Debian package haproxy",
)


@dataclass(frozen=True, slots=True)
class Balancer:
    """A HAProxy that runs: its port, and the socket at which it tells what it does."""

    port: int
    told: Path

    @property
    def url(self) -> str:
        """Of the servers behind it."""
        return f"http://127.0.0.1:{self.port}/mcp"

    def replicas(self, column: str) -> list[int]:
        """A number of each replica in turn, as `show stat` names it: `scur` requests under way, `stot` served, `wretr` repeated."""
        return [int(row[column]) for row in self._rows() if row["svname"].startswith("replica")]

    def repeated(self) -> int:
        """How many requests were sent once more."""
        return sum(int(row["wretr"]) for row in self._rows() if row["svname"] == "BACKEND")

    def begun(self) -> int:
        """How many requests have come, if only their heads."""
        return sum(int(row["req_tot"]) for row in self._rows() if row["svname"] == "FRONTEND")

    def _rows(self) -> list[Mapping[str, str]]:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(self.told))
            asking.sendall(b"show stat\n")
            told = b"".join(iter(lambda: asking.recv(1 << 16), b"")).decode()
        return list(csv.DictReader(told.removeprefix("# ").strip().splitlines()))


def configured(port: int, replicas: Sequence[int], told: Path) -> str:
    """The shipped configuration with these ports, and a socket to ask."""
    text = CONFIGURATION.read_text("utf-8")
    found = re.search(r"^    server-template replica \d+ \S+ (.*) resolvers docker init-addr none$", text, re.MULTILINE)
    assert found is not None
    servers = [f"    server replica{number} 127.0.0.1:{each} {found[1]}" for number, each in enumerate(replicas)]
    changed = {
        found[0]: "\n".join(servers),
        "bind :8080\n": f"bind 127.0.0.1:{port}\n",
        "\nglobal\n": f"\nglobal\n    stats socket {told} mode 600\n",
    }
    for shipped, ours in changed.items():
        assert text.count(shipped) == 1
        text = text.replace(shipped, ours)
    return text


@asynccontextmanager
async def haproxy(replicas: Sequence[int]) -> AsyncGenerator[Balancer]:
    """A HAProxy in front of replicas at these ports."""
    folder = Path(tempfile.mkdtemp(prefix="haproxy-"))
    balancer = Balancer(free_port(), folder / "told")
    (folder / "haproxy.cfg").write_text(configured(balancer.port, replicas, balancer.told), "utf-8")
    # As the image starts it.
    command = ["haproxy", "-W", "-db", "-f", str(folder / "haproxy.cfg")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: ASYNC220  it takes no time
        try:
            await until(lambda: status_of(balancer.port, "/readyz") == 200)
            yield balancer
        finally:
            process.terminate()
            await anyio.to_thread.run_sync(process.wait)
            shutil.rmtree(folder)
