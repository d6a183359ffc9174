"""Runs independent requests at once; one that fails does not take the others with it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

import anyio

from mcp_server.errors import SandscopeError

FirstT = TypeVar("FirstT")
SecondT = TypeVar("SecondT")
ResultT = TypeVar("ResultT")


async def attempt(call: Callable[[], Awaitable[ResultT]]) -> ResultT | SandscopeError:
    """The result of a call, or the error it ended with, as a value."""
    try:
        return await call()
    except SandscopeError as exc:
        return exc


async def all_of(calls: Sequence[Callable[[], Awaitable[ResultT]]]) -> list[ResultT | SandscopeError]:
    """All results in the order of their calls, each one possibly an error."""
    results: dict[int, ResultT | SandscopeError] = {}

    async def run(position: int, call: Callable[[], Awaitable[ResultT]]) -> None:
        results[position] = await attempt(call)

    async with anyio.create_task_group() as tasks:
        for position, call in enumerate(calls):
            tasks.start_soon(run, position, call)
    return [results[position] for position in range(len(calls))]


async def together(
    first: Callable[[], Awaitable[FirstT]], second: Callable[[], Awaitable[SecondT]]
) -> tuple[FirstT | SandscopeError, SecondT | SandscopeError]:
    """Both results, each one possibly an error."""
    calls: tuple[Callable[[], Awaitable[FirstT | SecondT]], ...] = (first, second)
    one, other = await all_of(calls)
    return cast("FirstT | SandscopeError", one), cast("SecondT | SandscopeError", other)
