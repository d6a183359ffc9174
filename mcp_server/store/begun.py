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

    def get(self, key: Hashable) -> int | None:
        """The run started for the key, or None."""
        return self.recent.get(key)

    async def start(self, key: Hashable, send: Callable[[], Awaitable[int]]) -> int:
        """Starts a run and remembers its id, even if the caller leaves meanwhile: it is paid for.

        Raises:
            TimeoutError: There is no answer within 50 s; the run may have been started.
        """
        ids: list[int] = []
        with anyio.fail_after(START_S, shield=True):
            ids.append(await send())
            self.recent.put(key, ids[0])
        return ids[0]

    @asynccontextmanager
    async def starting(self, key: Hashable) -> AsyncGenerator[None]:
        """Lets one caller at a time look and start for a key; the others then find what it started."""
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
