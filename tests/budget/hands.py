"""A budget whose clock only sleep moves, and short ways to spend of it."""

from collections.abc import Awaitable, Callable

import anyio.lowlevel

from mcp_server.budget.budget import Budget, Lease
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import GroupState, Ledger
from mcp_server.budget.window import Heard
from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock

ME, YOU = "https://a me", "https://a you"
GROUPS = {group.name: group for group in (Group("a.logs", 2, 60), Group("a.shared", 30, 60), Group("a.free", None, 45))}
LOGS, FREE = Charge(("a.logs", "a.shared")), Charge(("a.free",))


class Hands:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await anyio.lowlevel.checkpoint()


def over(clock: Clock) -> Budget:
    return Budget(Ledger(MemoryCells(clock), GROUPS, 30), clock)


async def done(lease: Lease) -> None:
    await lease.done(Heard())


def refused(asked_s: float | None) -> Callable[[Lease], Awaitable[object]]:
    return lambda lease: lease.refused(asked_s, Heard())


async def spend(
    budget: Budget, charge: Charge, end: Callable[[Lease], Awaitable[object]] = done, times: int = 1
) -> None:
    for _ in range(times):
        async with budget.lease(ME, charge) as lease:
            await end(lease)


async def stands(budget: Budget, name: str = "a.logs", account: str = ME) -> GroupState:
    return (await budget.states(account, (name,)))[name]
