"""Waits for a run to end, for a bounded time, and gives back what is known by then.

Whoever waits for the same run, in whatever process, shares the looks at it (`store/sightings.py`).
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from mcp_server.budget.budget import Budget
from mcp_server.errors import SandscopeError
from mcp_server.platforms.base import LEAVE
from mcp_server.platforms.codegen.api import INTERACTIVE_WAIT_S, READS, CodegenApi, charge
from mcp_server.platforms.codegen.models import Run
from mcp_server.state.clock import Clock
from mcp_server.state.shielded import shielded
from mcp_server.store.read_through import ModelCodec, Question, ReadThrough
from mcp_server.store.sightings import PEEK_S, TURN_S, Sighting, Sightings, Turn

# A call is given up at 55 s, and the handle would be lost with it.
LONGEST_S = 53.0
# Even a call that may not wait takes this long to see what it has started.
FIRST_LOOK_S = 3.0
# The last look comes so long before the end, for its answer to be in by then.
LAST_LOOK_S = 1.0
# The last sight of a run, for those who saw only that there was one.
KEPT_S = 600.0

# Seconds waited so far, seconds to wait at most, what is known.
Report = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The whole time of one call: from its start to when it must answer."""

    clock: Clock
    started_at: float
    seconds: float

    @classmethod
    def of(cls, clock: Clock, seconds: float) -> "Allowance":
        """An allowance that starts now."""
        return cls(clock, clock.now(), min(seconds, LONGEST_S))

    @property
    def left_s(self) -> float:
        """Seconds left to wait, never negative."""
        return max(0.0, self.started_at + self.seconds - self.clock.now())

    @property
    def look_s(self) -> float:
        """Seconds one look may take: what is left, or a little, but never beyond the longest call or one's turn."""
        longest = max(0.0, self.started_at + LONGEST_S - self.clock.now())
        return min(max(self.left_s, FIRST_LOOK_S), longest, TURN_S)

    @property
    def slot_wait_s(self) -> float:
        """How long the call may wait for a slot to start with."""
        return min(INTERACTIVE_WAIT_S, self.left_s)


@dataclass(frozen=True, slots=True)
class Glance:
    """What one who watches a run sees of it: the run, if anybody has seen it, and seconds until there may be more."""

    run: Run | None
    wait_s: float


@dataclass(frozen=True, slots=True)
class Poller:
    """Looks at runs for all who wait.

    Attributes:
        api: Whom to ask.
        account: Whom looks are charged to.
        budget: Tells how often they may be.
        sightings: Whose turn it is, and what was seen.
        known: Where the last sight of a run is kept.
        codec: How.
    """

    api: CodegenApi
    account: str
    budget: Budget
    sightings: Sightings
    known: ReadThrough
    codec: ModelCodec[Run]

    async def now(self, org: int, run_id: int) -> Run:
        """The run as Codegen tells it now, told to all who wait for it."""
        run = await self.api.run(org, run_id)
        await self.tell(org, run)
        return run

    async def first(self, org: int, run_id: int) -> Run:
        """The run as it was last seen by somebody who waits for it, or as Codegen tells it now.

        Of several who begin to wait at once, one looks; the others wait a little for what it sees.
        """
        clock = self.sightings.clock
        given_up_at = clock.now() + FIRST_LOOK_S
        turn = await self._turn(org, run_id)
        # Whose next turn is further away than a peek is told of by nobody now: who looked saw nothing.
        while not turn.look and turn.last is None and turn.wait_s <= PEEK_S and clock.now() < given_up_at:
            with clock.patience.waiting():
                await clock.sleep(turn.wait_s)
            if clock.patience.over:
                break
            turn = await self._turn(org, run_id)
        if turn.look:
            return await self._first_look(org, run_id)
        kept = await self._kept(org, run_id) if turn.last is not None else None
        return kept or await self.now(org, run_id)

    async def _first_look(self, org: int, run_id: int) -> Run:
        told = False
        try:
            run = await self.now(org, run_id)
            told = True
        finally:
            if not told:
                await shielded(self.sightings.missed(self.account, _name(org, run_id)))
        return run

    async def seen(self, org: int, run: Run, allowance: Allowance) -> Run:
        """The run after one look, or as somebody else has just seen it; as it was known, where neither tells more."""
        turn = await self._turn(org, run.id)
        if turn.look or turn.last is None:
            return await self._look(org, run, allowance)
        return await self._told(org, run, turn.last)

    async def glance(self, org: int, run_id: int) -> Glance:
        """The run after a look, if it is our turn, or as another who waits for it has seen it.

        Raises:
            SandscopeError: It was our turn, and the look failed.
        """
        turn = await self._turn(org, run_id)
        if turn.look:
            return Glance(await self._asked(org, run_id, TURN_S, TURN_S), turn.wait_s)
        if turn.last is None:
            return Glance(None, turn.wait_s)
        run = await self._read(org, run_id, turn.last)
        if run is None:
            # How a run ended is more than a status: until that is known, it counts as going on.
            run = Run(id=run_id, organization_id=org, status="running" if turn.last.finished else turn.last.status)
        return Glance(run, turn.wait_s)

    async def wait_for(self, org: int, run: Run, allowance: Allowance, report: Report) -> Run:
        """The run when it has ended, or as it was last seen when time or patience is over, or the call has leave not to wait.

        A look that fails is not the end of the wait: the run goes on whether we see it or not.
        """
        leave = LEAVE.get()
        if leave is not None and not run.finished and allowance.left_s > 0:
            leave.taken = True
            return run
        known_at = float("-inf")
        patience = allowance.clock.patience
        while not run.finished and allowance.left_s > 0 and not patience.over:
            await report(allowance.seconds - allowance.left_s, allowance.seconds, f"run {run.id}: {run.normal_status}")
            turn = await self._turn(org, run.id, hurry=allowance.left_s <= LAST_LOOK_S)
            if turn.look:
                run = await self._look(org, run, allowance)
            elif turn.last is not None and turn.last.at > known_at:
                known_at = turn.last.at
                run = await self._told(org, run, turn.last)
            if not run.finished:
                left_s = allowance.left_s
                with patience.waiting():
                    await allowance.clock.sleep(min(turn.wait_s, max(left_s - LAST_LOOK_S, min(left_s, 0.5))))
        return run

    async def _turn(self, org: int, run_id: int, *, hurry: bool = False) -> Turn:
        look_s = self.budget.poll_s(charge(READS))
        return await self.sightings.turn(self.account, _name(org, run_id), look_s, hurry=hurry)

    async def _look(self, org: int, run: Run, allowance: Allowance) -> Run:
        """The run as Codegen tells it now; as it was known, where that cannot be read in time."""
        look_s = allowance.look_s
        with contextlib.suppress(SandscopeError):
            return await self._asked(org, run.id, look_s, min(allowance.left_s, look_s)) or run
        return run

    async def _asked(self, org: int, run_id: int, look_s: float, slot_wait_s: float) -> Run | None:
        """The run as Codegen tells it now, told to all who wait for it; None where that takes longer than `look_s`."""
        cost = charge(READS, purpose="poll", max_wait_s=slot_wait_s)
        seen: Run | None = None
        told = False
        try:
            with anyio.move_on_after(look_s):
                seen = await self.api.run(org, run_id, cost)
                await self._tell(org, seen)
                told = True
        finally:
            if not told:
                await shielded(self.sightings.missed(self.account, _name(org, run_id)))
        return seen

    async def tell(self, org: int, run: Run) -> None:
        """Tells all who wait for the run what is known of it now; where nobody does or has lately, there is none to tell."""
        if await self.sightings.wanted(self.account, _name(org, run.id)):
            await self._tell(org, run)

    async def _tell(self, org: int, run: Run) -> None:
        await self.known.keep(self._question(org, run.id), run)
        await self.sightings.saw(self.account, _name(org, run.id), run.status or "", finished=run.finished)

    async def _told(self, org: int, run: Run, last: Sighting) -> Run:
        """The run as another process saw it; where that can be had from nowhere now, what is known with the status it saw."""
        return await self._read(org, run.id, last) or run.model_copy(update={"status": last.status})

    async def _read(self, org: int, run_id: int, last: Sighting) -> Run | None:
        """The run as another process kept it; where it ended and that was not kept, as Codegen tells it."""
        kept = await self._kept(org, run_id)
        if kept is not None and (kept.finished or not last.finished):
            return kept
        if last.finished:
            with contextlib.suppress(SandscopeError):
                run = await self.api.run(org, run_id, charge(READS, purpose="poll"))
                await self._tell(org, run)
                return run
        return None

    async def _kept(self, org: int, run_id: int) -> Run | None:
        return await self.known.known(self._question(org, run_id))

    def _question(self, org: int, run_id: int) -> Question[Run]:
        return Question(
            f"run {self.account} {_name(org, run_id)}",
            lambda: self.api.run(org, run_id),
            self.codec,
            lambda _: KEPT_S,
        )


def _name(org: int, run_id: int) -> str:
    return f"{org} {run_id}"
