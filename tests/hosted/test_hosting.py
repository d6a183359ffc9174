"""How a server is hosted is checked before anything listens."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mcp_server.errors import NotConfigured
from mcp_server.server.hosted.hosting import Hosting

JWT: dict[str, Any] = {
    "auth": "jwt",
    "jwks": "https://issuer.example.com/jwks",
    "issuer": "https://issuer.example.com",
    "audience": "https://sandscope.example.com/mcp",
}
TOKEN: dict[str, Any] = {"auth": "token", "token": SecretStr("x" * 20)}


def hosting(options: dict[str, Any]) -> Hosting:
    given: dict[str, Any] = {"transport": "http", **options}
    return Hosting(**given)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nobody is asked": ({"host": "0.0.0.0"}, "reachable from other machines, and anybody there could call"),  # noqa: S104  what is refused
    "no bearer": ({"auth": "token"}, "--auth token needs the bearer in SANDSCOPE_HTTP_TOKEN, at least 20 characters"),
    "old clients": ({**JWT, "transport": "sse"}, "--transport sse cannot tell callers apart"),
    "nothing about tokens": ({"auth": "jwt"}, "--auth jwt needs --jwks, --issuer, --audience too"),
    "no audience": ({**JWT, "audience": None}, "--auth jwt needs --audience too"),
    "tokens that are not asked for": ({**TOKEN, "issuer": "x"}, "--issuer is about access tokens: add --auth jwt"),
    "profiles of nobody": ({"profiles": Path("p")}, "--profiles is about access tokens: add --auth jwt"),
    "profiles of the demo": ({**JWT, "profiles": Path("p"), "demo": True}, "--profiles names keys of platforms"),
    "keys that can be changed": ({**JWT, "jwks": "http://issuer.example.com/"}, "--jwks must be an https URL or a file"),
    "no host": ({"allowed_hosts": ("https://x",)}, "--allow-host 'https://x' is not HOST or HOST:PORT"),
    "no origin": ({"allowed_origins": ("x.example",)}, "--allow-origin 'x.example' is not SCHEME://HOST"),
    "every origin": ({"allowed_origins": ("*",)}, "--allow-origin '\\*' is not SCHEME://HOST"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "told"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_together_is_refused_in_words(options: dict[str, Any], told: str) -> None:
    with pytest.raises(NotConfigured, match=told):
        hosting(options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"host": "0.0.0.0", "demo": True},  # noqa: S104  the demo has no keys
        {"host": "::", **TOKEN},
        {"host": "0.0.0.0", **JWT, "profiles": Path("profiles.toml"), "scopes": ("a",)},  # noqa: S104  callers are asked
        {**JWT, "jwks": "http://localhost:8080/jwks"},
        {**JWT, "jwks": "/etc/jwks.json"},
        {"allowed_hosts": ("a.example", "a.example:8443", "[::1]:80"), "allowed_origins": ("https://a.example",)},
    ],
)
def test_what_fits_together_is_accepted(options: dict[str, Any]) -> None:
    hosting(options)


def test_hosts_are_those_that_were_named_and_this_machine() -> None:
    named = hosting({"host": "192.0.2.1", "allowed_hosts": ("a.example", "b.example:8443"), **JWT})
    assert named.host_headers == [
        "127.0.0.1", "127.0.0.1:*", "192.0.2.1", "192.0.2.1:*", "[::1]", "[::1]:*", "a.example", "a.example:*",
        "b.example:8443", "localhost", "localhost:*", "sandscope.example.com", "sandscope.example.com:*",
    ]  # fmt: skip
    assert named.resource == JWT["audience"]
    assert hosting({**JWT, "audience": "sandscope"}).resource is None
