"""Leased slots of one process: at most N in any window at the server, whatever the jitter.

A slot is taken before the send with a lease that outlives the request (`free_at = now + lease + window`) and is dated
from the response when that has come (`free_at = now + window + margin`). Counting from the response, not the send, is
what holds N per window at the server however long a request was under way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mcp_server.budget.groups import Charge, Group, Purpose

# Servers that stamp whole seconds see a window up to a second longer than ours.
MARGIN_S = 1.0
# What a request that was cut off may still do at the server.
LOST_S = 5.0
# Of each limit this share is kept from pollers (half of it) and bulk reads, 10 of 60 and 1 of 5 ...
RESERVE = 1 / 6
# ... until no interactive call has come for this many windows.
RESERVE_LAPSES = 2.0


@dataclass(frozen=True, slots=True)
class GroupState:
    """One group as it stands: `limit` after the cap (None: unlimited), free slots, seconds until the next is free."""

    limit: int | None
    window_s: float
    remaining: int | None
    resets_in_s: float


@dataclass(slots=True)
class _Window:
    group: Group
    free_at: list[float]
    frozen_until: float = float("-inf")
    interactive_at: float = float("-inf")

    def wait_s(self, now: float, purpose: Purpose) -> float:
        """Seconds until a slot may be taken; 0 is now."""
        kept = self._kept(now, purpose)
        slot_at = sorted(self.free_at)[kept] if self.free_at else now
        return max(0.0, slot_at - now, self.frozen_until - now)

    def _kept(self, now: float, purpose: Purpose) -> int:
        lapsed = now - self.interactive_at > RESERVE_LAPSES * self.group.window_s
        if purpose == "interactive" or lapsed:
            return 0
        reserve = round(len(self.free_at) * RESERVE)
        return min(reserve if purpose == "bulk" else reserve // 2, len(self.free_at) - 1)

    def take(self, until: float) -> int:
        slot = min(range(len(self.free_at)), key=self.free_at.__getitem__)
        self.free_at[slot] = until
        return slot

    def state(self, now: float) -> GroupState:
        if self.group.limit is None:
            return GroupState(None, self.group.window_s, None, max(0.0, self.frozen_until - now))
        busy = sorted(at for at in self.free_at if at > now)
        frozen = max(0.0, self.frozen_until - now)
        free = 0 if frozen else len(self.free_at) - len(busy)
        return GroupState(self.group.limit, self.group.window_s, free, max(frozen, busy[0] - now if busy else 0.0))


@dataclass(slots=True)
class Taken:
    """The slots of one request: account, and per group the slot's index."""

    account: str
    slots: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """No slots yet: the group that takes longest, the seconds until it may give one, whether a 429 holds it back."""

    group: str
    seconds: float
    frozen: bool = False


@dataclass(slots=True)
class SlotTable:
    """The slots of every (account, group) this process knows. Not thread-safe: used from one event loop."""

    groups: Mapping[str, Group]
    lease_s: float
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict[tuple[str, str], _Window], repr=False)

    def take(self, account: str, charge: Charge, now: float) -> Taken | Wait:
        """Takes a slot in every group of the charge, all or none; otherwise what to wait for."""
        windows = [self._window(account, name) for name in charge.groups]
        if charge.purpose == "interactive":
            for window in windows:
                window.interactive_at = now
        slowest = max(windows, key=lambda window: window.wait_s(now, charge.purpose))
        wait_s = slowest.wait_s(now, charge.purpose)
        if wait_s > 0:
            return Wait(slowest.group.name, wait_s, frozen=slowest.frozen_until - now >= wait_s)
        slots = [
            (window.group.name, window.take(now + self.lease_s + window.group.window_s))
            for window in windows
            if window.free_at
        ]
        return Taken(account, tuple(slots))

    def date(self, taken: Taken, now: float, extra_s: float) -> None:
        """Dates the slots from `now`: free again a window and `extra_s` later."""
        for name, slot in taken.slots:
            window = self._window(taken.account, name)
            window.free_at[slot] = now + window.group.window_s + extra_s

    def give_back(self, taken: Taken) -> None:
        """Frees the slots: nothing was sent."""
        for name, slot in taken.slots:
            self._window(taken.account, name).free_at[slot] = float("-inf")

    def freeze(self, account: str, name: str, until: float) -> None:
        """Lets nothing of the group out before `until`."""
        window = self._window(account, name)
        window.frozen_until = max(window.frozen_until, until)

    def states(self, account: str, names: Iterable[str], now: float) -> dict[str, GroupState]:
        """How each named group stands for the account."""
        return {name: self._window(account, name).state(now) for name in names}

    def _window(self, account: str, name: str) -> _Window:
        key = (account, name)
        if key not in self._windows:
            group = self.groups[name]
            self._windows[key] = _Window(group, [float("-inf")] * (group.limit or 0))
        return self._windows[key]
