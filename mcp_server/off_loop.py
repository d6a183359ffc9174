"""Work on large texts goes to a thread: while one call cleans megabytes, the others are still answered."""

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar, TypeVarTuple

import anyio
import anyio.lowlevel
import anyio.to_thread

ResultT = TypeVar("ResultT")
ItemT = TypeVar("ItemT")
ArgsT = TypeVarTuple("ArgsT")

INLINE_BYTES: Final = 64 * 1024
"""Up to this much text a call stays where it is: it takes a few milliseconds, too few for anybody to notice."""
_THREADS: Final = 4
"""At once: one interpreter gains nothing from more, and nobody waits behind them for files or names."""
LIMITER: Final[anyio.lowlevel.RunVar[anyio.CapacityLimiter]] = anyio.lowlevel.RunVar("sandscope_off_loop")
"""What is at work of each event loop, as the limiter that anyio itself uses."""


@dataclass(slots=True)
class _Ticket:
    """Of one piece of work in a thread: whether somebody still waits for it."""

    wanted: bool = True


_TICKET: Final[ContextVar[_Ticket | None]] = ContextVar("sandscope_ticket", default=None)


async def off_loop(size: int, call: Callable[[*ArgsT], ResultT], *args: *ArgsT) -> ResultT:
    """What `call` returns or raises, done in a thread if it is about much text.

    Cancelled, it ends at once; the call goes on unheard until it is done or out of items (`while_wanted`), so it must change
    nothing that others see.

    Args:
        size: Bytes or characters that the call is about.
        call: Does the work; a pure function, or one that changes only what it was given.
        args: Of the call.
    """
    if size <= INLINE_BYTES:
        return call(*args)
    limiter = LIMITER.get(None)
    if limiter is None:
        limiter = anyio.CapacityLimiter(_THREADS)
        LIMITER.set(limiter)
    ticket = _Ticket()
    try:
        return await anyio.to_thread.run_sync(_done, ticket, call, args, abandon_on_cancel=True, limiter=limiter)
    finally:
        ticket.wanted = False


def while_wanted(items: Iterable[ItemT]) -> Iterator[ItemT]:
    """The items; in a thread only as long as somebody waits for what is made of them."""
    ticket = _TICKET.get()
    for item in items:
        if ticket is not None and not ticket.wanted:
            return
        yield item


def _done(ticket: _Ticket, call: Callable[[*ArgsT], ResultT], args: tuple[*ArgsT]) -> ResultT:
    # In a copy of the caller's context, so nobody else sees it.
    _TICKET.set(ticket)
    return call(*args)
