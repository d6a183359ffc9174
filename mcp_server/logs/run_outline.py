"""The outline of a run: a row per step, the telling part of each, the rest of the room to the telling ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Final

from mcp_server.logs.blocks import numbered
from mcp_server.logs.run_facts import RunFacts, span_text
from mcp_server.logs.run_failures import is_error_type
from mcp_server.logs.run_text import GAP, NO_TEXT, StepText, step_texts
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.tokens import estimate

MIN_SLICE: Final = 10
"""Tokens of a step's text below which an outline is no use."""
_KNOWN: Final = (48, 84)
"""Characters from which a step is known again, and from which what it is about is."""
_FEW: Final = 5
"""Tokens of a step's text that a row has at least."""
_SEVERAL: Final = 3
"""Steps in a row that only repeat earlier ones from which they share a row."""
_NAMED: Final = 4
"""Earlier steps named there."""
_READ: Final = 1000
"""Steps up to which all are read to choose among them."""
_LAST_STEPS: Final = 2
_NUMBERED_ROOM: Final = 60
"""Tokens a step must have on average for its row to carry its line number."""
_TOOL_CHARS: Final = 40
# What a step weighs: one is usual.
_REPEATED: Final = 0.5
"""It neither begins nor ends the repetition it belongs to."""
_REPORT: Final = 0.5
"""It begins as many others do."""
_FAILING: Final = 1.5
_AT_END: Final = 1.6
_KEY: Final = 2.5
_KEY_OF_MANY: Final = 4.0
"""A long run has little for a step, so that a telling one needs a larger part."""
_MANY: Final = 60
_KEY_TYPES: Final = frozenset({"FINAL_ANSWER", "AGENT_RUN_LINK", "PR_CREATION_FAILED"})


@dataclass
class Outline:
    """The rows of a run's steps for any room, with what they need worked out once."""

    run: CapturedRun
    facts: RunFacts
    told: int = field(default=0, init=False)
    """Steps that the rows of the last layout tell of."""
    _texts: dict[tuple[int, ...], dict[int, StepText]] = field(
        default_factory=dict[tuple[int, ...], dict[int, StepText]], init=False
    )

    def rows(self, room: int, codes: Mapping[str, str]) -> list[str]:
        """A row for each step, or for as many as `room` tokens allow; `codes` has short names for types and tools."""
        entries = self.run.entries
        heads = [self._head(n, codes) for n in range(len(entries))]
        if room >= _NUMBERED_ROOM * len(heads):
            # In a long run the line numbers would cost as much as the text of a step.
            heads = [numbered(entry.first, head) for entry, head in zip(entries, heads, strict=True)]
        costs = [estimate(head) + 2 for head in heads]
        everyone = list(range(len(costs)))
        if len(everyone) > _READ:
            everyone = _affordable(everyone, self._weights, costs, room)
        texts = self._texts_of(everyone)
        again: dict[int, list[int]] = {}
        if sum(costs[n] + text.need(room) for n, text in texts.items()) > room:
            again = self._echoes(texts)
            for n, steps in again.items():
                heads[n] = self._again(texts, steps)
                costs[n] = estimate(heads[n]) + 2
        texts = self._chosen(texts, again, costs, room)
        split = self._split(texts, room, room - sum(costs[n] for n in texts))
        self.told = len(texts) + sum(len(steps) - 1 for n, steps in again.items() if n in texts)
        return [f"{heads[n]} {text.within(split[n])}".rstrip() for n, text in texts.items()]

    def _chosen(
        self, texts: dict[int, StepText], again: Mapping[int, list[int]], costs: Sequence[int], room: int
    ) -> dict[int, StepText]:
        """The texts of the steps that get a row: all, or those that say something of their own, or as many as can."""
        hidden = {n for steps in again.values() for n in steps[1:]}
        texts = {n: NO_TEXT if n in again else text for n, text in texts.items() if n not in hidden}
        if sum(costs[n] + text.least(_KNOWN[0]) for n, text in texts.items()) <= room:
            return texts
        distinct = [n for n, text in texts.items() if not text.echo or self._weights[n] > _FAILING]
        kept = _affordable(distinct, self._weights, costs, room)
        fresh = self._texts_of(kept)
        return {n: NO_TEXT if n in again else fresh[n] for n in kept}

    def _echoes(self, texts: Mapping[int, StepText]) -> dict[int, list[int]]:
        """First of several steps in a row that only repeat earlier ones -> all of these."""
        found: dict[int, list[int]] = {}
        first = previous = -2
        for n, text in texts.items():
            if text.echo and self._weights[n] <= _FAILING:
                first = first if n == previous + 1 else n
                previous = n
                found.setdefault(first, []).append(n)
        return {n: steps for n, steps in found.items() if len(steps) >= _SEVERAL}

    def _again(self, texts: Mapping[int, StepText], steps: Sequence[int]) -> str:
        """The row of steps that only repeat earlier ones."""
        entries = self.run.entries
        repeated = list(dict.fromkeys(f"#{texts[n].echo}" for n in steps))
        told = " ".join(repeated if len(repeated) <= _NAMED else [*repeated[:_NAMED], GAP])
        return f"#{entries[steps[0]].number} to #{entries[steps[-1]].number}: the same as {told}"

    def _split(self, texts: Mapping[int, StepText], room: int, spare: int) -> dict[int, int]:
        """Tokens for each step: so much that each is known, most for the telling ones, or a few words where that fails."""
        weights = {n: self._weights[n] * (_REPORT if text.templated else 1) for n, text in texts.items()}
        needs = {n: text.need(room) for n, text in texts.items()}
        split = {n: min(_FEW, need) for n, need in needs.items()}
        spare -= sum(split.values())
        for chars in _KNOWN:
            least = {n: min(text.least(chars), needs[n]) for n, text in texts.items()}
            # Where there is not enough for all, those that take the least have it.
            for n in sorted(texts, key=lambda n, least=least: (-weights[n], least[n])):
                more = least[n] - split[n]
                if 0 < more <= spare:
                    split[n] += more
                    spare -= more
        rest = shares({n: needs[n] - split[n] for n in texts}, weights, max(spare, 0))
        return {n: split[n] + rest[n] for n in texts}

    @cached_property
    def _weights(self) -> list[float]:
        facts, entries = self.facts, self.run.entries
        last = len(entries) - 1
        repeated = {n for steps in facts.loops for n in steps[1:-1]}
        first_failing = min(facts.failing, default=-1)
        key = _KEY_OF_MANY if len(entries) >= _MANY else _KEY
        # Where most fail, failing tells nothing.
        failing = _FAILING if 4 * len(facts.failing) <= len(entries) else 1.1
        weights: list[float] = []
        for n, entry in enumerate(entries):
            weight = 1.0
            if n in (first_failing, first_failing - 1) or is_error_type(entry) or entry.type.upper() in _KEY_TYPES:
                weight = key
            elif n in repeated:
                weight = _REPEATED
            elif n > last - _LAST_STEPS or n == 0:
                weight = _AT_END
            elif n in facts.failing:
                weight = failing
            weights.append(weight)
        return weights

    def _head(self, n: int, codes: Mapping[str, str]) -> str:
        entry, gap = self.run.entries[n], self.facts.gaps[n]
        waited = f"+{span_text(gap)}" if gap is not None and gap >= self.facts.slow else ""
        kind = entry.type if entry.type != self.facts.usual_type else ""
        names = (codes.get(kind, kind), codes.get(entry.tool, entry.tool[:_TOOL_CHARS]))
        said = " ".join(part for part in (*names, waited) if part)
        # A letter needs no mark behind it.
        return f"#{entry.number} {said}{':' if len(said) > 1 else ''}".rstrip()

    def _texts_of(self, shown: Sequence[int]) -> dict[int, StepText]:
        # The same choice is asked for again when a first layout was too large.
        if (key := tuple(shown)) not in self._texts:
            self._texts[key] = step_texts(self.run, self.facts.failing, shown)
        return self._texts[key]


def _affordable(steps: Sequence[int], weights: Sequence[float], costs: Sequence[int], room: int) -> list[int]:
    """Steps that get a row: all, or the most telling and then evenly spread ones."""
    if sum(costs[n] + MIN_SLICE for n in steps) <= room:
        return list(steps)
    # Bit-reversed order spreads whatever number fits evenly over the run.
    order = sorted(steps, key=lambda n: (-weights[n], int(f"{n:020b}"[::-1], 2)))
    spent = accumulate(costs[n] + MIN_SLICE for n in order)
    return sorted(n for n, total in zip(order, spent, strict=True) if total <= room)


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
