import contextlib
import gzip
import socket
from collections.abc import Sequence

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.errors import BadResponse, NotFound, SandscopeError, UnsafeUrl, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.client import MAX_TEXT_BYTES
from mcp_server.http.download import Downloader, resolve
from tests.http.wires import Raw, Scripted, serving

pytestmark = pytest.mark.anyio

OWN = "http://127.0.0.1:8080"
PUBLIC = "93.184.216.34"
SIGNED = "X-Signature=very-secret"
NOT_ALLOWED = "points to a host that is not allowed; it was not opened"


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


async def refused(url: str, addresses: Sequence[str] = (PUBLIC,), hosts: Sequence[str] = ()) -> str:
    """The text of the refusal to open a URL, of which nothing was sent."""
    fetches, wire = downloader(addresses=addresses, hosts=hosts)
    with pytest.raises(UnsafeUrl) as error:
        await fetches.fetch(url)
    assert wire.asked == []
    return str(error.value)


async def test_a_public_https_url_is_read_at_the_address_that_was_checked() -> None:
    fetches, wire = downloader()
    got = await fetches.fetch(f"https://logs.example.com:8443/a%2Fb?{SIGNED}")
    assert (got.content, got.cut) == (b"line", False)
    asked = wire.asked[0]
    assert str(asked.url) == f"https://{PUBLIC}:8443/a%2Fb?{SIGNED}"
    assert asked.headers["host"] == "logs.example.com:8443"
    assert asked.extensions["sni_hostname"] == "logs.example.com"


async def test_an_ipv6_address_can_be_the_checked_one() -> None:
    fetches, wire = downloader(addresses=["2606:2800:220:1::1"])
    await fetches.fetch("https://bücher.example/x")
    assert wire.asked[0].url.netloc == b"[2606:2800:220:1::1]"
    assert wire.asked[0].headers["host"] == "xn--bcher-kva.example"


async def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    fetches, wire = downloader(httpx2.ConnectError("x"), text(), addresses=["2606:2800:220:1::1", PUBLIC])
    assert (await fetches.fetch("https://logs.example.com/x")).content == b"line"
    assert [asked.url.host for asked in wire.asked] == ["2606:2800:220:1::1", PUBLIC]


async def test_no_key_and_no_cookie_is_sent_not_even_one_the_host_set() -> None:
    setting = text()
    setting.headers["set-cookie"] = "session=1; Path=/"
    fetches, wire = downloader(setting, text())
    for _ in range(2):
        await fetches.fetch("https://logs.example.com/x")
    assert {name.lower() for asked in wire.asked for name in asked.headers} == {
        "accept", "accept-encoding", "connection", "host", "user-agent",
    }  # fmt: skip
    assert wire.asked[1].headers["connection"] == "close"


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


@given(st.text() | st.text().map(lambda rest: f"https://{rest}"))
def test_no_url_raises_anything_but_our_errors(url: str) -> None:
    fetches, _ = downloader()
    with contextlib.suppress(SandscopeError):
        anyio.run(fetches.fetch, url)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(code: int) -> None:
    fetches, wire = downloader(httpx2.Response(code, headers={"location": f"http://169.254.169.254/?{SIGNED}"}))
    with pytest.raises(UnsafeUrl, match="redirects are not followed"):
        await fetches.fetch("https://logs.example.com/x")
    assert len(wire.asked) == 1


@pytest.mark.parametrize("code", [403, 404, 410])
async def test_a_url_that_has_expired_says_so(code: int) -> None:
    fetches, _ = downloader(httpx2.Response(code))
    with pytest.raises(NotFound, match=r"has expired or is gone\. Ask again for a new one"):
        await fetches.fetch("https://logs.example.com/x")


@pytest.mark.parametrize("code", [400, 401, 500, 503])
async def test_another_refusal_names_the_status(code: int) -> None:
    fetches, _ = downloader(httpx2.Response(code))
    with pytest.raises(UpstreamUnavailable, match=f"answered {code}"):
        await fetches.fetch("https://logs.example.com/x")


@pytest.mark.parametrize("kind", ["text/plain", "TEXT/HTML", "application/json", "application/x-ndjson; charset=utf-8"])
async def test_text_and_json_are_read(kind: str) -> None:
    fetches, _ = downloader(text(kind=kind))
    assert (await fetches.fetch("https://logs.example.com/x")).content == b"line"


async def test_a_download_that_does_not_say_what_it_is_is_taken_for_text() -> None:
    fetches, _ = downloader(httpx2.Response(200, content=b"line"))
    assert (await fetches.fetch("https://logs.example.com/x")).content == b"line"


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "application/zip", ""])
async def test_what_is_not_text_is_not_read(kind: str) -> None:
    fetches, _ = downloader(text(kind=kind))
    with pytest.raises(BadResponse, match="is not text; it was not read"):
        await fetches.fetch("https://logs.example.com/x")


async def test_a_download_is_cut_at_the_cap_of_decoded_bytes() -> None:
    bomb = httpx2.ByteStream(gzip.compress(b"x" * (MAX_TEXT_BYTES + 1)))
    fetches, _ = downloader(httpx2.Response(200, stream=bomb, headers={"content-encoding": "gzip"}))
    got = await fetches.fetch("https://logs.example.com/x")
    assert (len(got.content), got.cut) == (MAX_TEXT_BYTES, True)


@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [
        (httpx2.ReadTimeout("x"), UpstreamTimeout, "did not finish within 30 s"),
        (httpx2.ConnectError("x"), UpstreamUnavailable, "broke off"),
        (httpx2.ReadError("x"), UpstreamUnavailable, "broke off"),
        (httpx2.DecodingError("x"), UpstreamUnavailable, "broke off"),
    ],
)
async def test_a_download_that_breaks_never_names_its_url(
    failure: Exception, kind: type[SandscopeError], words: str
) -> None:
    fetches, _ = downloader(failure)
    with pytest.raises(kind, match=words) as error:
        await fetches.fetch(f"https://logs.example.com/x?{SIGNED}")
    assert "logs.example.com" not in str(error.value)
    assert SIGNED not in str(error.value)


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


async def test_a_host_that_drips_is_given_up_in_time() -> None:
    async def drips(stream: Raw) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await stream.send(b"x")
            await anyio.sleep(0.02)

    async with serving(drips) as address:
        fetches = Downloader(address, frozenset(), 0.2, None)
        with pytest.raises(UpstreamTimeout, match=r"did not finish within 0\.2 s"):
            await fetches.fetch(f"{address}/x")
        await fetches.aclose()


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


async def test_closing_a_downloader_closes_its_wire() -> None:
    fetches, wire = downloader()
    await fetches.aclose()
    assert wire.closed
