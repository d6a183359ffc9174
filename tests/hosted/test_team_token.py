"""One bearer for a team: whoever has it is served, and it is shown to nobody."""

import pytest
from pydantic import SecretStr

from mcp_server.errors import NotConfigured
from mcp_server.server.build import build
from mcp_server.server.hosted.hosting import Hosting, http_token
from mcp_server.server.hosted.tenants import Tenants
from mcp_server.settings import Settings
from tests.hosted.served import served

pytestmark = pytest.mark.anyio

TOKEN = "a-bearer-that-a-team-shares"
BY_TEAM = Hosting(transport="http", auth="token", token=SecretStr(TOKEN))


async def test_whoever_has_the_token_is_served_and_nobody_else(tenants: Tenants) -> None:
    async with served(tenants, BY_TEAM) as web:
        assert await web.by(TOKEN).status() == 200
        assert "demo: built-in stand-ins answer" in await web.by(TOKEN).text("whoami")
        for other in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper()):
            assert await web.by(other).status() == 401
        # A header may hold any byte.
        headers = [(b"authorization", b"Bearer h\xc3\xa9llo"), (b"accept", b"application/json")]
        assert (await web.http.get("/mcp", headers=headers)).status_code == 401


async def test_the_token_is_read_from_its_variable() -> None:
    token = http_token({"SANDSCOPE_HTTP_TOKEN": TOKEN})
    assert token is not None
    assert token.get_secret_value() == TOKEN
    assert TOKEN not in repr(BY_TEAM)
    assert http_token({}) is None
    with pytest.raises(NotConfigured, match="SANDSCOPE_HTTP_TOKEN must be at least 20 characters"):
        http_token({"SANDSCOPE_HTTP_TOKEN": TOKEN[:19]})


async def test_a_log_that_holds_the_token_does_not_show_it() -> None:
    sandscope = build(Settings.from_env({"SANDSCOPE_REDACT": "off"}), secrets_beside=[TOKEN])
    assert TOKEN not in sandscope.redactor.redact(f"curl -H 'x: {TOKEN}'")
    await sandscope.aclose()
