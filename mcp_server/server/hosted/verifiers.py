"""Tells who calls by the bearer of a request: one token of a team, or an access token that an issuer signed."""

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import jwt
from jwt.exceptions import PyJWTError
from mcp.server.auth.provider import AccessToken
from pydantic import SecretStr

from mcp_server.server.hosted.signing_keys import ALGORITHMS, SigningKeys

logger = logging.getLogger("sandscope")

# What every token must say (RFC 9068, 2.2).
REQUIRED = ("aud", "exp", "iss", "sub")


@dataclass(frozen=True, slots=True)
class TeamToken:
    """One token that a team shares."""

    token: SecretStr

    async def verify_token(self, token: str) -> AccessToken | None:
        """The team, if it is its token."""
        if not hmac.compare_digest(token.encode(), self.token.get_secret_value().encode()):
            return None
        return AccessToken(token="", client_id="team", scopes=[])


@dataclass(frozen=True, slots=True)
class SignedToken:
    """Access tokens of one issuer for one audience (JWT, RFC 9068).

    Attributes:
        keys: What they are signed with.
        issuer: Who must have issued them.
        audience: For whom they must have been issued.
    """

    keys: SigningKeys = field(repr=False)
    issuer: str
    audience: str

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whom a token is of; None if it must not be believed.

        Raises:
            KeysUnavailable: That cannot be told now.
        """
        try:
            key = await self.keys.of(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise jwt.InvalidKeyError
            claims = jwt.decode(
                token,
                key,
                algorithms=sorted(ALGORITHMS),
                audience=self.audience,
                issuer=self.issuer,
                options={"require": list(REQUIRED), "enforce_minimum_key_length": True},
            )
        except PyJWTError as exc:
            # By its kind: the library's text may hold what the token says.
            logger.info("refused a token: %s", type(exc).__name__)
            return None
        return _access(claims)


def _access(claims: Mapping[str, Any]) -> AccessToken:
    subject: str = claims["sub"]
    client = next((claims[name] for name in ("client_id", "azp") if isinstance(claims.get(name), str)), subject)
    # The token itself is kept nowhere, so it cannot be passed on.
    return AccessToken(
        token="",
        client_id=client,
        scopes=_scopes(claims.get("scope", claims.get("scp"))),
        expires_at=int(claims["exp"]),
        subject=subject,
        claims=dict(claims),
    )


def _scopes(said: object) -> list[str]:
    """RFC 8693, 4.2 has a text with spaces between; some issuers write a list."""
    if isinstance(said, str):
        return said.split()
    listed = cast("list[object]", said) if isinstance(said, list) else []
    return [scope for scope in listed if isinstance(scope, str)]
