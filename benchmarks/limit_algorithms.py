"""Ten ways in which servers count "N requests per W seconds", each a small class that knows no clock."""

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

# A token that was refilled in a hundred parts must count as whole.
ROUNDING = 1e-9


class Algorithm(Protocol):
    """One limit of one client."""

    def admit(self, now: float) -> float | None:
        """Decides about a request that arrives at `now` seconds; times never go back.

        Returns:
            None if it is admitted, otherwise the seconds until one would be if nobody asked meanwhile.
        """
        ...


class FixedWindow:
    """N in each window that begins at a multiple of W, whoever asks when."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._index, self._count = -1, 0

    def admit(self, now: float) -> float | None:
        """Counts in the window of `now`."""
        index = math.floor(now / self._window)
        if index != self._index:
            self._index, self._count = index, 0
        if self._count >= self._limit:
            return (index + 1) * self._window - now
        self._count += 1
        return None


class FirstHitWindow:
    """N in a window that begins with the first request after the last one ended, as a Redis counter with EXPIRE does."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._start, self._count = -math.inf, 0

    def admit(self, now: float) -> float | None:
        """Counts in the window that is open, or opens one."""
        if now - self._start >= self._window:
            self._start, self._count = now, 0
        if self._count >= self._limit:
            return self._start + self._window - now
        self._count += 1
        return None


class SlidingLog:
    """N in the W seconds before now, exactly; a refused request leaves no trace."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._log: deque[float] = deque()

    def admit(self, now: float) -> float | None:
        """Forgets what is older than W, then counts."""
        while self._log and now - self._log[0] >= self._window:
            self._log.popleft()
        if len(self._log) >= self._limit:
            return self._log[-self._limit] + self._window - now
        self._log.append(now)
        return None


class PenalisingLog(SlidingLog):
    """A sliding log that logs before it counts: a refused request prolongs the refusal."""

    def admit(self, now: float) -> float | None:
        """Counts a refused request as well."""
        if super().admit(now) is None:
            return None
        self._log.append(now)
        return self._log[-self._limit] + self._window - now


class WholeSecondLog:
    """A sliding log of stamps without a fraction, both ends included: it spans W to W + 1 s.

    A "second" is W / 60, so that a scaled window keeps the proportion of a minute.
    """

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._second = limit, window / 60
        self._log: deque[int] = deque()

    def admit(self, now: float) -> float | None:
        """Compares whole seconds with whole seconds."""
        second = math.floor(now / self._second)
        while self._log and second - self._log[0] > 60:  # noqa: PLR2004 - W has 60 "seconds" by definition
            self._log.popleft()
        if len(self._log) >= self._limit:
            return (self._log[0] + 61) * self._second - now
        self._log.append(second)
        return None


class TokenBucket:
    """`capacity` at once and N per W in the long run, so up to capacity + N in a window."""

    def __init__(self, limit: int, window: float, capacity: float) -> None:
        self._rate, self._capacity = limit / window, capacity
        self._tokens, self._at = capacity, -math.inf

    def admit(self, now: float) -> float | None:
        """Refills, then takes one token."""
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1 - ROUNDING:
            return (1 - self._tokens) / self._rate
        self._tokens -= 1
        return None


class SlidingCounter:
    """The fixed window's count plus the previous one's, weighted by how much of it W still covers (Cloudflare)."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit, self._window = limit, window
        self._index, self._previous, self._count = -1, 0, 0

    def admit(self, now: float) -> float | None:
        """Estimates the last W seconds from two counters."""
        index = math.floor(now / self._window)
        if index != self._index:
            self._previous = self._count if index == self._index + 1 else 0
            self._index, self._count = index, 0
        elapsed = now / self._window - index
        if self._previous * (1 - elapsed) + self._count + 1 <= self._limit + ROUNDING:
            self._count += 1
            return None
        if self._count < self._limit:
            return (1 - (self._limit - 1 - self._count) / self._previous - elapsed) * self._window
        return (1 - elapsed + 1 - (self._limit - 1) / self._count) * self._window


ALGORITHMS: Mapping[str, Callable[[int, float], Algorithm]] = {
    "fixed-window": FixedWindow,
    "first-hit-window": FirstHitWindow,
    "sliding-log": SlidingLog,
    "penalising-log": PenalisingLog,
    "whole-second-log": WholeSecondLog,
    "bucket-n": lambda limit, window: TokenBucket(limit, window, limit),
    "sliding-counter": SlidingCounter,
    "bucket-n-2": lambda limit, window: TokenBucket(limit, window, max(1, limit / 2)),
    "bucket-n-10": lambda limit, window: TokenBucket(limit, window, max(1, limit / 10)),
    "leaky-1": lambda limit, window: TokenBucket(limit, window, 1),
}

# Who says when to come back: the middlewares that count windows and logs, and Cloudflare. A log that logs first is a
# home-made Redis recipe that cannot tell; AWS's token buckets and nginx's limit_req (a leaky bucket) send none.
SAY_RETRY_AFTER = frozenset({"fixed-window", "first-hit-window", "sliding-log", "whole-second-log", "sliding-counter"})
