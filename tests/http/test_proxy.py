import pytest

from mcp_server.errors import NotConfigured
from mcp_server.http.wire import Network
from tests.http.wires import Raw, Talk, serving

pytestmark = pytest.mark.anyio

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + b'{"id": 7}'


@pytest.fixture(autouse=True)
def no_proxy_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def answer(stream: Raw) -> None:
    await stream.send(ANSWER)


@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    async with serving(answer) as address:
        monkeypatch.setenv("HTTP_PROXY", address.replace("http://", scheme))
        talk = Talk(None, base_url="http://codegen.invalid")
        assert (await talk.get()).id == 7
        await talk.client.aclose()


async def test_a_host_in_no_proxy_is_reached_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with serving(answer) as address:
        talk = Talk(None, base_url=address)
        assert (await talk.get()).id == 7
        await talk.client.aclose()


async def test_a_wire_without_proxies_ignores_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    async with serving(answer) as address:
        talk = Talk(Network(proxied=False), base_url=address)
        assert (await talk.get()).id == 7
        await talk.client.aclose()


@pytest.mark.parametrize("proxy", ["ftp://user:very-secret@proxy:1", "http://very-secret@[::1", "socks4://very-secret"])
async def test_a_proxy_that_cannot_be_used_names_the_variable_and_not_the_value(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(NotConfigured) as error:
        await Talk(None, base_url="http://codegen.invalid").get()
    assert str(error.value) == "HTTP_PROXY is not the URL of an http or https proxy."
