"""A ledger decides the same over Redis as over cells in memory."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.ledger import Ending, Ledger, Taken
from mcp_server.budget.window import Heard
from mcp_server.budget.window_record import forgotten
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from tests.state.redis.server import RedisServer
from tests.state.redis.shifted_cells import ShiftedCells

pytestmark = pytest.mark.anyio

GROUPS = {
    group.name: group
    for group in (Group("a.one", 1, 10.0), Group("a.few", 6, 60.0), Group("a.many", 30), Group("a.free"))
}
ACCOUNTS = ("https://a.example me", "https://a.example you")
# With one number both mark what they take alike.
NUMBER = 7


@dataclass(frozen=True)
class Take:
    """Asks for slots."""

    account: str
    charge: Charge

    async def of(self, ledger: Ledger, _taken: list[Taken]) -> object:
        return await ledger.take(self.account, self.charge)


@dataclass(frozen=True)
class End:
    """Ends one of the requests before, perhaps for the second time."""

    which: int
    ending: Ending

    async def of(self, ledger: Ledger, taken: list[Taken]) -> object:
        return await ledger.end(taken[self.which % len(taken)], self.ending) if taken else None


@dataclass(frozen=True)
class Pass:
    """Lets seconds pass."""

    seconds: float


@dataclass(frozen=True)
class Forget:
    """Forgets what was learned."""

    async def of(self, ledger: Ledger, _taken: list[Taken]) -> object:
        await ledger.cells.rewrite(forgotten)


charges = st.builds(
    Charge,
    st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from(list[Purpose](["interactive", "poll", "bulk"])),
)
left = st.none() | st.integers(0, 5)
endings = st.builds(
    Ending,
    sent=st.booleans(),
    answered=st.booleans(),
    refused=st.booleans(),
    asked_s=st.none() | st.sampled_from([0.0, 3.0, 90.0, 1e9]),
    heard=st.builds(Heard, limit=left, remaining=left, reset_s=st.none() | st.sampled_from([0.0, 20.0])),
)
takes = st.builds(Take, st.sampled_from(ACCOUNTS), charges)
passing = st.builds(Pass, st.sampled_from([0.5, 11.0, 70.0, 1000.0]))
steps = st.lists(takes | takes | st.builds(End, st.integers(0, 9), endings) | passing | st.just(Forget()), max_size=40)


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_any_sequence_of_requests_is_answered_alike(
    server: RedisServer, open_cells: Callable[[], Cells], steps: list[Take | End | Forget | Pass]
) -> None:
    server.ask("FLUSHALL")
    shared = ShiftedCells(open_cells())
    # Memory goes by the moment that Redis told just before.
    memory = MemoryCells(Clock(now=lambda: shared.moment.now, wall=lambda: shared.moment.wall))
    over_redis, over_memory = (Ledger(cells, GROUPS, 30.0, _number=NUMBER) for cells in (shared, memory))
    taken: list[Taken] = []
    for step in steps:
        if isinstance(step, Pass):
            shared.ahead += step.seconds
            continue
        answer = await step.of(over_redis, taken)
        assert await step.of(over_memory, taken) == answer
        if isinstance(answer, Taken):
            taken.append(answer)
        for account in ACCOUNTS:
            states = await over_redis.states(account, GROUPS)
            assert await over_memory.states(account, GROUPS) == states
