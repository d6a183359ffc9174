import httpx2
import pytest

from mcp_server.errors import BadResponse, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.public_document import MAX_BYTES, public_document
from tests.http.wires import Raw, Scripted, serving, status

pytestmark = pytest.mark.anyio

URL = "https://issuer.example.com/jwks?of=us"


async def test_a_document_is_had_without_any_key() -> None:
    wire = Scripted(httpx2.Response(200, content=b"{}"))
    assert await public_document(URL, wire) == b"{}"
    assert str(wire.asked[0].url) == URL
    assert not {"authorization", "cookie"} & set(wire.asked[0].headers)


async def test_it_is_fetched_over_the_network() -> None:
    async def answer(stream: Raw) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with serving(answer) as url:
        assert await public_document(url) == b"{}"


@pytest.mark.parametrize("code", [301, 404, 500])
async def test_a_redirect_or_an_error_is_told_by_its_status(code: int) -> None:
    wire = Scripted(status(code, location="https://evil.example.com/"))
    with pytest.raises(UpstreamError, match=rf"^issuer\.example\.com answered {code}\.$"):
        await public_document(URL, wire)
    assert len(wire.asked) == 1


async def test_what_is_too_large_is_not_read_to_its_end() -> None:
    with pytest.raises(BadResponse, match=f"answered over {MAX_BYTES} bytes"):
        await public_document(URL, Scripted(httpx2.Response(200, content=b" " * (MAX_BYTES + 1))))


async def test_an_issuer_that_does_not_answer_is_given_up() -> None:
    with pytest.raises(UpstreamTimeout, match=r"did not answer within 5 s"):
        await public_document(URL, Scripted(httpx2.ReadTimeout("slow")))


async def test_an_issuer_that_cannot_be_reached_is_named() -> None:
    with pytest.raises(UpstreamUnavailable, match=r"^issuer\.example\.com cannot be reached\.$"):
        await public_document(URL, Scripted(httpx2.ConnectError("refused")))
