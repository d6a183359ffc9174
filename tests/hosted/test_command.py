"""`sandscope serve --transport http` as operators start it: a process, its options, its files."""

import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.hosted.issuer import AUDIENCE, ISSUER, Issuer
from tests.hosted.served import Served
from tests.server.processes import started

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

TOKEN = "a-bearer-that-a-team-shares"
SOON_S = 2.0


@asynccontextmanager
async def serving(*arguments: str, **environ: str) -> AsyncGenerator[Served]:
    """A server at a free port."""
    command = ("serve", "--transport", "http", "--port", "0", *arguments)
    async with started(*command, environ=environ) as server:
        url = httpx2.URL((await server.line("stderr")).split()[-1])
        async with httpx2.AsyncClient(base_url=url.copy_with(path="/"), trust_env=False) as http:
            yield Served(http)
        if sys.platform != "win32":
            server.process.send_signal(signal.SIGTERM)
            await server.ends(SOON_S)


@pytest.mark.slow
async def test_a_team_with_one_token_is_served_beyond_loopback() -> None:
    async with serving("--auth", "token", "--host", "0.0.0.0", SANDSCOPE_HTTP_TOKEN=TOKEN) as web:  # noqa: S104  callers are asked
        assert await web.status() == 401
        assert await web.by(TOKEN).status() == 200
        assert "Codegen is not configured" in await web.by(TOKEN).text("whoami")
        assert (await web.http.get("/readyz")).json() == {"status": "ready"}


@pytest.mark.slow
async def test_each_caller_acts_with_the_keys_of_its_profile(tmp_path: Path, issuer: Issuer) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text(
        '[profile.acme]\nmatch = {org = "acme"}\nkeys = {CODEGEN_API_TOKEN = "acme-token-1234567890"}\n'
        '[profile.other]\nmatch = {org = "other"}\nkeys = {OPEN_SANDBOX_DOMAIN = "localhost:1"}\n'
    )
    profiles.chmod(0o600)
    options = ["--auth", "jwt", "--profiles", str(profiles), "--jwks", issuer.publish(tmp_path), "--scope", "sandscope"]
    options += ["--issuer", ISSUER, "--audience", AUDIENCE, "--caller-limit", "50/60", "--allow-host", "a.example"]
    # The environment's own key is nobody's.
    async with serving(*options, CODEGEN_API_TOKEN="the-servers-own-1234567890") as web:
        acme, other = (web.by(issuer.token(org=org, scope="sandscope")) for org in ("acme", "other"))
        asked = [await caller.call("get_run", run_id=1) for caller in (acme, other)]
        codes = [answer["_meta"]["sandscope/error"]["code"] for answer in asked]
        assert codes[1] == "not_configured"
        assert codes[0] != "not_configured"
        assert await acme.status(host="a.example") == 200
        assert await web.by(issuer.token(org="acme")).status() == 403
