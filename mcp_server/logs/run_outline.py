"""The outline of a run: a row per step, an equal slice of each, the rest of the room to the telling ones."""

from collections.abc import Sequence
from typing import Final

from mcp_server.logs.blocks import numbered
from mcp_server.logs.run_facts import RunFacts, is_error_type, span_text
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.tokens import cut, estimate

SLOW_S: Final = 10
"""Seconds from which a wait between steps is told."""
MIN_SLICE: Final = 10
"""Tokens of a step's text below which an outline is no use."""
_LAST_STEPS: Final = 2
_NUMBERED_ROOM: Final = 60
"""Tokens a step must have on average for its row to carry its line number."""
_TOOL_CHARS: Final = 40
_REPEATED: Final = 0.5
"""Weight of a step that neither begins nor ends the repetition it belongs to."""
_KEY_TYPES: Final = frozenset({"FINAL_ANSWER", "AGENT_RUN_LINK", "PR_CREATION_FAILED"})


def outline(run: CapturedRun, facts: RunFacts, room: int) -> list[str]:
    """A row per step: an equal slice for each, and the rest of the room to the telling ones."""
    weights = _weights(run, facts)
    heads = [_step_head(run, facts, n) for n in range(len(run.entries))]
    if room >= _NUMBERED_ROOM * len(heads):
        # In a long run the line numbers would cost as much as the text of a step.
        heads = [numbered(entry.first, head) for entry, head in zip(run.entries, heads, strict=True)]
    costs = [estimate(head) + 2 for head in heads]
    shown = _affordable(weights, costs, room)
    spare = room - sum(costs[n] for n in shown)
    texts = {n: _step_text(run, facts, n) for n in shown}
    needs = {n: min(estimate(texts[n][: 16 * room]), room) for n in shown}
    split = shares(needs, {n: weights[n] for n in shown}, spare)
    return [f"{heads[n]} {_slice(texts[n], split[n])}".rstrip() for n in sorted(shown)]


def _weights(run: CapturedRun, facts: RunFacts) -> list[float]:
    last = len(run.entries) - 1
    repeated = {n for steps in facts.loops for n in steps[1:-1]}
    first_failing = min(facts.failing, default=-1)
    weights: list[float] = []
    for n, entry in enumerate(run.entries):
        weight = 1.0
        if n in (first_failing, first_failing - 1) or is_error_type(entry) or entry.type.upper() in _KEY_TYPES:
            weight = 2.5
        elif n in repeated:
            weight = _REPEATED
        elif n in facts.failing or n > last - _LAST_STEPS:
            weight = 1.6
        weights.append(weight)
    return weights


def _affordable(weights: Sequence[float], costs: Sequence[int], room: int) -> list[int]:
    """Steps that get a row: all, or the most telling and then evenly spread ones."""
    everyone = range(len(weights))
    if sum(costs) + MIN_SLICE * len(costs) <= room:
        return list(everyone)
    # What only repeats makes way for what does not, and for more of its text.
    everyone = [n for n in everyone if weights[n] > _REPEATED]
    # Bit-reversed order spreads whatever number fits evenly over the run.
    order = sorted(everyone, key=lambda n: (-weights[n], int(f"{n:020b}"[::-1], 2)))
    shown: list[int] = []
    for n in order:
        if (room := room - costs[n] - MIN_SLICE) < 0:
            break
        shown.append(n)
    return shown


def shares(needs: dict[int, int], weights: dict[int, float], spare: int) -> dict[int, int]:
    """Split tokens by weight, never more than a step needs; what one leaves goes to the others."""
    shares = dict.fromkeys(needs, 0)
    open_steps = sorted(needs, key=lambda n: needs[n] / weights[n])
    total = sum(weights[n] for n in open_steps)
    for n in open_steps:
        share = min(needs[n], int(spare * weights[n] / total))
        shares[n] = share
        spare -= share
        total -= weights[n]
    return shares


def _step_head(run: CapturedRun, facts: RunFacts, n: int) -> str:
    entry = run.entries[n]
    gap = facts.gaps[n]
    waited = f" +{span_text(gap)}" if gap is not None and gap >= SLOW_S else ""
    kind = entry.type if entry.type != facts.usual_type else ""
    return " ".join(part for part in (f"#{entry.number}", kind, entry.tool[:_TOOL_CHARS]) if part) + waited + ":"


def _step_text(run: CapturedRun, facts: RunFacts, n: int) -> str:
    entry = run.entries[n]
    lines = run.log.lines
    text = " / ".join(line.strip() for line in lines[entry.first : entry.last] if line.strip()).removeprefix(
        "thought: "
    )
    failure = facts.failing.get(n, 0)
    if failure > entry.first:
        line = lines[failure - 1].strip()[:400]
        return f"!! {text}" if text.startswith(line) else f"!! {line} !! {text}"
    return text


def _slice(text: str, limit: int) -> str:
    """The beginning and the end of a text, within a limit."""
    if len(text) <= 16 * limit and estimate(text) <= limit:
        return text
    if limit < 2 * MIN_SLICE:
        return cut(text[: 16 * max(limit, 0)], limit)
    head = cut(text[: 16 * limit], limit * 3 // 5)
    tail = text[-2 * limit :]
    while tail and estimate(head) + estimate(tail) + 1 > limit:
        tail = tail[max(len(tail) // 6, 1) :]
    return f"{head} {tail}"
