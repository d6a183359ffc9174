import contextlib
import gzip

import anyio
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.errors import BadResponse, NotFound, SandscopeError, UnsafeUrl, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.client import MAX_TEXT_BYTES
from mcp_server.http.download import Downloader
from tests.http.downloads import OWN, PUBLIC, SIGNED, Names, downloader, text
from tests.http.wires import Raw, Scripted, serving

pytestmark = pytest.mark.anyio


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


async def test_an_address_where_nobody_answers_leaves_time_for_the_next() -> None:
    fetches, wire = downloader(httpx2.ConnectTimeout("x"), text(), addresses=["2606:2800:220:1::1", PUBLIC, "1.1.1.1"])
    assert (await fetches.fetch("https://logs.example.com/x")).content == b"line"
    assert [asked.extensions["timeout"]["connect"] for asked in wire.asked] == [10, 10]


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
    with pytest.raises(NotFound, match=r"has expired or is gone\. Call again: each call gets a new one"):
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
    with pytest.raises(BadResponse, match="is not text, so it was not read"):
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
        (httpx2.ConnectTimeout("x"), UpstreamTimeout, "did not finish within 30 s"),
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


async def test_look_up_and_every_address_share_one_time() -> None:
    class Slow(Names):
        async def __call__(self, host: str, port: int) -> list[str]:
            await anyio.sleep(0.15)
            return await super().__call__(host, port)

    class Stalls(Scripted):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            await anyio.sleep(0.15)
            return await super().handle_async_request(request)

    fetches = Downloader(OWN, frozenset(), 0.4, Stalls(httpx2.ConnectError("x")), Slow(*[PUBLIC] * 9))
    with pytest.raises(UpstreamTimeout, match=r"did not finish within 0\.4 s"):
        await fetches.fetch("https://logs.example.com/x")


async def test_encodings_upon_encodings_are_cut_at_the_cap_too() -> None:
    content = b"x" * (MAX_TEXT_BYTES + 1)
    for _ in range(3):
        content = gzip.compress(content)
    twice = httpx2.Response(200, stream=httpx2.ByteStream(content), headers={"content-encoding": "gzip, gzip, gzip"})
    fetches, _ = downloader(twice)
    got = await fetches.fetch("https://logs.example.com/x")
    assert (len(got.content), got.cut) == (MAX_TEXT_BYTES, True)


async def test_closing_a_downloader_closes_its_wire() -> None:
    fetches, wire = downloader()
    await fetches.aclose()
    assert wire.closed
