"""Runs two independent requests at once; one that fails does not take the other with it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

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


async def together(
    first: Callable[[], Awaitable[FirstT]], second: Callable[[], Awaitable[SecondT]]
) -> tuple[FirstT | SandscopeError, SecondT | SandscopeError]:
    """Both results, each one possibly an error."""
    firsts: list[FirstT | SandscopeError] = []
    seconds: list[SecondT | SandscopeError] = []

    async def run_first() -> None:
        firsts.append(await attempt(first))

    async def run_second() -> None:
        seconds.append(await attempt(second))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run_first)
        tasks.start_soon(run_second)
    return firsts[0], seconds[0]
