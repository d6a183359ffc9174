"""Inside a network namespace: our own downloader against names and servers that mean no good; prints what came of it.

python -m tests.security.content_url_scenarios asyncio|trio
"""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio

from mcp_server.errors import SandscopeError
from mcp_server.http.download import Downloader
from tests.security.listeners import Came, Listeners, certify
from tests.security.lone_network import Names, own_the_world

OWN = "http://127.0.0.1:8080"
PUBLIC, PUBLIC_6, PRIVATE = "93.184.216.34", "2606:2800:220:1::1", "10.0.0.5"
# One of each range of IANA's special-purpose registries, and of every form that wraps an IPv4 address.
LOCAL = (
    "0.0.0.0",  # noqa: S104  an address that is refused
    "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.1.1", "172.16.0.1", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "::", "::1", "::10.1.2.3",
    "::ffff:127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b:1::1", "100::1", "2001::1", "2001:20::1", "2001:db8::1", "2002:a01:203::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fec0::1",
)  # fmt: skip
METADATA = (
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "169.254.170.2", "fd00:ec2::254", "fd20:ce::254",
    "::ffff:169.254.169.254", "::169.254.169.254", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "fe80::a9fe:a9fe",
)  # fmt: skip
SPELLINGS = (
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
)
Facts = dict[str, Any]


def answer(came: Came, stream: socket.socket) -> None:
    """A server of logs: `/redirect`, `/endless`, or the address it was reached at."""
    if came.path.startswith("/redirect"):
        stream.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
        return
    if came.path.startswith("/endless"):
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1073741824\r\n\r\n")
        for _ in range(1024):
            stream.sendall(b"x" * (1 << 20))
        return
    body = f"line from {came.address}\n".encode()
    stream.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def peak_kb() -> int:
    """The most memory this process has had."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


class Scenarios:
    """Each method is one; it gives what came of the downloads and who was connected to."""

    def __init__(self, names: Names, listeners: Listeners) -> None:
        self.names = names
        self.listeners = listeners

    async def fetch(self, url: str, hosts: Sequence[str] = (), timeout_s: float = 20) -> str:
        """The first line that was read, or the code of the error."""
        fetches = Downloader(OWN, frozenset(hosts), timeout_s, None)
        try:
            text = await fetches.fetch(url)
        except SandscopeError as error:
            return error.code
        finally:
            await fetches.aclose()
        return f"{len(text.content)} bytes" if text.cut else text.content.decode()

    async def control(self) -> Facts:
        """Whether everything is reached by who goes there without asking us."""
        found: Facts = {}
        for address in (*LOCAL, *METADATA):
            zoned = f"{address}%lo" if address.startswith("fe80") else address
            with socket.create_connection((zoned, 8080), 5) as plain:
                plain.sendall(b"GET /x HTTP/1.1\r\n\r\n")
                found[address] = plain.recv(15).decode()
        return found

    async def rebinding(self) -> Facts:
        """The name is public when it is looked up first, and private whenever it is looked up again."""
        self.names.mean({"logs.example": [[PUBLIC], [PRIVATE]]})
        return {
            "first": await self.fetch("https://logs.example/x"),
            "asked": self.names.asked["logs.example", 4],
            "second": await self.fetch("https://logs.example/x"),
        }

    async def mixed(self) -> Facts:
        """One of the name's addresses is public."""
        others = (PRIVATE, "::1", "fd00::1", "169.254.169.254")
        self.names.mean({f"{n}.example": [[PUBLIC, other]] for n, other in enumerate(others)})
        return {other: await self.fetch(f"https://{n}.example/x") for n, other in enumerate(others)}

    async def local(self) -> Facts:
        """Names of every range that is not of the public internet."""
        self.names.mean({f"{n}.example": [[address]] for n, address in enumerate(LOCAL)})
        return {address: await self.fetch(f"https://{n}.example/x") for n, address in enumerate(LOCAL)}

    async def metadata(self) -> Facts:
        """Names and spellings of metadata addresses, every one of them trusted."""
        self.names.mean({f"{n}.example": [[address]] for n, address in enumerate(METADATA)})
        hosts = [*(f"{n}.example" for n in range(len(METADATA))), *SPELLINGS, "[::ffff:169.254.169.254]"]
        found = {address: await self.fetch(f"http://{n}.example/x", hosts) for n, address in enumerate(METADATA)}
        return found | {host: await self.fetch(f"http://{host}/x", hosts) for host in SPELLINGS}

    async def trusted(self) -> Facts:
        """The API's own origin, and a private host that the operator listed."""
        self.names.mean({"store.internal": [[PRIVATE]]})
        return {
            "own": await self.fetch(f"{OWN}/x"),
            "listed": await self.fetch("http://store.internal/x", ["store.internal"]),
            "not listed": await self.fetch("http://store.internal/x"),
        }

    async def tls(self) -> Facts:
        """Certificates of the name, of another name, and by an authority nobody trusts."""
        hosts = ("logs.example", "other.example", "stranger.example", "six.example")
        self.names.mean({host: [[PUBLIC_6 if host.startswith("six") else PUBLIC]] for host in hosts})
        return {host: await self.fetch(f"https://{host}/x") for host in hosts}

    async def redirect(self) -> Facts:
        """A public server that sends us on to a metadata address."""
        self.names.mean({"logs.example": [[PUBLIC]]})
        return {"got": await self.fetch("https://logs.example/redirect", ["169.254.169.254"])}

    async def proxied(self) -> Facts:
        """The environment names a proxy for everything."""
        self.names.mean({"logs.example": [[PUBLIC]]})
        proxies: dict[str, str] = dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"), "http://10.0.0.9:3128"
        )
        os.environ.update(proxies)
        got = await self.fetch("https://logs.example/x")
        for name in proxies:
            del os.environ[name]
        return {"got": got}

    async def endless(self) -> Facts:
        """A gigabyte of text."""
        self.names.mean({"logs.example": [[PUBLIC]]})
        before = peak_kb()
        got = await self.fetch("https://logs.example/endless", timeout_s=60)
        return {"got": got, "grown_mb": (peak_kb() - before) >> 10}

    async def all(self) -> Facts:
        """Every scenario's facts and connections by its name."""
        found: Facts = {}
        for scenario in (
            self.control, self.rebinding, self.mixed, self.local, self.metadata, self.trusted, self.tls, self.redirect,
            self.proxied, self.endless,
        ):  # fmt: skip
            self.listeners.came = []
            facts = await scenario()
            found[scenario.__name__] = {**facts, "came": [asdict(came) for came in self.listeners.came]}
        return found


if __name__ == "__main__":
    own_the_world()
    certificates = Path(tempfile.mkdtemp(prefix="sandscope-certificates-"))
    os.environ["SSL_CERT_FILE"] = str(
        certify(certificates, "logs.example", "six.example", strangers=("stranger.example",))
    )
    listening = Listeners(certificates, answer)
    listening.open()
    print(json.dumps(anyio.run(Scenarios(Names(), listening).all, backend=sys.argv[1])))  # noqa: T201  read by the test
