"""Time and chance as parameters: readings, a sleep that belongs to them, where jitter comes from, and how long to wait at all."""

import random
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio


@dataclass(eq=False, slots=True)
class Patience:
    """Whether there is time to wait: a server that is about to end has none, and who waits answers with what is known.

    Attributes:
        over: Whether it has ended.
    """

    over: bool = False
    _waiting: set[anyio.CancelScope] = field(default_factory=set[anyio.CancelScope], repr=False)

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Inside, waiting ends when patience does, or at once if it has."""
        with anyio.CancelScope() as scope:
            self._waiting.add(scope)
            if self.over:
                scope.cancel()
            try:
                yield
            finally:
                self._waiting.discard(scope)

    def end(self) -> None:
        """Wakes all who wait."""
        self.over = True
        for scope in self._waiting:
            scope.cancel()


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time.

    Attributes:
        now: Seconds that never go backwards, alike in every process of this machine until it is started anew.
        sleep: Lets some of them pass.
        wall: Seconds since 1970, which an operator may set back or forth.
        uniform: A random number between two.
        patience: Whether there is time for the sleeps of those who only wait.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    wall: Callable[[], float] = time.time
    uniform: Callable[[float, float], float] = random.uniform
    patience: Patience = field(default_factory=Patience)
