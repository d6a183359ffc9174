"""The keys that an issuer signs access tokens with (JWKS, RFC 7517), asked for again when they have changed."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

import anyio
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from starlette.authentication import AuthenticationError

from mcp_server.errors import Upstream
from mcp_server.http.public_document import public_document
from mcp_server.state.clock import Clock

logger = logging.getLogger("sandscope")

# Of public keys alone: what checks a token must not be able to make one.
ALGORITHMS: Final = frozenset(
    {"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
)
# Keys change seldom, and one that was withdrawn must not count for long.
REFRESHED_S: Final = 600.0
# Anybody can send a token that names an unknown key.
ASKED_AGAIN_S: Final = 30.0
# While no key is known nobody can call.
FIRST_AGAIN_S: Final = 2.0
# While the issuer cannot be reached, what it last said counts for so long.
KEPT_S: Final = 3600.0


class KeysUnavailable(AuthenticationError):
    """No key is known, so nobody can be told from anybody."""


@dataclass(slots=True)
class SigningKeys:
    """The keys of one issuer.

    Attributes:
        load: Gives the document.
        clock: Tells how old it is.
    """

    load: Callable[[], Awaitable[bytes]] = field(repr=False)
    clock: Clock
    _keys: tuple[PyJWK, ...] = field(default=(), repr=False)
    _loaded_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _turn: anyio.Lock = field(default_factory=anyio.Lock, repr=False)

    async def of(self, key_id: str | None) -> PyJWK | None:
        """The key of an id; without one the only key there is.

        Raises:
            KeysUnavailable: None is known, and none can be had.
        """
        await self.refresh()
        found = self._find(key_id)
        if found is None:
            await self.refresh(ASKED_AGAIN_S)
            found = self._find(key_id)
        return found

    async def refresh(self, age_s: float = REFRESHED_S) -> None:
        """Asks again if what is known is older than so many seconds, and the last try is not too near.

        Raises:
            KeysUnavailable: None is known, and none can be had.
        """
        async with self._turn:
            now = self.clock.now()
            again_s = ASKED_AGAIN_S if self._keys else FIRST_AGAIN_S
            if now - self._loaded_at >= age_s and now - self._tried_at >= again_s:
                self._tried_at = now
                try:
                    self._keys = tuple(_usable(await self.load()))
                    self._loaded_at = now
                except (Upstream, OSError, ValueError) as exc:
                    # Its text names the host at most.
                    logger.warning("the keys of --jwks cannot be read: %s", _why(exc))
        if not self._keys or self.clock.now() - self._loaded_at > KEPT_S:
            raise KeysUnavailable

    def _find(self, key_id: str | None) -> PyJWK | None:
        named = [key for key in self._keys if key_id in {None, key.key_id}]
        return named[0] if len(named) == 1 else None


def source(jwks: str) -> Callable[[], Awaitable[bytes]]:
    """Reads the document of a URL, or of a file."""
    if jwks.startswith(("https://", "http://")):
        return lambda: public_document(jwks)
    return anyio.Path(jwks).read_bytes


def _usable(document: bytes) -> Iterator[PyJWK]:
    """The keys that tokens may be signed with.

    Raises:
        ValueError: It is no key set, or has no such key.
    """
    parsed: Any = json.loads(document)
    listed: Any = cast("dict[str, Any]", parsed).get("keys") if isinstance(parsed, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is not a key set")  # noqa: TRY004  of a document, not of an argument
    found = False
    for entry in cast("list[Any]", listed):
        try:
            key = PyJWK(entry)
        except (PyJWTError, AttributeError, TypeError):
            # Of a kind that is not known here, which may be for something else.
            continue
        if key.algorithm_name in ALGORITHMS and key.public_key_use in {None, "sig"}:
            found = True
            yield key
    if not found:
        raise ValueError("it has no key that tokens may be signed with")


def _why(exc: Exception) -> str:
    return exc.strerror or "" if isinstance(exc, OSError) else str(exc)
