"""How a server is hosted, as the command line says; checked when it is made, before anything is opened."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from mcp_server.errors import NotConfigured
from mcp_server.settings import Environ, LimitRule, loopback, secret

HTTP_TOKEN: Final = "SANDSCOPE_HTTP_TOKEN"  # noqa: S105  the name of a variable
# What nobody guesses, whatever it is made of.
LEAST_TOKEN: Final = 20
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
CALLER_LIMIT: Final = LimitRule(600, 60.0)

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_ORIGIN: Final = re.compile(rf"https?://{_HOST.pattern}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """How a server is hosted; what would serve keys to anybody, or nothing to nobody, cannot be made.

    Attributes:
        transport: `http` (at `/mcp`) or `sse` (at `/sse`).
        host: Address to listen on.
        port: 0 takes a free one.
        demo: Whether the stand-ins answer.
        auth: How callers show who they are: `none`, `token` (one bearer for a team) or `jwt` (OAuth access tokens).
        token: The bearer.
        profiles: The file of credential profiles; without one every caller has the keys of the environment.
        allowed_hosts: What a Host header may say beside loopback names; a name without port allows every port.
        allowed_origins: Origins of web pages that may call.
        jwks: URL or path of the keys that tokens are signed with.
        issuer: Who must have issued them.
        audience: For whom they must have been issued.
        scopes: What they must allow.
        caller_limit: Requests that one caller may make.

    Raises:
        NotConfigured: What is missing, does not fit together, or has a form that is none.
    """

    transport: str
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    auth: str = "none"
    token: SecretStr | None = None
    profiles: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    jwks: str | None = None
    issuer: str | None = None
    audience: str | None = None
    scopes: tuple[str, ...] = ()
    caller_limit: LimitRule = CALLER_LIMIT

    def __post_init__(self) -> None:
        if self.auth == "none" and not self.demo and not loopback(self.host):
            raise NotConfigured(
                f"--host {self.host} is reachable from other machines, and anybody there could call. Use 127.0.0.1, or "
                "say who may call with --auth token or --auth jwt."
            )
        if self.demo and self.profiles is not None:
            raise NotConfigured(
                "--profiles names keys of platforms, and --demo uses no platform. Give only one of the two."
            )
        if self.transport == "sse" and self.auth != "none":
            raise NotConfigured("--transport sse cannot tell callers apart. Use --transport http with --auth.")
        if self.auth == "token" and self.token is None:
            raise NotConfigured(f"--auth token needs the bearer in {HTTP_TOKEN}, at least {LEAST_TOKEN} characters.")
        self._check_jwt()
        _check_forms("--allow-host", _HOST, self.allowed_hosts, "HOST or HOST:PORT")
        _check_forms("--allow-origin", _ORIGIN, self.allowed_origins, "SCHEME://HOST or SCHEME://HOST:PORT")

    def _check_jwt(self) -> None:
        given = {
            "--jwks": self.jwks,
            "--issuer": self.issuer,
            "--audience": self.audience,
            "--scope": self.scopes,
            "--profiles": self.profiles,
        }
        if self.auth != "jwt":
            extra = [option for option, value in given.items() if value]
            if extra:
                raise NotConfigured(f"{extra[0]} is about access tokens: add --auth jwt.")
            return
        missing = [option for option in ("--jwks", "--issuer", "--audience") if not given[option]]
        if missing:
            raise NotConfigured(f"--auth jwt needs {', '.join(missing)} too.")
        source = urlsplit(self.jwks or "")
        if source.scheme in {"http", "https"} and not (source.scheme == "https" or loopback(source.hostname or "")):
            raise NotConfigured(
                "--jwks must be an https URL or a file: over plain http, whoever can change the keys in transit could call."
            )

    @property
    def resource(self) -> str | None:
        """The URL that the server's metadata names (RFC 9728), if the audience is one."""
        url = urlsplit(self.audience or "")
        return self.audience if url.scheme in {"http", "https"} and url.hostname else None

    @property
    def host_headers(self) -> list[str]:
        """What a Host header may say, as the SDK reads it: a name, or with `:*` its every port."""
        names = {*LOOPBACK_NAMES, shown(self.host), *self.allowed_hosts}
        if self.resource is not None:
            names.add(urlsplit(self.resource).netloc)
        return sorted({*names, *(f"{name}:*" for name in names if not re.search(r":[0-9]+$", name))})

    @property
    def origin_headers(self) -> list[str]:
        """What an Origin header may say, likewise."""
        names = sorted({*LOOPBACK_NAMES, shown(self.host)})
        return [*(f"http://{name}:*" for name in names), *self.allowed_origins]


def http_token(environ: Environ) -> SecretStr | None:
    """The bearer of a team.

    Raises:
        NotConfigured: It is so short that it can be guessed, or no header can carry it.
    """
    found = secret(environ, HTTP_TOKEN)
    if found is None:
        return None
    if len(found[0].get_secret_value()) < LEAST_TOKEN:
        raise NotConfigured(
            f"{HTTP_TOKEN} must be at least {LEAST_TOKEN} characters; make one with `openssl rand -hex 32`."
        )
    return found[0]


def shown(host: str) -> str:
    """A host as a URL shows it."""
    return f"[{host}]" if ":" in host else host


def _check_forms(option: str, form: re.Pattern[str], values: tuple[str, ...], shape: str) -> None:
    wrong = [value for value in values if form.fullmatch(value) is None]
    if wrong:
        raise NotConfigured(f"{option} {wrong[0][:60]!r} is not {shape}.")
