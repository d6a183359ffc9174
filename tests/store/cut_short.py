"""Cancels work at each of its awaits, one after another."""

from collections.abc import Coroutine, Generator
from typing import Any

import anyio


class _Counted(Generator[Any, Any, None]):
    """Passes everything on to work and back, and cancels a scope when the work waits for the n-th time."""

    def __init__(self, work: Coroutine[Any, Any, object], at: int, scope: anyio.CancelScope) -> None:
        self._work, self._left, self._scope = work, at, scope

    def __await__(self) -> Generator[Any, Any, None]:
        return self

    def send(self, value: Any, /) -> Any:
        return self._waiting_for(self._work.send(value))

    def throw(self, *exc: Any) -> Any:
        return self._waiting_for(self._work.throw(*exc))

    def _waiting_for(self, waited: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._scope.cancel()
        return waited


async def cut_short(work: Coroutine[Any, Any, object], at: int) -> bool:
    """Does the work, cancelled when it waits for the n-th time (from 1); whether it came to that."""
    with anyio.CancelScope() as scope:
        await _Counted(work, at, scope)
    return scope.cancel_called
