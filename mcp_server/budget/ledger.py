"""The windows of every account, kept in shared cells: a request takes a slot in all of its groups, or in none."""

import dataclasses
import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Final, TypeVar

from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.window import FORGOTTEN, LEARNED_S, LOST_S, REFUSED, Heard, Slot, Window
from mcp_server.budget.window_record import held_for, pack, unpack
from mcp_server.state.cells import Cell, Cells, Moment
from mcp_server.state.clock import Clock

ResultT = TypeVar("ResultT")

# Servers that stamp whole seconds see a window up to a second longer than ours.
MARGIN_S = 1.0
# More than this at once for one token helps nobody and looks like an attack.
MAX_IN_FLIGHT = 8
IN_FLIGHT = Group("in flight", MAX_IN_FLIGHT, 0.0)
# A process that shares nothing assumes that so many others do the same.
ALONE_AMONG = 8
KEEP_S = LEARNED_S + 3600.0
_LOW = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Taken:
    """The slots of one request: the token that marks them, and when they were taken."""

    account: str
    charge: Charge
    token: int
    at: float


@dataclass(frozen=True, slots=True)
class Wait:
    """No slots yet: the group that takes longest, the seconds until it may give one, what holds it back."""

    group: str
    seconds: float
    state: "GroupState"
    frozen_for: int = 0


@dataclass(frozen=True, slots=True)
class GroupState:
    """One group as it stands.

    Attributes:
        limit: Requests per window, after the cap; None is unlimited.
        window_s: Seconds.
        remaining: Requests that could be sent now by somebody who waits for them; None is unlimited.
        resets_in_s: Seconds until one more may be sent; 0 if all are free.
        used_here: Slots held by this process.
        used_elsewhere: Slots held by other processes with the same key.
        said_limit: The limit the platform's headers name.
        said_remaining: What they said is left, less what was taken since.
        level: Lessons learned from 429s, 0 to 2.
        frozen: Whether the platform's 429 holds it back.
    """

    limit: int | None
    window_s: float
    remaining: int | None
    resets_in_s: float
    used_here: int = 0
    used_elsewhere: int = 0
    said_limit: int | None = None
    said_remaining: int | None = None
    level: int = 0
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a request.

    Attributes:
        sent: Whether anything may have reached the platform.
        answered: Whether the headers of a response came.
        refused: Whether it was a 429.
        asked_s: What a 429 asked to wait; None if nothing.
        heard: The response's rate-limit headers.
    """

    sent: bool = True
    answered: bool = True
    refused: bool = False
    asked_s: float | None = None
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True)
class Seen:
    """How a group stood, and when, in seconds of the clock."""

    state: GroupState
    seen_at: float


SEEN: Final[ContextVar[dict[tuple[str, str], Seen]]] = ContextVar("sandscope_seen_states")
"""By account and group, how groups stood when a request of this call had ended; set by whoever tells callers of it."""
SEEN_S: Final = 1.0
"""For so long that is as good as looking again."""


@dataclass(slots=True)
class Ledger:
    """Takes, dates and shows slots.

    Attributes:
        cells: Where windows are kept.
        groups: The limits, by name.
        lease_s: Longest time of one request.
        margin_s: Added to every window.
        clock: Tells how old what a call has seen is.
    """

    cells: Cells
    groups: Mapping[str, Group]
    lease_s: float
    margin_s: float = MARGIN_S
    clock: Clock = field(default_factory=Clock)
    _number: int = field(default_factory=lambda: random.SystemRandom().getrandbits(32))
    _counter: "count[int]" = field(default_factory=lambda: count(1), repr=False)
    _epochs: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    _strays: dict[str, tuple[Moment, list[Slot]]] = field(
        default_factory=dict[str, tuple[Moment, list[Slot]]], repr=False
    )

    @property
    def _owner(self) -> int:
        """Marks the tokens of this process; a forked one has its own mark."""
        return (self._number + os.getpid() & _LOW) << 32

    async def take(self, account: str, charge: Charge) -> Taken | Wait:
        """Takes a slot in every group of the charge, and a place in flight; otherwise tells what to wait for."""
        token = self._owner | next(self._counter)

        def rule(moment: Moment, windows: Sequence[Window]) -> Taken | Wait:
            now = moment.now
            if charge.purpose == "interactive":
                for window in windows:
                    window.interactive_at = now
            waits = [window.wait_s(now, charge.purpose) for window in windows]
            seconds = max(waits)
            if seconds > 0:
                slowest = windows[waits.index(seconds)]
                frozen_for = slowest.frozen_for if slowest.frozen_until - now >= seconds else 0
                return Wait(slowest.group.name, seconds, self._state(slowest, now), frozen_for)
            for window in windows:
                window.take(now, token)
            return Taken(account, charge, token, now)

        return await self._change(account, self._charged(charge), rule)

    async def end(self, taken: Taken, ending: Ending) -> float:
        """Dates the slots of a request by what became of it, and learns from it.

        Returns:
            Seconds its first group is held back for after a 429; 0 otherwise.
        """

        def rule(moment: Moment, windows: Sequence[Window]) -> tuple[float, dict[str, GroupState]]:
            in_flight, *charged = windows
            in_flight.give_back(taken.token)
            for window in charged:
                if ending.sent:
                    window.date(moment.now, taken.token, self.margin_s if ending.answered else LOST_S)
                else:
                    window.give_back(taken.token)
            charged[0].hear(moment.now, ending.heard)
            held_s = charged[0].refuse(moment, taken.at, ending.asked_s) if ending.refused else 0.0
            return held_s, {window.group.name: self._state(window, moment.now) for window in charged}

        held_s, states = await self._change(taken.account, self._charged(taken.charge), rule)
        now = self.clock.now()
        SEEN.get({}).update({(taken.account, name): Seen(state, now) for name, state in states.items()})
        return held_s

    async def states(self, account: str, names: Iterable[str]) -> dict[str, GroupState]:
        """How each named group stands for the account."""
        groups = [self.groups[name] for name in names]

        def rule(moment: Moment, windows: Sequence[Window]) -> dict[str, GroupState]:
            return {window.group.name: self._state(window, moment.now) for window in windows}

        return await self._change(account, groups, rule, write=False)

    def _charged(self, charge: Charge) -> list[Group]:
        return [IN_FLIGHT, *(self.groups[name] for name in charge.groups)]

    def _state(self, window: Window, now: float) -> GroupState:
        here = sum(slot.token & ~_LOW == self._owner for slot in window.slots)
        said = window.said
        return GroupState(
            limit=window.group.limit,
            window_s=window.group.window_s,
            remaining=window.remaining(now),
            resets_in_s=window.resets_in_s(now),
            used_here=here,
            used_elsewhere=len(window.slots) - here,
            said_limit=said.limit,
            said_remaining=said.remaining,
            level=window.level,
            frozen=window.frozen_for == REFUSED,
        )

    async def _change(
        self,
        account: str,
        groups: Sequence[Group],
        rule: Callable[[Moment, Sequence[Window]], ResultT],
        *,
        write: bool = True,
    ) -> ResultT:
        names = [f"window {account} {group.name}" for group in groups]

        def on_cells(
            moment: Moment, cells: Sequence[Cell]
        ) -> tuple[Sequence[Cell], tuple[Moment, Sequence[Window], ResultT]]:
            windows = [
                self._window(moment, name, group, cell) for name, group, cell in zip(names, groups, cells, strict=True)
            ]
            result = rule(moment, windows)
            after = [pack(window, moment) for window in windows] if write else cells
            return after, (moment, windows, result)

        moment, windows, result = await self.cells.change(names, on_cells, KEEP_S)
        if write:
            self._remember(names, moment, windows)
        return result

    def _window(self, moment: Moment, name: str, group: Group, cell: Cell) -> Window:
        if moment.alone and group.limit is not None and group is not IN_FLIGHT:
            group = dataclasses.replace(group, limit=max(1, group.limit // ALONE_AMONG))
        margin_s = 0.0 if group is IN_FLIGHT else self.margin_s
        window = unpack(cell, moment, Window(group, margin_s, self.lease_s, born=moment.now))
        if self._epochs.get(name, moment.epoch) != moment.epoch:
            # The state we knew is gone, so slots that others took are unknown: nothing for as long as they may last.
            window.freeze(window.born + held_for(group, margin_s), FORGOTTEN)
        then, strays = self._strays.get(name, (moment, []))
        if not moment.alone:
            # A change whose end could not be told may have been made there after all.
            held = {slot.token for slot in window.slots}
            passed = moment.wall - then.wall
            window.slots += [
                Slot(moment.now + left, slot.token, slot.leased)
                for slot in strays
                if (left := slot.free_at - then.now - passed) > 0 and slot.token not in held
            ]
        return window

    def _remember(self, names: Iterable[str], moment: Moment, windows: Iterable[Window]) -> None:
        for name, window in zip(names, windows, strict=True):
            if moment.alone:
                self._strays[name] = (moment, window.slots)
            else:
                self._epochs[name] = moment.epoch
                self._strays.pop(name, None)
