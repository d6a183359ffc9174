"""A downloader over a wire, with names that resolve to what a test says."""

from collections.abc import Sequence

import httpx2

from mcp_server.http.download import Downloader
from tests.http.wires import Scripted

OWN = "http://127.0.0.1:8080"
PUBLIC = "93.184.216.34"
SIGNED = "X-Signature=very-secret"


class Names:
    """A resolver that knows one answer, and what it was asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.addresses


def downloader(
    *answers: httpx2.Response | Exception, addresses: Sequence[str] = (PUBLIC,), hosts: Sequence[str] = ()
) -> tuple[Downloader, Scripted]:
    wire = Scripted(*answers or (text(),))
    return Downloader(OWN, frozenset(hosts), 30, wire, Names(*addresses)), wire


def text(content: bytes = b"line", kind: str = "text/plain; charset=utf-8") -> httpx2.Response:
    return httpx2.Response(200, content=content, headers={"content-type": kind})
