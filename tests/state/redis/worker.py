"""Processes that share a Redis: `count URL TIMES` or `lease URL ACCOUNT TRIES AHEAD_S`, one for each line on stdin.

Each prints what came of its work. They are forked, because an import takes longer than what they do.
"""

import os
import sys
import time
from collections.abc import Sequence

import anyio
from pydantic import SecretStr

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import Ledger
from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent
from mcp_server.settings import Settings
from mcp_server.state.cells import Cell, Moment
from mcp_server.state.clock import Clock
from mcp_server.state.state import State, open_state

GROUPS = {"a.logs": Group("a.logs", 5, 60.0)}


async def count(state: State, times: int) -> int:
    """Adds to the cell `count`, one at a time."""

    def one_more(_moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
        number = int(cells[0] or 0) + 1
        return [str(number).encode()], number

    number = 0
    for _ in range(times):
        number = await state.cells.change(["count"], one_more, 1000.0)
    return number


async def lease(state: State, account: str, tries: int) -> int:
    """How many of so many requests the budget lets out."""
    budget = Budget(Ledger(state.cells, GROUPS, 30.0), state.clock)
    sent = 0
    for _ in range(tries):
        try:
            async with budget.lease(account, Charge(("a.logs",), max_wait_s=0.0)) as lease:
                sent += 1
                await lease.done(Heard())
        except RateBudgetSpent:
            continue
    return sent


async def work(what: str, url: str, *arguments: str) -> None:
    """Does it, by a clock that may be ahead."""
    ahead = float(arguments[2]) if what == "lease" else 0.0
    clock = Clock(now=lambda: time.monotonic() + ahead, wall=lambda: time.time() + ahead)
    state = open_state(Settings(redis_url=SecretStr(url)), clock)
    if what == "count":
        done = await count(state, int(arguments[0]))
    else:
        done = await lease(state, arguments[0], int(arguments[1]))
    await state.aclose()
    os.write(sys.stdout.fileno(), f"{arguments[0]} {done} {state.health.warnings()}\n".encode())


def main() -> None:
    """Forks, and fails if one of the processes did."""
    children: list[int] = []
    for line in sys.stdin.read().splitlines():
        child = os.fork()
        if child == 0:
            what, url, *arguments = line.split()
            anyio.run(work, what, url, *arguments)
            os._exit(0)
        children.append(child)
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    sys.exit(len(failed))


main()
