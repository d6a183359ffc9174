"""Blobs in Redis, which has a limit of its own for its memory."""

import contextlib
import zlib

from mcp_server.errors import StateUnavailable
from mcp_server.off_loop import off_loop
from mcp_server.state.blobs import PACKED
from mcp_server.state.cells import hidden
from mcp_server.state.redis_link import PREFIX, RedisLink

BLOBS = f"{PREFIX}blob:"
# A blob beyond this, compressed, would hold up everybody else's commands.
MAX_BYTES = 32 * 1024 * 1024
COMPRESSION = 1
SALT = b"blobs"


class RedisBlobs:
    """Blobs that every machine with the same Redis shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link

    async def get(self, name: str) -> bytes | None:
        """The blob, if it is still kept and Redis can be used."""
        # What cannot be unpacked is as good as gone.
        with contextlib.suppress(StateUnavailable, zlib.error):
            packed = await self._link.ask(self._link.commands.get(_key(name)))
            return await off_loop(PACKED * len(packed), zlib.decompress, packed) if isinstance(packed, bytes) else None
        return None

    async def put(self, name: str, value: bytes, ttl_s: float) -> None:
        """Keeps a blob."""
        packed = await off_loop(len(value), zlib.compress, value, COMPRESSION)
        if len(packed) <= MAX_BYTES:
            with contextlib.suppress(StateUnavailable):
                await self._link.ask(self._link.commands.set(_key(name), packed, px=max(1, round(ttl_s * 1000))))

    async def clear(self) -> None:
        """Deletes every blob.

        Raises:
            StateUnavailable: Redis cannot be used now.
        """
        for key in await self._link.keys(f"{BLOBS}*"):
            await self._link.ask(self._link.commands.unlink(key))

    async def aclose(self) -> None:
        """The cells close the connections."""


def _key(name: str) -> str:
    return BLOBS + hidden(SALT, name).hex()
