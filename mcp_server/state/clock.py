"""Time and chance as parameters: readings, a sleep that belongs to them, and where jitter comes from."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time.

    Attributes:
        now: Seconds that never go backwards, alike in every process of this machine until it is started anew.
        sleep: Lets some of them pass.
        wall: Seconds since 1970, which an operator may set back or forth.
        uniform: A random number between two.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    wall: Callable[[], float] = time.time
    uniform: Callable[[float, float], float] = random.uniform
