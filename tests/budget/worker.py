"""A process of its own that asks a server as often as the shared budget lets it: `python -m tests.budget.worker ...`.

Prints a line whenever it gets somewhere, so that a test can end it there.
"""

import argparse
import sys
from pathlib import Path

import anyio

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import Ledger
from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent
from mcp_server.state.clock import Clock
from mcp_server.state.health import Health
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.state.steady_cells import SteadyCells

GROUP = Group("a.logs", 20, 2.0)


def budget(directory: Path, margin_s: float = 0.05) -> Budget:
    """The budget as one of many processes has it."""
    clock = Clock()
    cells = SteadyCells(SqliteCells(lambda: directory, clock), "SANDSCOPE_STATE_DIR", Health(), clock)
    return Budget(Ledger(cells, {GROUP.name: GROUP}, 0.5, margin_s), clock)


def say(word: str) -> None:
    """Tells whoever reads how far it came."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def work(arguments: argparse.Namespace) -> None:
    """Sends `--requests` requests: a byte each to the server at `--port`, which answers with one."""
    mine = budget(arguments.directory)
    say("ready")
    for _ in range(arguments.requests):
        try:
            async with mine.lease(arguments.account, Charge((GROUP.name,), max_wait_s=arguments.patience)) as lease:
                say("taken")
                async with await anyio.connect_tcp("127.0.0.1", arguments.port) as stream:
                    await stream.send(b"?")
                    say("sent")
                    answer = await stream.receive()
                say("answered")
                await (lease.done(Heard()) if answer == b"+" else lease.refused(None, Heard()))
                say("done")
        except RateBudgetSpent:
            say("spent")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=Path)
    parser.add_argument("--port", type=int)
    parser.add_argument("--account", default="https://a me")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--patience", type=float, default=30.0)
    anyio.run(work, parser.parse_args())
