"""What `SANDSCOPE_REDIS_URL` may be."""

import sys
import traceback

import pytest

from mcp_server.errors import NotConfigured
from mcp_server.server.build import build
from mcp_server.settings import Settings
from mcp_server.state.redis_link import RedisLink

SECRET = "secret-word"
UNUSABLE = (
    "http://x",
    "redis://",
    "h:6379",
    "redis://h:notaport",
    "redis://h:99999",
    "redis://[::1",
    "redis://h ?db=1",
    "unix://",
    "redis://h?socket_timeout=100",
    "redis://h?retry_on_timeout=yes",
    "redis://h?decode_responses=yes",
    "redis://h?protocol=3",
    "redis://h?nonsense=1",
    "redis://h?ssl_ca_certs=/file",
    "rediss://h?ssl_cert_reqs=perhaps",
    "redis://h?db=one",
)
USABLE = (
    "redis://h",
    f"redis://:{SECRET}@h:6380/3",
    f"redis://somebody:{SECRET}@[::1]:6380",
    "redis://h?db=1&client_name=sandscope",
    "rediss://h:6380/0?ssl_ca_certs=/file&ssl_cert_reqs=required",
    f"unix:///run/redis.sock?db=2&password={SECRET}",
)


@pytest.mark.parametrize("url", UNUSABLE)
def test_a_url_that_cannot_be_used_stops_the_start_and_is_not_repeated(url: str) -> None:
    with pytest.raises(NotConfigured) as error:
        build(Settings.from_env({"SANDSCOPE_REDIS_URL": url}))
    assert str(error.value).startswith("SANDSCOPE_REDIS_URL ")
    # What follows are examples.
    assert url not in str(error.value).partition(" such as ")[0]


def test_a_password_in_a_url_that_cannot_be_used_is_not_in_the_traceback() -> None:
    with pytest.raises(NotConfigured) as error:
        build(Settings.from_env({"SANDSCOPE_REDIS_URL": "redis://:" + SECRET + "@h:notaport"}))
    assert SECRET not in "".join(traceback.format_exception(error.value))


@pytest.mark.anyio
@pytest.mark.parametrize("url", USABLE)
async def test_a_url_that_can_be_used_is_not_connected_to_at_the_start(url: str) -> None:
    await build(Settings.from_env({"SANDSCOPE_REDIS_URL": url})).aclose()
    assert SECRET not in repr(RedisLink(url))


def test_without_the_client_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mcp_server.state.redis_link", raising=False)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(NotConfigured, match=r'^SANDSCOPE_REDIS_URL .*pip install "sandscope\[redis\]"\.$'):
        build(Settings.from_env({"SANDSCOPE_REDIS_URL": "redis://h"}))
