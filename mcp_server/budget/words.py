"""How rate limits stand, in few words: for the operator every group, for an agent only what is nearly spent."""

import math
from collections.abc import Mapping

from mcp_server.budget.ledger import GroupState

# An agent is told of a group when less than this share of it is left.
LOW = 0.25


def standing(state: GroupState) -> str:
    """One group: what is left, who used the rest, what the platform says, what holds it back."""
    if state.limit is None:
        parts = ["no limit known"]
    else:
        parts = [f"{state.remaining} of {state.limit} per {state.window_s:g} s left"]
        if state.used_here or state.used_elsewhere:
            parts.append(f"used {state.used_here} here, {state.used_elsewhere} elsewhere")
    if state.said_remaining is not None:
        of = f" of {state.said_limit}" if state.said_limit is not None else ""
        parts.append(f"the platform says {state.said_remaining}{of} left")
    elif state.said_limit is not None:
        parts.append(f"the platform says {state.said_limit} in all")
    if state.frozen:
        parts.append(f"held back by its 429 for {math.ceil(state.resets_in_s)} s")
    elif state.level:
        parts.append("slowed down since a 429")
    return ", ".join(parts)


def nearly_spent(states: Mapping[str, GroupState]) -> str:
    """One short line about the groups of which less than a quarter is left; empty if there is none."""
    low = [
        f"{name} {state.remaining} of {state.limit} left, next in {math.ceil(state.resets_in_s)} s"
        for name, state in states.items()
        if state.limit is not None and state.remaining is not None and state.remaining < state.limit * LOW
    ]
    return f"Rate budget: {'; '.join(low)}." if low else ""
