"""What else one could put before an HTTP client so that several processes share one limit, behind one protocol.

Each is set up the way its documents say for unrelated processes on one machine. None hears of the answer, so each counts
a request at the moment it permits it: when the request reaches the server, and in which order, it cannot know.
"""

import asyncio
import importlib
import random
import threading
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

REFUSED = 429
FOREVER_S = 3600.0


class Sent(Protocol):
    """One permitted request."""

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Hears of the response as soon as its head is in; header names are in lower case."""
        ...


class Contender(Protocol):
    """A limiter in one of several processes, constructed from a Setup on a running event loop.

    It limits each server's name it is given by itself; "warm-up" is one that nobody judges. `note` says how it is set up.
    """

    note: str

    def permission(self, server: str) -> AbstractAsyncContextManager[Sent]:
        """Waits for permission to send one request to `server`; the body sends it and reports the answer."""
        ...

    async def aclose(self) -> None:
        """Lets go of files, sockets and threads."""
        ...


@dataclass(frozen=True)
class Setup:
    """What every process of a contest is told.

    Attributes:
        limit: N, of each server separately.
        window: W in seconds.
        shared: A directory all processes of this contest see, empty at the start.
        redis: "redis://host:port" of an empty server, None where there is none.
        seed: Differs between the processes.
    """

    limit: int
    window: float
    shared: Path
    redis: str | None
    seed: int


@dataclass
class Answer:
    """The response, for whoever wants to know; status 0 is none."""

    status: int = 0
    retry_after: float | None = None

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Notes the status and how long to stay away, in seconds."""
        said = headers.get("retry-after")
        self.status, self.retry_after = status, float(said) if said else None


class Naive:
    """No limiter: sends, and after a 429 does what the SDKs of the large vendors do.

    Sleeps Retry-After, otherwise 0.5 s doubled up to 8 s (of a minute; scaled with W) less up to a quarter. Unlike them it
    never gives up. Nothing is shared, each call learns for itself.
    """

    def __init__(self, setup: Setup) -> None:
        self.note = "no limiter: Retry-After, or backoff"
        self._first, self._most = setup.window * 0.5 / 60, setup.window * 8 / 60
        self._random = random.Random(setup.seed)  # noqa: S311 - jitter, not a secret
        self._refusals: WeakKeyDictionary[asyncio.Task[Any], int] = WeakKeyDictionary()

    @asynccontextmanager
    async def permission(self, server: str) -> AsyncGenerator[Answer]:  # noqa: ARG002 - no limit, so none per server
        """At once; a refusal is slept off afterwards, longer each time the same task is refused."""
        answer = Answer()
        yield answer
        task = asyncio.current_task()
        if task is None or answer.status != REFUSED:
            if task is not None:
                self._refusals.pop(task, None)
            return
        before = self._refusals.get(task, 0)
        self._refusals[task] = before + 1
        backoff = min(self._first * 2**before, self._most) * (1 - self._random.random() / 4)
        await asyncio.sleep(backoff if answer.retry_after is None else answer.retry_after)

    async def aclose(self) -> None:
        """Nothing to let go."""


class Limits:
    """`limits` with its moving window (exact, its strictest) in Redis.

    Stamps `time.time()` of the calling process before the script runs in Redis, so by the wall clock, and counts from that
    stamp. It has no call that waits: a refused `hit` is tried again when `get_window_stats` says that a place is free,
    which all waiters learn at once. Periods are whole seconds. In memory each process would have a limit of its own.
    """

    def __init__(self, setup: Setup) -> None:
        # By name: whoever has not installed it shall still see the others.
        limits, aio = importlib.import_module("limits"), importlib.import_module("limits.aio")
        if setup.redis:
            self.note = "moving window in Redis"
            store = aio.storage.RedisStorage(f"async+{setup.redis}", implementation="redispy")
        else:
            self.note = "moving window in memory: NOT shared, no redis-server"
            store = aio.storage.MemoryStorage()
        self._rate = limits.RateLimitItemPerSecond(setup.limit, whole(setup.window))
        self._limiter = aio.strategies.MovingWindowRateLimiter(store)

    @asynccontextmanager
    async def permission(self, server: str) -> AsyncGenerator[Answer]:
        """Asks until it is granted."""
        while not await self._limiter.hit(self._rate, server):
            free_at, _ = await self._limiter.get_window_stats(self._rate, server)
            await asyncio.sleep(max(0.001, free_at - time.time()))
        yield Answer()

    async def aclose(self) -> None:
        """Its connections end with the process."""


class Throttled:
    """`throttled-py` in Redis, by default with its sliding window.

    That one is a counter (the previous window's share plus this one's) on the calling process's wall clock; its windows
    are whole seconds. GCRA and the token bucket, its default, stamp with Redis's clock, the bucket in whole seconds; both
    allow N at once and N more within the window. It waits in steps of 0.2 to 0.5 s whatever the window. In memory each
    process would have a limit of its own.
    """

    def __init__(self, setup: Setup, using: str = "sliding_window") -> None:
        # By name: whoever has not installed it shall still see the others.
        throttled = importlib.import_module("throttled.asyncio")
        rates = importlib.import_module("throttled")
        period = timedelta(seconds=whole(setup.window))
        where = "in Redis" if setup.redis else "in memory: NOT shared, no redis-server"
        self.note = f"{using.replace('_', ' ')} {where}"
        store = throttled.RedisStore(server=f"{setup.redis}/1") if setup.redis else throttled.MemoryStore()
        quota = rates.per_duration(period, setup.limit)
        self._throttle = throttled.Throttled(using=using, quota=quota, store=store, timeout=FOREVER_S)

    @asynccontextmanager
    async def permission(self, server: str) -> AsyncGenerator[Answer]:
        """Lets the library wait."""
        while (await self._throttle.limit(server)).limited:
            pass
        yield Answer()

    async def aclose(self) -> None:
        """Its connections end with the process."""


class ThrottledBucket(Throttled):
    """`throttled-py` as it comes: a token bucket of N, refilled in whole seconds of Redis's clock."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup, "token_bucket")


class Pyrate:
    """`pyrate-limiter` with its SQLite bucket behind its file lock, its way for many processes on one machine.

    Stamps `time_ns()`, the wall clock in ms; after a wait it does so before it takes the lock for the insert, so a stamp is
    older than its permission by whatever the lock took (`filelock` polls every 50 ms). In a process one call at a time
    waits, the others queue behind it. Each wait is 50 ms longer than computed (`buffer_ms`, left at its default): by luck
    more than the jitter here. The lock blocks the event loop, so each server's bucket gets a loop in a thread of its own:
    one must not pay for another's lock.
    """

    def __init__(self, setup: Setup) -> None:
        # By name: whoever has not installed them shall still see the others.
        self._library = importlib.import_module("pyrate_limiter")
        importlib.import_module("filelock")
        self.note = "sliding window in SQLite, file lock"
        self._setup = setup
        self._homes: dict[str, tuple[Any, asyncio.AbstractEventLoop]] = {}

    def _home(self, server: str) -> tuple[Any, asyncio.AbstractEventLoop]:
        """The limiter of a server and the loop it may block."""
        if server not in self._homes:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name=f"pyrate {server}", daemon=True).start()
            rate = self._library.Rate(self._setup.limit, round(self._setup.window * 1000))
            path = str(self._setup.shared / f"pyrate-{server}.sqlite")
            bucket = self._library.SQLiteBucket.init_from_file([rate], db_path=path, use_file_lock=True)
            self._homes[server] = self._library.Limiter(bucket), loop
        return self._homes[server]

    @asynccontextmanager
    async def permission(self, server: str) -> AsyncGenerator[Answer]:
        """Lets the library wait, in the server's thread."""
        limiter, loop = self._home(server)
        granted = asyncio.run_coroutine_threadsafe(limiter.try_acquire_async(server), loop)
        await asyncio.wrap_future(granted)
        yield Answer()

    async def aclose(self) -> None:
        """Stops the loops; the threads are daemons."""
        for _, loop in self._homes.values():
            loop.call_soon_threadsafe(loop.stop)


def whole(window: float) -> int:
    """A window for libraries that know whole seconds only.

    Raises:
        SystemExit: The window has a fraction.
    """
    if window != int(window):
        raise SystemExit("limits and throttled-py count in whole seconds: choose a whole number for the window.")
    return int(window)


# Where a worker process finds each: module:class.
RIVALS: Mapping[str, str] = {
    "naive": "benchmarks.rivals:Naive",
    "limits": "benchmarks.rivals:Limits",
    "pyrate-limiter": "benchmarks.rivals:Pyrate",
    "throttled-py": "benchmarks.rivals:Throttled",
    "throttled-py bucket": "benchmarks.rivals:ThrottledBucket",
}
