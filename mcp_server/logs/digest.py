"""Evidence: the lines of a log that explain its failure, chosen to fill a token budget in order of worth."""

import heapq
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.blocks import Block, block_cost, cut_around, numbered, row_cost, runs_of, usual_opening_tokens
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.features import STRONG, strong_templates
from mcp_server.logs.losses import losses
from mcp_server.logs.pool import Pool, names_of, pool_of
from mcp_server.logs.reasons import OUTRIGHT, line_reason, reason_of
from mcp_server.logs.score import Tree, default_trees, scores
from mcp_server.logs.signals import SIGNS, bad_span

_FILLED: Final = 70
"""Per cent of a budget that repeats may not leave unused."""
_REFILLS: Final = 5
_FOLD: Final = "  ... "
_LONGEST_CYCLE: Final = 3
_FOLD_FROM: Final = 3
_JOIN_GAP: Final = 2
"""Unchosen lines between two chosen ones that are shown too: cheaper than a second block, and easier to read."""
_LONG_LINE: Final = 200
"""Characters from which it matters where in a line its sign of failure stands."""
_TAIL_LINES: Final = 3
_MISFITS: Final = 12
"""Lines too long for what is left that are passed over before a share of the budget counts as full."""
_RANKED_SHARE: Final = 70
_DISTINCT_SHARE: Final = 15
_MANY: Final = 8
"""Lines of one template in a log from which it counts as repeated over and over."""
_CANDIDATES: Final = 400
"""Best lines among which the most telling one is looked for."""
_EXITS: Final = frozenset(n for n, (name, _) in enumerate(SIGNS) if name in {"command_failed", "exit_bad"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was chosen.

    Attributes:
        blocks: In line order.
        best: Number of the most telling line, 0 in a log without any.
        bad_total: Lines of the log with a sign of failure.
    """

    blocks: tuple[Block, ...]
    best: int
    bad_total: int


class Digest:
    """A log read once for its telling lines; `choose` may then be asked for any budget.

    `only` flags the lines that may be chosen, `worth` is what lines are worth more, `opening` tokens more that a block costs.
    """

    def __init__(
        self,
        log: CapturedLog,
        trees: Sequence[Tree] | None = None,
        only: Sequence[int] | None = None,
        worth: Mapping[int, int] | None = None,
        opening: int = 0,
    ) -> None:
        extra = worth or {}
        self._log = log
        self._only = only
        self._pool: Pool = pool_of(log.lines, (index for index, more in extra.items() if more > 0))
        told = scores(log.lines, self._pool, trees or default_trees())
        self._scores = [score + extra.get(index, 0) for score, index in zip(told, self._pool.indexes, strict=True)]
        self._strong = strong_templates(self._pool)
        self._opening = usual_opening_tokens(log) + opening
        pooled = (n for n, index in enumerate(self._pool.indexes) if only is None or only[index])
        self._order = sorted(pooled, key=lambda n: (-self._scores[n], self._pool.indexes[n]))

    def choose(self, budget: int) -> Evidence:
        """Choose and lay out lines for at most about `budget` tokens."""
        allowance, evidence = budget, self._chosen(budget)
        more = budget - self._cost(evidence)
        for _ in range(_REFILLS):
            if more <= budget // 20:
                break
            # Folds gave tokens back: they go to further lines.
            fuller = self._chosen(allowance + more)
            if self._cost(fuller) > budget:
                more //= 2
                continue
            allowance, evidence = allowance + more, fuller
            more = budget - self._cost(evidence)
        # A log of hardly more than repeats: rather more of them than room unused.
        return evidence if self._cost(evidence) >= budget * _FILLED // 100 else self._chosen(budget, fold=False)

    def _cost(self, evidence: Evidence) -> int:
        return sum(block_cost(block, self._opening) for block in evidence.blocks)

    def _chosen(self, budget: int, *, fold: bool = True) -> Evidence:
        templates = dict(zip(self._pool.indexes, self._pool.templates, strict=True)) if fold else {}
        choice = _Choice(self._log, budget, templates, self._opening)
        pool = self._pool
        for index in self._always():
            choice.take(index, budget // 6)
        ranking = _Ranking(pool, self._scores, self._order, losses(budget))
        self._take_ranked(choice, ranking, budget * _RANKED_SHARE // 100)
        self._take_distinct(choice, self._order, budget * (_RANKED_SHARE + _DISTINCT_SHARE) // 100)
        self._take_ranked(choice, ranking, budget)
        best = self._most_telling() + 1
        return Evidence(self._blocks(choice, best - 1), best, pool.bad_total)

    def _always(self) -> list[int]:
        """The last lines, and the last that names a failed command or a bad exit code."""
        pool = self._pool
        last = len(self._log.lines)
        exits = [n for n, template in enumerate(pool.templates) if not _EXITS.isdisjoint(pool.signs[template])]
        always = [*range(last - 1, max(last - 1 - _TAIL_LINES, -1), -1), *(pool.indexes[n] for n in exits[-1:])]
        return [index for index in always if self._only is None or self._only[index]]

    def _take_ranked(self, choice: "_Choice", ranking: "_Ranking", limit: int) -> None:
        misfits: list[int] = []
        while len(misfits) < _MISFITS and choice.spent < limit and (n := ranking.next(choice.taken)) is not None:
            if not choice.take(self._pool.indexes[n], limit):
                misfits.append(n)
        for n in misfits:
            ranking.put_back(n)

    def _take_distinct(self, choice: "_Choice", order: Sequence[int], limit: int) -> None:
        """One line of each strong template, so that no kind of failure in the log goes unmentioned."""
        seen = {self._pool.templates[n] for n in order if self._pool.indexes[n] in choice.taken}
        for n in order:
            if choice.spent >= limit:
                return
            template = self._pool.templates[n]
            if self._strong[template] and template not in seen:
                seen.add(template)
                choice.take(self._pool.indexes[n], limit)

    def _blocks(self, choice: "_Choice", best: int) -> tuple[Block, ...]:
        names = dict(zip(self._pool.indexes, self._pool.templates, strict=True))
        last = len(self._log.lines) - 1
        blocks: list[Block] = []
        for start, end in runs_of(sorted(choice.taken)):
            stretch = range(start, end + 1)
            reasons = [self._reason(i, names[i]) for i in stretch if i in names]
            reason = reason_of(reasons, holds_best=start <= best <= end, ends=end == last)
            blocks.append(Block(reason, start + 1, end + 1, tuple(self._folded(choice, stretch))))
        return tuple(blocks)

    def _most_telling(self) -> int:
        """Index of the best line that says outright what went wrong, else of the best line; -1 in a log without any."""
        indexes, templates = self._pool.indexes, self._pool.templates
        outright = (n for n in self._order[:_CANDIDATES] if self._reason(indexes[n], templates[n]) in OUTRIGHT)
        best = next(outright, self._order[0] if self._order else None)
        return -1 if best is None else indexes[best]

    def _reason(self, index: int, template: int) -> str:
        return line_reason(self._log.lines[index], names_of(self._pool.signs[template]))

    def _folded(self, choice: "_Choice", stretch: range) -> Iterator[str]:
        """Rows of a stretch, where a row of lines that differ in digits only shows its first and its last."""
        start = stretch.start
        while start < stretch.stop:
            end = start
            while end + 1 < stretch.stop and choice.repeats(end + 1):
                end += 1
            if end - start < _FOLD_FROM:
                yield from (choice.taken[i] for i in range(start, end + 1))
            else:
                yield choice.taken[start]
                yield f"{_FOLD}{end - start - 1} similar lines"
                yield choice.taken[end]
            start = end + 1


class _Ranking:
    """Pooled lines, best first, where a line loses worth with each line of the same kind already given."""

    __slots__ = ("_given", "_heap", "_kinds", "_losses", "_pool", "_shown", "_worth")

    def __init__(self, pool: Pool, worth: Sequence[int], order: Sequence[int], losses: Sequence[int]) -> None:
        self._losses = losses
        self._pool = pool
        self._worth = worth
        self._heap = [(-worth[n], n) for n in order]
        self._kinds = [tuple(sign for sign in signs if sign in STRONG) for signs in pool.signs]
        self._given: Counter[tuple[int, ...]] = Counter()
        self._shown: Counter[int] = Counter()

    def next(self, taken: Container[int]) -> int | None:
        """The best line that is left."""
        while self._heap:
            known, n = heapq.heappop(self._heap)
            now = -self._worth_now(n, taken)
            if self._heap and now > self._heap[0][0] and now > known:
                heapq.heappush(self._heap, (now, n))
                continue
            self._given[self._kind(n)] += 1
            self._shown[self._pool.templates[n]] += 1
            return n
        return None

    def put_back(self, n: int) -> None:
        """Give a line again later: it did not fit."""
        self._given[self._kind(n)] -= 1
        self._shown[self._pool.templates[n]] -= 1
        heapq.heappush(self._heap, (-self._worth[n], n))

    def _kind(self, n: int) -> tuple[int, ...]:
        return self._kinds[self._pool.templates[n]]

    def _worth_now(self, n: int, taken: Container[int]) -> int:
        given = self._given[self._kind(n)]
        index = self._pool.indexes[n]
        apart, beside, same = self._losses
        loss = apart if index - 1 not in taken and index + 1 not in taken else beside
        template = self._pool.templates[n]
        # What fails over and over is told by a few of its lines; a repeated brace or blank is part of what is around it.
        alike = self._shown[template] if self._kinds[template] and self._pool.counts[template] >= _MANY else 0
        return self._worth[n] - loss * given.bit_length() - same * alike.bit_length()


class _Choice:
    """Lines taken so far (0-based index -> shown row) and the tokens they cost."""

    __slots__ = ("_line_limit", "_log", "_opening", "_paid", "_templates", "spent", "taken")

    def __init__(self, log: CapturedLog, budget: int, templates: Mapping[int, int], opening: int) -> None:
        self._opening = opening
        self._log = log
        self._templates = templates
        self._line_limit = max(min(budget // 6, 400), 24)
        self.taken: dict[int, str] = {}
        self._paid: dict[int, int] = {}
        self.spent = 0

    def take(self, index: int, limit: int) -> bool:
        """Take a line, and the few between it and a taken neighbour, if all fit below `limit`; whether it is taken now."""
        if index in self.taken:
            return True
        wanted = self._bridged(index)
        rows = {i: self._row(i) for i in wanted}
        lone = index - 1 not in self.taken and index + 1 not in self.taken and len(wanted) == 1
        cost = sum(map(row_cost, rows.values())) + (self._opening if lone else 0)
        if self.spent + cost > limit:
            return False
        self.taken.update(rows)
        self.spent += self._opening if lone else 0
        self._settle(range(min(rows) - _FOLD_FROM, max(rows) + _FOLD_FROM + 1))
        return True

    def _settle(self, around: range) -> None:
        """Count each line near what was just taken: inside a fold it costs nothing."""
        for i in around:
            if (row := self.taken.get(i)) is not None:
                cost = 0 if self._is_folded(i) else row_cost(row)
                self.spent += cost - self._paid.get(i, 0)
                self._paid[i] = cost

    def repeats(self, index: int) -> bool:
        """Whether a line differs in digits only from one of the few before it: repeats often come in small cycles."""
        template = self._templates.get(index) if index < len(self._log.lines) - _TAIL_LINES else None
        return template is not None and any(
            template == self._templates.get(index - period) for period in range(1, _LONGEST_CYCLE + 1)
        )

    def _is_folded(self, index: int) -> bool:
        """Whether a taken line stands inside a fold: neither first nor last of at least four taken ones alike."""
        if not (self._goes_on(index) and self._goes_on(index + 1)):
            return False
        return self._goes_on(index - 1) or self._goes_on(index + 2)

    def _goes_on(self, index: int) -> bool:
        """Whether a taken line continues the repeats of a taken one before it."""
        return index in self.taken and index - 1 in self.taken and self.repeats(index)

    def _bridged(self, index: int) -> list[int]:
        wanted = [index]
        for step in (-1, 1):
            for gap in range(2, _JOIN_GAP + 2):
                if index + step in self.taken:
                    break
                if index + step * gap in self.taken:
                    wanted.extend(index + step * between for between in range(1, gap))
                    break
        return wanted

    def _row(self, index: int) -> str:
        line = self._log.lines[index]
        return numbered(
            index + 1, cut_around(line, self._line_limit, bad_span(line) if len(line) > _LONG_LINE else (0, 0))
        )
