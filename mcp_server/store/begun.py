"""What was started and paid for a short while ago, so that asking twice, or twice at once, does not pay twice."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from mcp_server.store.recent import Recent

# Less than a call may last, so that its answer can still say what is known.
START_S = 50.0


@dataclass(slots=True)
class Begun:
    """Ids of started runs by what was asked for.

    Attributes:
        recent: Keeps them for their time.
    """

    recent: Recent[int]
    _locks: dict[Hashable, tuple[anyio.Lock, int]] = field(
        default_factory=dict[Hashable, tuple[anyio.Lock, int]], repr=False
    )

    async def once(
        self, key: Hashable, send: Callable[[], Awaitable[int]], usable: Callable[[int], Awaitable[bool]]
    ) -> tuple[int, bool]:
        """The id of the run for a key, and whether an earlier call started it. One caller at a time looks and starts.

        Args:
            key: What is asked for.
            send: Starts a run.
            usable: Whether a run started earlier still serves.

        Raises:
            TimeoutError: There is no answer within 50 s; the run may have been started.
        """
        async with self._turn(key):
            return await self._known_or_started(key, send, usable)

    async def _known_or_started(
        self, key: Hashable, send: Callable[[], Awaitable[int]], usable: Callable[[int], Awaitable[bool]]
    ) -> tuple[int, bool]:
        known = self.recent.get(key)
        if known is not None and await usable(known):
            return known, True
        ids: list[int] = []
        # Whoever leaves meanwhile, what was paid for is remembered.
        with anyio.fail_after(START_S, shield=True):
            ids.append(await send())
            self.recent.put(key, ids[0])
        return ids[0], False

    @asynccontextmanager
    async def _turn(self, key: Hashable) -> AsyncGenerator[None]:
        lock, users = self._locks.get(key, (anyio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)
