"""No connection at all, or one that cannot be trusted: said at once, and no byte of a key is sent."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.faults.certificates import serving_as
from tests.faults.stage import READ_TOOLS, Faulty, served
from tests.faults.upstream import Raw, Upstream

pytestmark = pytest.mark.anyio

VARIABLES = {
    "agentbox": "Check AGENTBOX_ENDPOINT",
    "codegen": "Check CODEGEN_API_BASE_URL",
    "opensandbox": "Check OPEN_SANDBOX_DOMAIN",
}


async def no_tool_connects(faulty: Faulty) -> None:
    for tool in READ_TOOLS:
        told = await faulty.fails(tool, "upstream_unavailable", "No connection to ")
        assert told.seconds < 10
        if tool.platform:
            assert VARIABLES[tool.platform] in told.text
            assert told.error["retryable"]
        else:
            assert all(words in told.text for words in VARIABLES.values())


async def every_tool_recovers(faulty: Faulty) -> None:
    for tool in READ_TOOLS:
        await faulty.recovers(tool)


async def test_where_nobody_listens_there_is_no_connection_until_somebody_does(state_folder: Path) -> None:
    upstream = Upstream()
    async with upstream.listening() as address:
        pass
    async with served(upstream, address, state_folder) as faulty:
        await no_tool_connects(faulty)
        async with upstream.listening():
            await every_tool_recovers(faulty)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Host names that there are; they are this machine."""
    known: set[str] = set()
    looked_up = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in known:
            return looked_up("127.0.0.1", *rest, **named)
        if str(name).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return looked_up(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


async def test_a_host_without_an_address_is_no_connection_until_it_has_one(state_folder: Path, names: set[str]) -> None:
    upstream = Upstream()
    async with upstream.listening() as address:
        named = address.replace("127.0.0.1", "platforms.invalid")
        async with served(upstream, named, state_folder) as faulty:
            await no_tool_connects(faulty)
            assert not upstream.met
            names.add("platforms.invalid")
            await every_tool_recovers(faulty)


async def test_a_server_that_does_not_speak_tls_is_no_connection(state_folder: Path) -> None:
    async def greet(stream: Raw) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    upstream = Upstream(greet=greet)
    async with (
        upstream.listening() as address,
        served(upstream, address.replace("http:", "https:"), state_folder) as faulty,
    ):
        await no_tool_connects(faulty)


# A client that turns the certificate down is an error on the server's side too, which trio's sockets raise there.
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("host", "days", "trusted"),
    [("platforms.invalid", 1, False), ("other.invalid", 1, True), ("platforms.invalid", -1, True)],
    ids=["of an unknown maker", "of another host", "out of date"],
)
async def test_a_certificate_that_cannot_be_trusted_is_no_connection_and_gets_no_key(
    state_folder: Path,
    tmp_path: Path,
    names: set[str],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    days: int,
    *,
    trusted: bool,
) -> None:
    names.add("platforms.invalid")
    context, public = serving_as(host, tmp_path, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
    upstream = Upstream(tls=context)
    async with upstream.listening() as address:
        named = address.replace("127.0.0.1", "platforms.invalid")
        async with served(upstream, named, state_folder) as faulty:
            await no_tool_connects(faulty)
            assert not upstream.asked


async def test_a_certificate_that_can_be_trusted_is_served(
    state_folder: Path, tmp_path: Path, names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names.add("platforms.invalid")
    context, public = serving_as("platforms.invalid", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    upstream = Upstream(tls=context)
    async with upstream.listening() as address:
        named = address.replace("127.0.0.1", "platforms.invalid")
        async with served(upstream, named, state_folder) as faulty:
            await every_tool_recovers(faulty)
