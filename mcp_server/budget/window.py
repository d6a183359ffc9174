"""One rate limit of one account: its leased slots, and what the platform's refusals and headers have taught.

A slot is taken before the send with a lease that outlives the request, and is dated from the response when that has come
(`free_at = now + window + margin`). Counting from the response, not the send, is what holds N per window at the server
however long a request was under way. Everything here is arithmetic on the moment handed in: no clock, no store.
"""

from dataclasses import dataclass, field

from mcp_server.budget.groups import Group, Purpose
from mcp_server.state.cells import Moment

# What a request that was cut off may still do at the server.
LOST_S = 5.0
# Of each limit this share is kept from pollers (half of it) and bulk reads, 10 of 60 and 1 of 5 ...
RESERVE = 1 / 6
# ... until no interactive call has come for this many windows, or where there is no window, for this many half minutes.
RESERVE_LAPSES = 2.0
HALF_MINUTE_S = 30.0
# A `Retry-After` or reset beyond this is taken as this.
MAX_FREEZE_S = 3600.0
# How long a lesson from a 429 is kept.
LEARNED_S = 86_400.0
# Whoever waits for a request of others to end looks again after so long.
LOOK_AGAIN_S = 0.05
# Requests under way at once after one lesson, and after two.
UNDER_WAY = {1: 2, 2: 1}
# After two lessons requests go one by one, this much slower than the limit's own pace.
SLOWER = 1.05
# Less than this is a matter of rounding, and far below every margin.
ROUNDING_S = 1e-6
FORGOTTEN, REFUSED = 1, 2
"""Why a window is frozen: earlier slots were lost with the state, or the platform answered 429."""


def kept_from(limit: int, purpose: Purpose) -> int:
    """Slots of a limit that are kept from requests of a purpose, in favour of those that somebody waits for."""
    reserve = round(limit * RESERVE)
    return max(0, min({"interactive": 0, "poll": reserve // 2, "bulk": reserve}[purpose], limit - 1))


@dataclass(slots=True)
class Slot:
    """A slot that is not free: when it will be, whose it is (`token`), and whether its request has no answer yet."""

    free_at: float
    token: int
    leased: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """What a response's rate-limit headers say: requests per window, requests left, seconds until there are more again."""

    limit: int | None = None
    remaining: int | None = None
    reset_s: float | None = None


@dataclass(slots=True)
class Said:
    """What the platform's headers said last: None where it says nothing; `remaining` counts down with what we take."""

    limit: int | None = None
    remaining: int | None = None
    until: float = 0.0


@dataclass(slots=True)
class Window:
    """The slots of one group for one account.

    Attributes:
        group: The limit.
        margin_s: Added to the window: servers that stamp whole seconds see it up to a second longer.
        lease_s: Longest time of one request.
        born: When its first slot was taken, in seconds of the shared clock.
        slots: Those that are not free.
        frozen_until: Nothing is sent before.
        frozen_for: `FORGOTTEN`, `REFUSED`, or 0.
        reacted_at: When a 429 was last learned from.
        level: Lessons learned: 0 none; 1 a bucket of a fifth of the limit beside the slots; 2 one request at a time.
        learned_at: Wall seconds of the last lesson.
        tokens: In the bucket, at `filled_at`.
        next_at: At level 2, when the next request may go.
        interactive_at: When somebody last waited for an answer.
        said: By the platform.
    """

    group: Group
    margin_s: float
    lease_s: float
    born: float
    slots: list[Slot] = field(default_factory=list[Slot])
    frozen_until: float = 0.0
    frozen_for: int = 0
    reacted_at: float = float("-inf")
    level: int = 0
    learned_at: float = 0.0
    tokens: float = 0.0
    filled_at: float = 0.0
    next_at: float = 0.0
    interactive_at: float = float("-inf")
    said: Said = field(default_factory=Said)

    def tidy(self, moment: Moment) -> None:
        """Drops what has lapsed: slots that are free, lessons of yesterday, headers of a window that is over."""
        now = moment.now
        self.slots = [slot for slot in self.slots if slot.free_at > now]
        if self.frozen_until <= now:
            self.frozen_for = 0
        if self.level and not 0 <= moment.wall - self.learned_at < LEARNED_S:
            self.level = 0
        if self.said.until <= now:
            self.said = Said(self.said.limit)

    def wait_s(self, now: float, purpose: Purpose) -> float:
        """Seconds until a slot may be taken, as far as is known; 0 is now."""
        seconds = max(self._slot_wait(now, purpose), self.frozen_until - now, self._pace_wait(now))
        return seconds if seconds > ROUNDING_S else 0.0

    def _slot_wait(self, now: float, purpose: Purpose) -> float:
        if self.group.limit is None:
            return 0.0
        kept = self._kept(now, purpose)
        left = self.said.remaining
        said = self.said.until - now if left is not None and left <= kept else 0.0
        over = len(self.slots) + kept - self.group.limit
        return max(said, sorted(map(self._due(now), self.slots))[over] - now if over >= 0 else 0.0)

    def _due(self, now: float) -> "Due":
        return Due(now, self.group.window_s + self.margin_s or LOOK_AGAIN_S)

    def _kept(self, now: float, purpose: Purpose) -> int:
        lapsed = now - self.interactive_at > RESERVE_LAPSES * (self.group.window_s or HALF_MINUTE_S)
        return 0 if lapsed else kept_from(self.group.limit or 0, purpose)

    def _pace_wait(self, now: float) -> float:
        """What the lessons learned add; requests under way may end at any time, so they are only looked at again."""
        under_way = sum(slot.leased for slot in self.slots)
        looks = LOOK_AGAIN_S if self.level and under_way >= UNDER_WAY[self.level] else 0.0
        if self.group.limit is None or not self.level:
            return looks
        if self.level > 1:
            return max(looks, self.next_at - now)
        return max(looks, (1 - self._filled(now)) / self._refill)

    @property
    def _refill(self) -> float:
        """Tokens a second: a fifth of the limit and one less than the limit, so that bucket and refill stay within it."""
        limit = self.group.limit or 1
        return max(limit - limit / 5 - 1, limit / 2) / self.group.window_s

    def _filled(self, now: float) -> float:
        most = max(1.0, (self.group.limit or 1) / 5)
        return min(most, self.tokens + max(0.0, now - self.filled_at) * self._refill)

    def take(self, now: float, token: int) -> None:
        """Leases a slot to a request that is about to be sent."""
        self.slots.append(Slot(now + self.lease_s + self.group.window_s, token))
        if self.level == 1:
            self.tokens, self.filled_at = self._filled(now) - 1, max(now, self.filled_at)
        if self.said.remaining is not None:
            self.said.remaining -= 1

    def date(self, now: float, token: int, extra_s: float) -> None:
        """Dates the slot from now: it is free a window and `extra_s` later. Nothing happens where its lease has lapsed."""
        if self.group.limit is None:
            self.give_back(token)
            return
        for slot in self.slots:
            if slot.token == token:
                slot.free_at, slot.leased = now + self.group.window_s + extra_s, False
        self.next_at = now + SLOWER * self.group.window_s / self.group.limit

    def give_back(self, token: int) -> None:
        """Frees the slot: nothing was sent."""
        held = len(self.slots)
        self.slots = [slot for slot in self.slots if slot.token != token]
        if self.level == 1:
            self.tokens += held - len(self.slots)
        if self.said.remaining is not None:
            self.said.remaining += held - len(self.slots)

    def refuse(self, moment: Moment, taken_at: float, asked_s: float | None) -> float:
        """Learns from a 429.

        Args:
            moment: When it came.
            taken_at: When its slot was taken; before the last lesson, it teaches nothing new.
            asked_s: What the platform asked to wait; None is a window, more than an hour is an hour.

        Returns:
            Seconds until anything may be sent.
        """
        seconds = self.group.window_s if asked_s is None else min(asked_s, MAX_FREEZE_S)
        if taken_at > self.reacted_at:
            # A server that counts refused requests too recovers only from a window without any.
            seconds = max(seconds, self.group.window_s) if self.level else seconds
            self.level = min(self.level + 1, 2)
            self.learned_at, self.reacted_at = moment.wall, moment.now
            # The platform's own word is that one may go then.
            self.tokens, self.filled_at = 1.0, moment.now + seconds
        self.freeze(moment.now + seconds, REFUSED)
        return self.frozen_until - moment.now

    def freeze(self, until: float, why: int) -> None:
        """Lets nothing out before `until`."""
        if until > self.frozen_until:
            self.frozen_until, self.frozen_for = until, why

    def hear(self, now: float, heard: Heard) -> None:
        """Keeps to what a response says is left, where that is less than ours; requests under way may not be in it."""
        self.said.limit = heard.limit or self.said.limit
        if heard.remaining is None:
            return
        under_way = sum(slot.leased for slot in self.slots)
        reset_s = self.group.window_s if heard.reset_s is None else min(heard.reset_s, MAX_FREEZE_S)
        self.said.remaining = max(0, heard.remaining - under_way)
        self.said.until = now + reset_s

    def remaining(self, now: float) -> int | None:
        """Requests that could be sent now by somebody who waits for them; None is without a limit."""
        if self.group.limit is None:
            return None
        if self.frozen_until > now:
            return 0
        bounds = [self.group.limit - len(self.slots)]
        if self.said.remaining is not None:
            bounds.append(self.said.remaining)
        if self.level == 1:
            bounds.append(int(self._filled(now)))
        if self.level > 1:
            bounds.append(int(self._pace_wait(now) <= 0))
        return max(0, min(bounds))

    def resets_in_s(self, now: float) -> float:
        """Seconds until one more than now may be sent; 0 if all are free."""
        due = min(map(self._due(now), self.slots), default=now) if self.group.limit is not None else now
        return max(0.0, self.frozen_until - now, due - now)


@dataclass(frozen=True, slots=True)
class Due:
    """When a slot is free, as far as is known: a request under way may be answered at any moment."""

    now: float
    after_s: float

    def __call__(self, slot: Slot) -> float:
        """Seconds of the shared clock."""
        return min(slot.free_at, self.now + self.after_s) if slot.leased else slot.free_at
