"""Work that is done whole: a change half made known would be worse than an end that comes a little later."""

from collections.abc import Awaitable
from typing import TypeVar

import anyio

ResultT = TypeVar("ResultT")


async def shielded(work: Awaitable[ResultT]) -> ResultT:
    """The result; cancellation waits for it. Only for what is bounded in time by itself."""
    done: list[ResultT] = []
    with anyio.CancelScope(shield=True):
        done.append(await work)
    return done[0]
