"""What a response says about a rate limit, as servers really send it.

`Retry-After` is seconds, a date, or nonsense (RFC 9110, 10.2.3). What is left of a limit comes as `RateLimit: "name";r=5;t=30`
with `RateLimit-Policy: "name";q=60;w=60` (draft-ietf-httpapi-ratelimit-headers-08 and later), as `RateLimit: limit=60,
remaining=5, reset=30` (draft 07), or as `RateLimit-Limit`, `-Remaining` and `-Reset`, with or without `X-` in front, the
reset in seconds or as a time.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mcp_server.budget.window import Heard

# A number of one of the fields, by the name it has in any of the drafts.
_FIELDS = {
    "limit": re.compile(r"(?:^|[;,\s])(?:q|limit)=([0-9]{1,12})(?![0-9])"),
    "remaining": re.compile(r"(?:^|[;,\s])(?:r|remaining)=([0-9]{1,12})(?![0-9])"),
    "reset": re.compile(r"(?:^|[;,\s])(?:t|reset)=([0-9]{1,12})(?![0-9])"),
}
_LEADING = re.compile(r"\s*([0-9]{1,12})(?![0-9])")
# Nobody counts further; and a window keeps the figure in four bytes.
_MOST = 999_999_999
# A reset beyond this is not seconds to wait but a time since 1970.
_A_TIME = 100_000_000


def now() -> datetime:
    """The wall clock, which dates are compared with."""
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


def heard_from(headers: Mapping[str, str], wall_clock: Callable[[], datetime] = now) -> Heard:
    """What the headers say is left; nothing where they say nothing that can be read.

    Of several limits the one with the least left counts.
    """
    limit, remaining, reset = (_least(headers, field) for field in ("limit", "remaining", "reset"))
    if reset is not None and reset >= _A_TIME:
        reset = max(0, reset - math.floor(wall_clock().timestamp()))
    return Heard(_counted(limit), _counted(remaining), None if reset is None else float(reset))


def _counted(number: int | None) -> int | None:
    return None if number is None else min(number, _MOST)


def _least(headers: Mapping[str, str], field: str) -> int | None:
    combined = ",".join(headers.get(name, "") for name in ("ratelimit", "ratelimit-policy"))
    found = [int(number) for number in _FIELDS[field].findall(combined)]
    alone = (_LEADING.match(headers.get(f"{prefix}ratelimit-{field}", "")) for prefix in ("", "x-"))
    found += [int(match[1]) for match in alone if match]
    return min(found, default=None)


def _until(date: str, wall_clock: Callable[[], datetime]) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - wall_clock()).total_seconds())
