"""A window as bytes, and what becomes of one that was written before the machine or the store was started anew."""

import struct

from mcp_server.budget.groups import Group
from mcp_server.budget.window import FORGOTTEN, Said, Slot, Window
from mcp_server.state.cells import Cell, Moment

VERSION = 1
# Version and epoch; written at (now, wall), born; frozen until and for, reacted at; level, learned at; bucket; next at;
# interactive at; said limit, remaining (-1: nothing), until.
_HEAD = struct.Struct("<B8s3d dBd Bd 2d d d 2id")
_SLOT = struct.Struct("<dQ?")
_NOTHING = -1


def pack(window: Window, moment: Moment) -> bytes:
    """The window as it is written."""
    said = window.said
    head = _HEAD.pack(
        VERSION,
        moment.epoch,
        moment.now,
        moment.wall,
        window.born,
        window.frozen_until,
        window.frozen_for,
        window.reacted_at,
        window.level,
        window.learned_at,
        window.tokens,
        window.filled_at,
        window.next_at,
        window.interactive_at,
        _NOTHING if said.limit is None else said.limit,
        _NOTHING if said.remaining is None else said.remaining,
        said.until,
    )
    return head + b"".join(_SLOT.pack(slot.free_at, slot.token, slot.leased) for slot in window.slots)


def unpack(cell: Cell, moment: Moment, window: Window) -> Window:
    """The window as it was written, in the terms of `moment`.

    Args:
        cell: What was written; None, or bytes of another layout, leave the window new.
        moment: Now.
        window: A new one.
    """
    if cell is None or len(cell) < _HEAD.size or cell[0] != VERSION:
        return window
    (_, epoch, now, wall, window.born, window.frozen_until, window.frozen_for, window.reacted_at, window.level,
     window.learned_at, window.tokens, window.filled_at, window.next_at, window.interactive_at, limit, remaining,
     until) = _HEAD.unpack_from(cell)  # fmt: skip
    window.said = Said(None if limit < 0 else limit, None if remaining < 0 else remaining, until)
    if epoch != moment.epoch or now > moment.now:
        return _of_another_epoch(window, moment, now, wall)
    window.slots = [Slot(*slot) for slot in _SLOT.iter_unpack(memoryview(cell)[_HEAD.size :])]
    window.tidy(moment)
    return window


def _of_another_epoch(window: Window, moment: Moment, now: float, wall: float) -> Window:
    """What is left of it: lessons, and every slot held until a window after it was written, but no longer than that."""
    passed = max(0.0, moment.wall - wall)
    held_s = held_for(window.group, window.margin_s) - passed
    frozen_s = window.frozen_until - now - passed
    why = window.frozen_for if frozen_s >= held_s else FORGOTTEN
    kept = Window(window.group, window.margin_s, window.lease_s, moment.now)
    kept.level, kept.learned_at = window.level, window.learned_at
    kept.freeze(moment.now + max(held_s, frozen_s), why)
    kept.tokens, kept.filled_at = 1.0, kept.frozen_until
    kept.tidy(moment)
    return kept


def held_for(group: Group, margin_s: float) -> float:
    """Seconds after which slots that nobody remembers are surely free."""
    return 0.0 if group.limit is None else group.window_s + margin_s


def forgotten(cell: bytes) -> Cell:
    """The window without what was learned, if it is one; for an operator who wants to start afresh."""
    if len(cell) < _HEAD.size or cell[0] != VERSION:
        return cell
    _, epoch, now, wall, *_ = _HEAD.unpack_from(cell)
    moment = Moment(now, wall, epoch)
    window = unpack(cell, moment, Window(Group(""), 0, 0, 0))
    window.level, window.said = 0, Said()
    return pack(window, moment)
