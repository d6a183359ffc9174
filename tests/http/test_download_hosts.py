"""Where a URL that a server hands us may point."""

import socket
from collections.abc import Sequence

import anyio
import pytest

from mcp_server.errors import UnsafeUrl, UpstreamUnavailable
from mcp_server.http.download import Downloader, resolve
from tests.http.downloads import OWN, PUBLIC, SIGNED, Names, downloader
from tests.http.wires import Raw, serving

pytestmark = pytest.mark.anyio

NOT_ALLOWED = "points to a host that is not allowed; it was not opened"


async def refused(url: str, addresses: Sequence[str] = (PUBLIC,), hosts: Sequence[str] = ()) -> str:
    """The text of the refusal to open a URL, of which nothing was sent."""
    fetches, wire = downloader(addresses=addresses, hosts=hosts)
    with pytest.raises(UnsafeUrl) as error:
        await fetches.fetch(url)
    assert wire.asked == []
    return str(error.value)


@pytest.mark.parametrize("url", [f"{OWN}/x?{SIGNED}", "http://store.internal/x", "http://store.internal:9000/x"])
async def test_the_own_origin_and_listed_hosts_are_opened_by_http(url: str) -> None:
    fetches, wire = downloader(addresses=[], hosts=["store.internal"])
    await fetches.fetch(url)
    assert str(wire.asked[0].url) == url


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("store.internal:9000", "http://store.internal:9000/x"),
        ("[fd00::1]:9000", "http://[fd00::1]:9000/x"),
        ("[fd00::1]", "http://[fd00::1]/x"),
        ("store.internal:80", "http://store.internal/x"),
    ],
)
async def test_a_host_is_listed_with_or_without_a_port(listed: str, url: str) -> None:
    fetches, wire = downloader(hosts=[listed])
    await fetches.fetch(url)
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://logs.example.com/x",
        "http://127.0.0.1:8081/x",
        "http://127.0.0.1/x",
        "http://store.internal:9001/x",
        "http://store.internal.evil.net:9000/x",
        "http://sub.store.internal:9000/x",
    ],
)
async def test_other_hosts_are_not_opened_by_http(url: str) -> None:
    assert NOT_ALLOWED in await refused(f"{url}?{SIGNED}", hosts=["store.internal:9000"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address that is refused
        "169.254.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fe80::1",
        "fc00::1",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:168.63.129.16",
        "::169.254.169.254",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "100::1",
    ],
)
async def test_a_host_that_is_not_of_the_public_internet_is_not_opened(address: str) -> None:
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[address])
    # Every address counts, not only the first.
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[PUBLIC, address])


async def test_a_host_without_an_address_is_not_opened() -> None:
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[])


@pytest.mark.parametrize("address", ["169.254.169.254", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"])
async def test_a_metadata_address_is_not_opened_even_for_a_listed_host(address: str) -> None:
    fetches = Downloader(OWN, frozenset({"store.internal"}), 1, None, Names(address))
    with pytest.raises(UnsafeUrl, match=NOT_ALLOWED):
        await fetches.fetch("http://store.internal/x")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/x",
        "//logs.example.com/x",
        "file:///etc/passwd",
        "ftp://logs.example.com/x",
        "gopher://logs.example.com/x",
        "https:///x",
        "https://user@logs.example.com/x",
        "https://user:pass@logs.example.com/x",
        "https://logs.example.com:99999/x",
        "https://[::1/x",
        "https://logs.example.com\n/x",
        "https://999.999.999.999/x",
        "https://logs.example.com/" + "x" * 70_000,
    ],
)
async def test_what_is_no_plain_url_is_not_opened(url: str) -> None:
    assert await refused(url) in {
        "The server's contentUrl is not a plain http(s) URL; it was not opened.",
        "The server's contentUrl is not a URL. Ask again with another scope.",
    }


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "x"), UnicodeError("x"), TimeoutError()])
async def test_a_host_that_cannot_be_looked_up_is_unavailable(failure: Exception) -> None:
    async def fails(_host: str, _port: int) -> list[str]:
        raise failure

    with pytest.raises(UpstreamUnavailable, match="cannot be resolved"):
        await Downloader(OWN, frozenset(), 1, None, fails).fetch("https://logs.example.com/x")


async def test_a_look_up_that_hangs_is_given_up_in_time() -> None:
    async def hangs(_host: str, _port: int) -> list[str]:
        await anyio.sleep_forever()
        return []

    with pytest.raises(UpstreamUnavailable, match="cannot be resolved"):
        await Downloader(OWN, frozenset(), 0.05, None, hangs).fetch("https://logs.example.com/x")


async def test_the_own_server_is_found_by_its_name_whichever_address_it_listens_on() -> None:
    async def answers(stream: Raw) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nline")

    async with serving(answers) as address:
        by_name = address.replace("127.0.0.1", "localhost")
        fetches = Downloader(by_name, frozenset(), 5, None)
        assert (await fetches.fetch(f"{by_name}/x")).content == b"line"
        await fetches.aclose()


async def test_addresses_are_looked_up_as_the_system_does() -> None:
    assert await resolve("127.0.0.1", 80) == ["127.0.0.1"]
