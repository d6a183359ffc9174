"""Who shows an access token is believed what it says, if its issuer signed it for us, and not for long ago."""

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import Tenants
from tests.hosted.issuer import AUDIENCE, ISSUER, Issuer
from tests.hosted.served import INITIALIZE, served

pytestmark = pytest.mark.anyio

PAST = int(time.time()) - 60
METADATA = "https://sandscope.example.com/.well-known/oauth-protected-resource/mcp"


def forged(algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """A token as no library would make it."""
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": int(time.time()) + 600}
    parts = ({"alg": algorithm, "kid": "first"}, said)
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return (signed + b"." + base64.urlsafe_b64encode(sign(signed)).rstrip(b"=")).decode()


def by_public_key(issuer: Issuer) -> str:
    """Signed with the public key as if it were a shared secret: whoever can check a token could then make one."""
    public = json.dumps(json.loads(issuer.document())["keys"][0]).encode()
    return forged("HS256", lambda signed: hmac.digest(public, signed, "sha256"))


def by_another_key(_: Issuer) -> str:
    other = Issuer()
    other.add("first")
    return other.token()


BAD: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(exp=PAST),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + 600),
    "for another audience": lambda issuer: issuer.token(aud="https://other.example.com/mcp"),
    "for no audience": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://evil.example.com"),
    "of no issuer": lambda issuer: issuer.token(iss=None),
    "without end": lambda issuer: issuer.token(exp=None),
    "of nobody": lambda issuer: issuer.token(sub=None),
    "unsigned": lambda _: forged("none", lambda _: b""),
    "signed with the public key": by_public_key,
    "signed by somebody else": by_another_key,
    "changed": lambda issuer: issuer.token()[:-4] + "AAAA",
    "of an unknown key": lambda issuer: issuer.token(headers={"kid": "second"}),
    "no token at all": lambda _: "hello",
}  # fmt: skip


async def test_a_good_token_is_served(issuer: Issuer, by_token: Hosting, tenants: Tenants) -> None:
    async with served(tenants, by_token) as web:
        caller = web.by(issuer.token())
        assert "demo: built-in stand-ins answer" in await caller.text("whoami")
        assert await caller.status() == 200
        # One of several audiences is enough (RFC 7519, 4.1.3).
        assert await web.by(issuer.token(aud=["https://other.example.com", AUDIENCE])).status() == 200


@pytest.mark.parametrize("made", BAD.values(), ids=BAD)
async def test_a_token_that_must_not_be_believed_is_refused(
    issuer: Issuer, by_token: Hosting, tenants: Tenants, made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = made(issuer)
    async with served(tenants, by_token) as web:
        answer = await web.by(token).post({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert answer.status_code == 401
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer error="invalid_token"')
        assert f'resource_metadata="{METADATA}"' in challenge
        # Who has a good one is served meanwhile.
        assert await web.by(issuer.token()).status() == 200
    assert token not in answer.text + caplog.text


async def test_without_a_token_nobody_is_served_and_told_where_to_get_one(by_token: Hosting, tenants: Tenants) -> None:
    async with served(tenants, by_token) as web:
        assert await web.status() == 401
        assert (await web.http.get("/mcp", headers={"authorization": "Basic YTpi"})).status_code == 401
        found = await web.http.get("/.well-known/oauth-protected-resource/mcp")
        assert found.json() == {
            "resource": AUDIENCE,
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
            "resource_name": "sandscope",
        }


async def test_an_audience_that_is_no_url_has_no_metadata(issuer: Issuer, by_token: Hosting, tenants: Tenants) -> None:
    async with served(tenants, replace(by_token, audience="sandscope")) as web:
        assert await web.by(issuer.token(aud="sandscope")).status() == 200
        refused = await web.post({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert (refused.status_code, "resource_metadata" in refused.headers["www-authenticate"]) == (401, False)
        assert (await web.http.get("/.well-known/oauth-protected-resource/mcp")).status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"scope": "sandscope other"}, 200),
        ({"scp": ["other", "sandscope", 7]}, 200),
        ({"scope": "sandscopes"}, 403),
        ({"scp": 7}, 403),
        ({}, 403),
    ],
)
async def test_a_token_must_allow_what_is_asked_for(
    issuer: Issuer, by_token: Hosting, tenants: Tenants, said: dict[str, Any], status: int
) -> None:
    async with served(tenants, replace(by_token, scopes=("sandscope",))) as web:
        answer = await web.by(issuer.token(**said)).post({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert (answer.status_code == 403) is (status == 403)
        assert ("insufficient_scope" in answer.text) is (status == 403)
        assert (await web.http.get("/.well-known/oauth-protected-resource/mcp")).json()["scopes_supported"] == [
            "sandscope"
        ]


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()], ids=["RSA", "EdDSA"]
)
async def test_every_usual_kind_of_key_is_known(by_token: Hosting, tenants: Tenants, key: Any, tmp_path: Path) -> None:
    issuer = Issuer({"mine": key})
    async with served(tenants, replace(by_token, jwks=issuer.publish(tmp_path))) as web:
        assert await web.by(issuer.token()).status() == 200


async def test_a_key_that_is_too_short_counts_for_nothing(by_token: Hosting, tenants: Tenants, tmp_path: Path) -> None:
    issuer = Issuer({"short": rsa.generate_private_key(65537, 1024)})  # noqa: S505  what is refused
    with pytest.warns(UserWarning, match="1024"):
        token = issuer.token()
    async with served(tenants, replace(by_token, jwks=issuer.publish(tmp_path))) as web:
        assert await web.by(token).status() == 401


async def test_a_stream_does_not_outlive_the_token_of_its_caller(
    issuer: Issuer, by_token: Hosting, tenants: Tenants
) -> None:
    async with served(replace(tenants, longest_call_s=0.1), by_token) as web:
        caller = web.by(issuer.token(exp=int(time.time()) + 2))
        session = (await caller.post(INITIALIZE)).headers["mcp-session-id"]
        headers = {"authorization": f"Bearer {caller.bearer}", "mcp-session-id": session, "accept": "text/event-stream"}
        # In this process an answer is here when it has ended: this one would not.
        stream = await web.http.get("/mcp", headers=headers)
        assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream")
