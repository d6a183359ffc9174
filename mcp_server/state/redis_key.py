"""The key of all machines that share a Redis: a task that one began is known to the others, and equal secrets look equal.

It is kept there in the clear: whoever can read this Redis reads what was captured and learned as well. Deleting what is
kept (`sandscope purge`) leaves it, as it leaves the key of a state directory, so that tasks stay known.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from mcp_server.state.installation_key import SIZE
from mcp_server.state.redis_link import PREFIX, TIMEOUT_S

NAME = f"{PREFIX}key"
# Redis may lose its memory and another machine draw a new key, so it is asked again after so long.
ASKED_AGAIN_S = 5.0
THREAD = "sandscope-key"


class RedisKey:
    """Gives the key, to whichever thread asks; a drawn one while Redis does not give one.

    Only who asks first waits for Redis, for two seconds at most; later it is asked beside those who need the key. What we
    hold is put where none is, so a key outlives a Redis that keeps nothing for as long as one machine holds it.

    Args:
        url: Of Redis; one that `RedisLink` takes.
        draw: Gives as many random bytes as asked for.
        now: Seconds, to know when to ask again.
    """

    def __init__(self, url: str, draw: Callable[[int], bytes], now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._key = draw(SIZE)
        self._now = now
        self._due = float("-inf")
        self._lock = threading.Lock()
        self._answered = threading.Event()

    def __call__(self) -> bytes:
        """The key as it is known now."""
        with self._lock:
            if self._now() >= self._due:
                # Until there is an answer, nobody else asks.
                self._due = float("inf")
                threading.Thread(target=self._ask, name=THREAD, daemon=True).start()
        # A name that is looked up for long ignores the client's own patience.
        if not self._answered.wait(TIMEOUT_S):
            self._answered.set()
        return self._key

    def _ask(self) -> None:
        from_url = cast("Callable[..., Redis]", Redis.from_url)  # pyright: ignore[reportUnknownMemberType]  its options are untyped
        kept: Any = None
        # What is wrong is told where requests are counted, which notices it as well.
        with (
            contextlib.suppress(RedisError, OSError),
            from_url(
                self._url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
            ) as redis,
        ):
            redis.set(NAME, self._key, nx=True)
            kept = redis.get(NAME)
        # Somebody else's value under our name is no key.
        if isinstance(kept, bytes) and len(kept) == SIZE:
            self._key = kept
        self._due = self._now() + ASKED_AGAIN_S
        self._answered.set()
