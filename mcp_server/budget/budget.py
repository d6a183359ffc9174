"""The rate budget: a request asks for slots, waits a short time for them, or is told when to come back."""

import contextlib
import math
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

import anyio

from mcp_server.budget.clock import Clock
from mcp_server.budget.groups import Charge
from mcp_server.budget.slots import LOST_S, MARGIN_S, GroupState, SlotTable, Taken, Wait
from mcp_server.errors import RateBudgetSpent, ServerBusy

# More than this at once for one token helps nobody and looks like an attack.
MAX_IN_FLIGHT = 8
# A `Retry-After` beyond this is taken as this.
MAX_FREEZE_S = 3600.0


@dataclass(slots=True)
class Lease:
    """The slots of one request, held until its end is known. Exactly one of the three ends is called."""

    charge: Charge
    _budget: "Budget" = field(repr=False)
    _taken: Taken = field(repr=False)

    def done(self) -> None:
        """The response's headers are in."""
        self._budget.table.date(self._taken, self._budget.clock.now(), MARGIN_S)

    def lost(self) -> None:
        """Sent, and cut off before an answer: charged in full, and a little longer."""
        self._budget.table.date(self._taken, self._budget.clock.now(), LOST_S)

    def unsent(self) -> None:
        """Nothing reached the platform: the slots are free again."""
        self._budget.table.give_back(self._taken)

    def refused(self, retry_after_s: float | None) -> float:
        """The platform answered 429: freezes the most specific group.

        Args:
            retry_after_s: What the platform asked for, in seconds; None takes the group's window.

        Returns:
            Seconds the group is frozen for.
        """
        self.done()
        return self._budget.freeze(self._taken.account, self.charge, retry_after_s)


@dataclass(slots=True)
class Budget:
    """All limits of this process, kept per account (one key at one platform)."""

    table: SlotTable
    clock: Clock
    _in_flight: dict[str, anyio.Semaphore] = field(default_factory=dict[str, anyio.Semaphore], repr=False)

    @contextlib.asynccontextmanager
    async def lease(self, account: str, charge: Charge) -> AsyncGenerator[Lease]:
        """Slots for one request, at most `MAX_IN_FLIGHT` requests at a time for one account, in flight until the exit.

        Raises:
            RateBudgetSpent: No slot comes free within `charge.max_wait_s`; nothing was sent.
            ServerBusy: None of the requests in flight ends within that time; nothing was sent.
        """
        gate = self._in_flight.setdefault(account, anyio.Semaphore(MAX_IN_FLIGHT))
        lease = await self._acquire(account, charge, gate)
        try:
            yield lease
        finally:
            gate.release()

    async def _acquire(self, account: str, charge: Charge, gate: anyio.Semaphore) -> Lease:
        give_up = self.clock.now() + charge.max_wait_s
        while True:
            await self._enter(gate, charge, give_up)
            now = self.clock.now()
            taken = self.table.take(account, charge, now)
            if isinstance(taken, Taken):
                return Lease(charge, self, taken)
            # Whoever waits for a slot is not in flight, and must not hold up requests to other groups.
            gate.release()
            if now + taken.seconds > give_up:
                raise self._spent(taken)
            await self.clock.sleep(taken.seconds)

    async def _enter(self, gate: anyio.Semaphore, charge: Charge, give_up: float) -> None:
        with contextlib.suppress(anyio.WouldBlock):
            gate.acquire_nowait()
            return
        with anyio.move_on_after(give_up - self.clock.now()):
            await gate.acquire()
            return
        raise ServerBusy(
            f"{MAX_IN_FLIGHT} requests of {charge.groups[0]} and its like are under way, and none ended within "
            f"{round(charge.max_wait_s, 2):g} s; nothing was sent. Call again when one of your calls has been answered.",
            platform=_platform(charge.groups[0]),
        )

    def freeze(self, account: str, charge: Charge, retry_after_s: float | None) -> float:
        """Freezes the charge's first group for `retry_after_s` (at most an hour; None: its window)."""
        name = charge.groups[0]
        seconds = self.table.groups[name].window_s if retry_after_s is None else min(retry_after_s, MAX_FREEZE_S)
        self.table.freeze(account, name, self.clock.now() + seconds)
        return seconds

    def states(self, account: str, names: Iterable[str]) -> dict[str, GroupState]:
        """How each named group stands now for the account."""
        return self.table.states(account, names, self.clock.now())

    def _spent(self, wait: Wait) -> RateBudgetSpent:
        seconds = math.ceil(wait.seconds)
        group = self.table.groups[wait.group]
        why = "held back after the platform's 429" if wait.frozen else f"spent ({group.limit} per {group.window_s:g} s)"
        return RateBudgetSpent(
            f"The rate budget of {wait.group} is {why}; nothing was sent. Call again in {seconds} s. "
            "Meanwhile read_log on a log already captured is free.",
            retry_after_s=seconds,
            platform=_platform(wait.group),
        )


def _platform(group: str) -> str:
    """The part of a group's name before the dot."""
    return group.partition(".")[0]
