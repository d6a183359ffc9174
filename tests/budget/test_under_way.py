"""At most eight requests of one key are under way at once, in all processes together."""

import anyio
import pytest

from mcp_server.budget.budget import MAX_IN_FLIGHT, Budget
from mcp_server.budget.groups import Charge
from mcp_server.budget.ledger import Ledger
from mcp_server.errors import ServerBusy
from tests.budget.hands import FREE, GROUPS, ME, YOU, Hands, done, spend

pytestmark = pytest.mark.anyio


class Crowd:
    """Requests of one account that are under way until they are let go."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.inside = 0
        self.let_go = anyio.Event()

    def process(self) -> Budget:
        return self.budget

    async def request(self) -> None:
        async with self.process().lease(ME, FREE) as lease:
            self.inside += 1
            await self.let_go.wait()
            await done(lease)


async def test_at_most_eight_requests_of_one_account_are_under_way(budget: Budget) -> None:
    crowd = Crowd(budget)
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(crowd.request)
        await anyio.wait_all_tasks_blocked()
        assert crowd.inside == MAX_IN_FLIGHT == 8
        async with budget.lease(YOU, FREE) as lease:
            await done(lease)
        crowd.let_go.set()
    assert crowd.inside == 20


async def test_a_call_that_finds_eight_under_way_is_told_so_when_none_ends_in_time(budget: Budget) -> None:
    crowd = Crowd(budget)
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(crowd.request)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ServerBusy, match=r"none ended within 0\.01 s, so nothing was sent"):
            await spend(budget, Charge(("a.free",), max_wait_s=0.01))
        crowd.let_go.set()


class Elsewhere(Crowd):
    """The same, each in a process of its own."""

    def process(self) -> Budget:
        return Budget(Ledger(self.budget.ledger.cells, GROUPS, 30), self.budget.clock)


async def test_eight_requests_of_other_processes_are_as_many_under_way(budget: Budget, hands: Hands) -> None:
    crowd = Elsewhere(budget)
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(crowd.request)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ServerBusy, match=r"8 requests to the platform of a\.free are under way"):
            await spend(budget, Charge(("a.free",), max_wait_s=0.5))
        assert sum(hands.slept) == pytest.approx(0.5)
        crowd.let_go.set()
