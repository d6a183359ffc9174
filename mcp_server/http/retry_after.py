"""`Retry-After` as servers really send it: seconds, a date, or nonsense (RFC 9110, 10.2.3)."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def now() -> datetime:
    """The wall clock, which HTTP dates are compared with."""
    return datetime.now(UTC)


def retry_after_s(value: str | None, wall_clock: Callable[[], datetime] = now) -> float | None:
    """Seconds to wait, never negative; None if the header is absent or cannot be read."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, wall_clock)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str, wall_clock: Callable[[], datetime]) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - wall_clock()).total_seconds())
