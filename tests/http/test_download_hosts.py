"""Where a URL that a server hands us may point."""

import socket
from collections.abc import Sequence

import anyio
import pytest

from mcp_server.errors import UnsafeUrl, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.download import Downloader, resolve
from tests.http.downloads import OWN, PUBLIC, SIGNED, Names, downloader, text
from tests.http.wires import Raw, Scripted, serving

pytestmark = pytest.mark.anyio

NOT_ALLOWED = "points to a host that is not allowed, so it was not opened"
NEVER = "such are never opened"


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
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001:20::1",
        "3fff::1",
        "5f00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::10.1.2.3",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d822",
        "64:ff9b:1::7f00:1",
        "100::1",
    ],
)
async def test_a_host_that_is_not_of_the_public_internet_is_not_opened(address: str) -> None:
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[address])
    # Every address counts, not only the first.
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[PUBLIC, address])


@pytest.mark.parametrize("address", ["93.184.216.34", "::ffff:93.184.216.34", "2606:2800:220:1::1", "2a00:1450::1"])
async def test_a_public_address_is_opened(address: str) -> None:
    fetches, wire = downloader(addresses=[address])
    await fetches.fetch("https://logs.example.com/x")
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "169.254.170.2",
        "169.254.1.1",
        "fe80::1%eth0",
        "fe80::a9fe:a9fe",
        "fd00:ec2::254",
        "fd00:ec2::254%eth0",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:169.254.170.2",
        "::ffff:168.63.129.16",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        # RFC 6052, 2.2: in a prefix of one's own, of 32 to 64 bits.
        "2606:4700:a9fe:a9fe::",
        "2606:4700:64a9:fea9:fe::",
        "2606:4700:6464:a9fe:a9:fe00::",
        "2606:4700:6464:64a9:fe:a9fe::",
        "2606:4700:6464:6464:a9:fea9:fe00:0",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:5601:5601",
        "fd00::5efe:169.254.169.254",
    ],
)
async def test_no_host_whatever_is_opened_at_an_address_of_metadata_or_of_the_link(address: str) -> None:
    assert NEVER in await refused("https://logs.example.com/x", addresses=[PUBLIC, address])
    # A wire in the network's place is not looked up, so this one is the network: it must not be reached.
    fetches = Downloader(OWN, frozenset({"store.internal"}), 1, None, Names("127.0.0.1", address))
    with pytest.raises(UnsafeUrl, match=NEVER):
        await fetches.fetch("http://store.internal/x")
    with pytest.raises(UnsafeUrl, match=NEVER):
        await Downloader("http://api.internal", frozenset(), 1, None, Names(address)).fetch("http://api.internal/x")


@pytest.mark.parametrize(
    "host", ["2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "[::ffff:a9fe:a9fe]"]
)
async def test_an_address_is_checked_as_the_system_reads_it(host: str) -> None:
    fetches = Downloader(OWN, frozenset({host, "[::ffff:169.254.169.254]"}), 1, None)
    with pytest.raises(UnsafeUrl, match=NEVER):
        await fetches.fetch(f"http://{host}/x")


async def test_a_name_is_looked_up_as_the_certificate_must_have_it() -> None:
    names = Names(PUBLIC)
    await Downloader(OWN, frozenset(), 1, Scripted(text()), names).fetch("https://straße.example/x")
    assert names.asked == [("xn--strae-oqa.example", 443)]


async def test_a_host_without_an_address_is_not_opened() -> None:
    assert NOT_ALLOWED in await refused("https://logs.example.com/x", addresses=[])


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
        "https://[fe80::1%25eth0]/x",
        "https://logs.example.com\n/x",
        "https://999.999.999.999/x",
        "https://0251.0376.0251.0376/x",
        "https://logs.example.com/" + "x" * 70_000,
    ],
)
async def test_what_is_no_plain_url_is_not_opened(url: str) -> None:
    assert await refused(url) in {
        "The server's contentUrl is not a plain http(s) URL, so it was not opened. Call again with another `scope`.",
        "The server's contentUrl is not a URL. Call again with another `scope`.",
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

    with pytest.raises(UpstreamTimeout, match=r"did not finish within 0\.05 s"):
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
