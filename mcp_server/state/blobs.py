"""Blobs: larger values kept for a while, such as captured logs and pages of finished runs."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol

from mcp_server.state.clock import Clock

# What blobs may take up, on disk or in memory, before the least recently used go.
QUOTA_BYTES = 200 * 1024 * 1024

# About what packed text may become, in sizes of its own: logs repeat themselves.
PACKED = 16


class Blobs(Protocol):
    """Where blobs are kept. A blob may be gone at any time: losing one costs a request, never an answer."""

    async def get(self, name: str) -> bytes | None:
        """The blob, or None if it is unknown, lapsed, dropped, or the place cannot be used now."""
        ...

    async def put(self, name: str, value: bytes, ttl_s: float) -> None:
        """Keeps a blob for at most `ttl_s` seconds; nothing happens where the place cannot be used now.

        Args:
            name: Nothing stores it readably.
            value: Only text that was sanitised and redacted.
            ttl_s: Seconds.
        """
        ...

    async def clear(self) -> None:
        """Deletes every blob.

        Raises:
            StateUnavailable: The place cannot be used now.
        """
        ...

    async def aclose(self) -> None:
        """Lets go of what is open."""
        ...


@dataclass(slots=True)
class MemoryBlobs:
    """Blobs of this process alone, least recently used first out."""

    clock: Clock
    quota: int = QUOTA_BYTES
    _kept: OrderedDict[str, tuple[float, bytes]] = field(
        default_factory=OrderedDict[str, tuple[float, bytes]], repr=False
    )
    _bytes: int = 0

    async def get(self, name: str) -> bytes | None:
        """The blob, if it is still kept."""
        until, value = self._kept.get(name, (0.0, b""))
        if until <= self.clock.now():
            return None
        self._kept.move_to_end(name)
        return value

    async def put(self, name: str, value: bytes, ttl_s: float) -> None:
        """Keeps it; others go where it would not fit."""
        now = self.clock.now()
        lapsed = [kept for kept, (until, _) in self._kept.items() if until <= now]
        for gone in {*lapsed, name} & self._kept.keys():
            self._drop(gone)
        if len(value) > self.quota:
            return
        self._kept[name] = (now + ttl_s, value)
        self._bytes += len(value)
        while self._bytes > self.quota:
            self._drop(next(iter(self._kept)))

    def _drop(self, name: str) -> None:
        self._bytes -= len(self._kept.pop(name)[1])

    async def clear(self) -> None:
        """Deletes every blob."""
        self._kept.clear()
        self._bytes = 0

    async def aclose(self) -> None:
        """Nothing is open."""
