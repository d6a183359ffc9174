"""Logs whose telling lines a person marked: how much of that each contender shows within a budget of real tokens."""

import gzip
import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, Final

from benchmarks.cause_choosers import tail
from benchmarks.cause_figures import BUDGETS, DEFAULT, OURS, Labelled, Share
from benchmarks.cause_logdx import answer, read
from benchmarks.cause_rivals import Count, Entry, Rival, cut
from mcp_server.logs.captured import CapturedLog

CLEANED: Final = "tail, cleaned"
"""The end of the log as our server cleans it, without timestamps and escapes: what choosing adds to cleaning."""
_RESAMPLED: Final = 1_000
_TAILED: Final = 0.05
"""Of the resampled means, on each side of the interval."""


@dataclass(frozen=True)
class Log:
    """A failed run.

    Attributes:
        group: Its repository.
        labels: 1-based numbers of the lines that tell why.
    """

    group: str
    labels: frozenset[int]
    text: str


@dataclass(frozen=True)
class Hit:
    """What one answer shows of one log."""

    group: str
    any: bool
    rec: float


@dataclass
class Tally:
    """What was shown of a set so far; texts of our answers are kept, so that all are counted at once."""

    hits: defaultdict[tuple[str, int], list[Hit]] = field(
        default_factory=lambda: defaultdict[tuple[str, int], list[Hit]](list)
    )
    answers: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    logs: int = 0
    chars: int = 0
    cpu_s: float = 0.0

    def add(self, contender: str, budget: int, log: Log, shown: Collection[int]) -> None:
        """Note which lines a contender showed."""
        found = len(log.labels.intersection(shown)) / len(log.labels)
        self.hits[contender, budget].append(Hit(log.group, found > 0, found))


def chosen(path: Path, limit: int | None) -> Iterator[Mapping[str, Any]]:
    """The objects in gzipped JSON lines, or `limit` of them spread evenly."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        total = sum(1 for _ in lines)
    wanted = range(total) if limit is None or limit >= total else {n * total // limit for n in range(limit)}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number in wanted:
                yield json.loads(line)


def labelled_logs(path: Path, limit: int | None) -> Iterator[Log]:
    """The logs of a set that have labels."""
    for told in chosen(path, limit):
        if told["labels"]:
            yield Log(str(told["group"]), frozenset(told["labels"]), str(told["text"]))


def tallied(path: Path, limit: int | None, rivals: Mapping[str, Rival], count: Count) -> Tally:
    """Let every contender answer for every log; logs are read one by one, for a set may not fit the memory twice."""
    tally = Tally()
    cleaned = cut(Entry(CLEANED, "", tail), count)
    # Tables that are read once are no part of the speed.
    answer(read("warm up\n" * DEFAULT), DEFAULT)
    for log in labelled_logs(path, limit):
        begin = time.process_time()
        kept = read(log.text)
        answer(kept, DEFAULT)
        tally.cpu_s += time.process_time() - begin
        tally.chars += len(log.text)
        tally.logs += 1
        _ours(tally, log, kept)
        lines = log.text.split("\n")
        for budget in BUDGETS:
            tally.add(CLEANED, budget, log, cleaned(kept.lines, budget))
        for name, rival in rivals.items():
            for budget in BUDGETS:
                tally.add(name, budget, log, rival(lines, budget))
    return tally


def _ours(tally: Tally, log: Log, kept: CapturedLog) -> None:
    for budget in BUDGETS:
        text, shown = answer(kept, budget)
        tally.answers.append((budget, text))
        tally.add(OURS, budget, log, shown)


def rows(name: str, tally: Tally, count: Count) -> Iterator[Labelled]:
    """The figures of a set; real tokens of all our answers are counted in one call."""
    tokens: dict[int, list[int]] = defaultdict(list)
    for (budget, _), used in zip(tally.answers, count([text for _, text in tally.answers]), strict=True):
        tokens[budget].append(used)
    draws = _draws(sorted({hit.group for hit in tally.hits[OURS, BUDGETS[0]]}))
    for (contender, budget), hits in tally.hits.items():
        any_ = _share([(hit.group, float(hit.any)) for hit in hits], draws)
        rec = _share([(hit.group, hit.rec) for hit in hits], draws)
        if contender == OURS:
            used = tokens[budget]
            over = sum(one > budget for one in used)
            yield Labelled(name, contender, budget, any_, rec, tokens=fmean(used), over=over)
        else:
            yield Labelled(name, contender, budget, any_, rec)


def _draws(groups: Sequence[str]) -> list[list[str]]:
    """Groups resampled with replacement, the same for every contender and in each run."""
    random = Random(0)  # noqa: S311 - repeatable, not a secret
    return [random.choices(groups, k=len(groups)) for _ in range(_RESAMPLED)]


def _share(values: Sequence[tuple[str, float]], draws: Sequence[Sequence[str]]) -> Share:
    """The mean over logs, and what it is when other repositories had been looked at."""
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for group, value in values:
        sums[group] += value
        counts[group] += 1
    means = sorted(sum(sums[group] for group in draw) / sum(counts[group] for group in draw) for draw in draws)
    beyond = int(_TAILED * len(means))
    return Share(fmean(value for _, value in values), means[beyond], means[-1 - beyond])
