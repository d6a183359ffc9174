"""The rate budget: a request asks for slots, waits a short time for them, or is told when to come back."""

import contextlib
import math
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

from mcp_server.budget.groups import Charge
from mcp_server.budget.ledger import IN_FLIGHT, MAX_IN_FLIGHT, Ending, GroupState, Ledger, Taken, Wait
from mcp_server.budget.window import FORGOTTEN, REFUSED, Heard, kept_from
from mcp_server.budget.window_record import forgotten
from mcp_server.errors import RateBudgetSpent, ServerBusy
from mcp_server.state.clock import Clock
from mcp_server.state.shielded import shielded

# Whoever waits looks again at least this often: slots are given back, and requests end sooner than they may.
LOOK_S = 1.0
# Of what is waited for, so that those who wait for the same slot do not all come at once.
JITTER_S = 0.02


@dataclass(slots=True)
class Lease:
    """The slots of one request, held until its end is known. Exactly one of the four ends is called.

    None of them is cut short by cancellation.
    """

    charge: Charge
    _ledger: Ledger = field(repr=False)
    _taken: Taken = field(repr=False)

    async def done(self, heard: Heard) -> None:
        """The response's headers are in; `heard` is what they say about the limit."""
        await self._end(Ending(heard=heard))

    async def lost(self) -> None:
        """Sent, and cut off before an answer: charged in full, and a little longer."""
        await self._end(Ending(answered=False))

    async def unsent(self) -> None:
        """Nothing reached the platform: the slots are free again."""
        await self._end(Ending(sent=False))

    async def refused(self, retry_after_s: float | None, heard: Heard) -> float:
        """The platform answered 429: holds back the most specific group, in every process.

        Args:
            retry_after_s: What the platform asked for, in seconds; None takes the group's window.
            heard: What its headers say about the limit.

        Returns:
            Seconds the group is held back for.
        """
        return await self._end(Ending(refused=True, asked_s=retry_after_s, heard=heard))

    async def _end(self, ending: Ending) -> float:
        return await shielded(self._ledger.end(self._taken, ending))


@dataclass(slots=True)
class Budget:
    """All limits, kept per account (one key at one platform) and shared by all processes that use the same state."""

    ledger: Ledger
    clock: Clock
    _in_flight: dict[str, anyio.Semaphore] = field(default_factory=dict[str, anyio.Semaphore], repr=False)

    @contextlib.asynccontextmanager
    async def lease(self, account: str, charge: Charge) -> AsyncGenerator[Lease]:
        """Slots for one request, at most `MAX_IN_FLIGHT` at a time for one account, in flight here until the exit.

        Raises:
            RateBudgetSpent: No slot comes free within `charge.max_wait_s`; nothing was sent.
            ServerBusy: None of the requests in flight ends within that time; nothing was sent.
        """
        gate = self._in_flight.setdefault(account, anyio.Semaphore(MAX_IN_FLIGHT))
        taken = await self._acquire(account, charge, gate)
        try:
            lease = Lease(charge, self.ledger, taken)
            try:
                await anyio.lowlevel.checkpoint_if_cancelled()
            except BaseException:
                await lease.unsent()
                raise
            yield lease
        finally:
            gate.release()

    async def _acquire(self, account: str, charge: Charge, gate: anyio.Semaphore) -> Taken:
        give_up = self.clock.now() + charge.max_wait_s
        while True:
            await self._enter(gate, charge, give_up)
            taken = await self._take(account, charge, gate)
            if isinstance(taken, Taken):
                return taken
            if self.clock.now() + taken.seconds > give_up:
                raise _spent(taken, charge)
            jitter = self.clock.uniform(0, JITTER_S)
            await self.clock.sleep(min(taken.seconds + jitter, LOOK_S))

    async def _take(self, account: str, charge: Charge, gate: anyio.Semaphore) -> Taken | Wait:
        """Slots, or what to wait for; without slots the place in flight is given up."""
        in_flight = False
        try:
            taken = await shielded(self.ledger.take(account, charge))
            in_flight = isinstance(taken, Taken)
            return taken
        finally:
            # Whoever waits for a slot must not hold up requests to other groups.
            if not in_flight:
                gate.release()

    async def _enter(self, gate: anyio.Semaphore, charge: Charge, give_up: float) -> None:
        with contextlib.suppress(anyio.WouldBlock):
            gate.acquire_nowait()
            return
        with anyio.move_on_after(give_up - self.clock.now()):
            await gate.acquire()
            return
        raise _busy(charge)

    def poll_s(self, charge: Charge) -> float:
        """Seconds between polls that use up what pollers may take of the tightest group of the charge."""
        groups = [self.ledger.groups[name] for name in charge.groups]
        return max(
            (group.window_s / (group.limit - kept_from(group.limit, "poll")) for group in groups if group.limit),
            default=0.0,
        )

    async def states(self, account: str, names: Iterable[str]) -> dict[str, GroupState]:
        """How each named group stands now for the account."""
        return await self.ledger.states(account, names)

    async def forget_lessons(self) -> None:
        """Forgets what 429s and headers have taught, for every account; slots that were taken stay taken.

        Raises:
            StateUnavailable: The shared state cannot be used now.
        """
        await self.ledger.cells.rewrite(forgotten)


def _busy(charge: Charge) -> ServerBusy:
    return ServerBusy(
        f"{MAX_IN_FLIGHT} requests to the platform of {charge.groups[0]} are under way, and none ended within "
        f"{round(charge.max_wait_s, 2):g} s, so nothing was sent. Call again once one of your other calls has been answered.",
        platform=_platform(charge.groups[0]),
    )


def _spent(wait: Wait, charge: Charge) -> RateBudgetSpent | ServerBusy:
    if wait.group == IN_FLIGHT.name:
        return _busy(charge)
    seconds = math.ceil(wait.seconds)
    return RateBudgetSpent(
        f"The rate budget of {wait.group} is {_why(wait)}, so nothing was sent. Call again in {seconds} s. "
        "Until then read_log on a captured log is free, and so are finished runs that were read before.",
        retry_after_s=seconds,
        platform=_platform(wait.group),
    )


def _why(wait: Wait) -> str:
    state = wait.state
    if wait.frozen_for == REFUSED:
        return "held back after the platform's 429"
    if wait.frozen_for == FORGOTTEN:
        return "held back because the record of earlier requests is lost"
    if state.limit is not None and state.used_here + state.used_elsewhere < state.limit:
        return "spent by the platform's own count" if state.said_remaining == 0 else "slowed down since a 429"
    users = {"this server": state.used_here, "others with the same key": state.used_elsewhere}
    by = " and ".join(f"{count} by {who}" for who, count in users.items() if count)
    return f"spent ({state.limit} per {state.window_s:g} s{f': {by}' if by else ''})"


def _platform(group: str) -> str:
    """The part of a group's name before the dot."""
    return group.partition(".")[0]
