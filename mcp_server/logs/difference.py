"""What a log says that another one does not, and the other way round: kinds of lines, how often, and up to where they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.pool import names_of
from mcp_server.logs.signals import bad_span, signs_of
from mcp_server.logs.templates import Kinds, chunks_of_kinds, kinds_of, words_of

_MOST_CANDIDATES: Final = 200
"""Kinds of new lines that are weighed without a sign of failure near."""
_MOST_MISSING: Final = 300
"""Kinds of the good log, its last ones, among which the telling missing ones are looked for."""
_FOREIGN: Final = 15
"""Per cent of the lines that have their like in the other log below which it is of another program."""
_GROWN: Final = 4
"""Times as often, for the length of the logs, from which a kind is told to have become frequent."""
_MANY: Final = 20
_MANY_BAD: Final = 6
"""Lines of a kind, and of one with a sign of failure, from which it may be: fewer are chance."""
_WORD_NEW: Final = 40
"""What a new line is worth more for each word that the good log lacks. None is worth less: a cause may be told in known words."""
_MOST_WORDS: Final = 4
_ENDED_WELL: Final = frozenset({"passed", "good_mark", "exit_good"})
_PARTED: Final = 3
"""Of the milestones after the place where two logs part, one in so many may still come."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A line of the good log whose like never came."""

    index: int
    worth: int


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the logs part: the last milestone of the good log that came here too (indexes), and what was to follow."""

    there: int
    here: int
    after: int
    came: int


@dataclass(frozen=True, slots=True)
class Grown:
    """A kind that both have and that is far more frequent here; `index` is its first line."""

    index: int
    here: int
    there: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A failing log against a good one; lines are 0-based.

    Attributes:
        new: For each line of the failing log, whether its kind is new; blank ones never are.
        new_lines: How many are.
        new_kinds: How many kinds these are of.
        worth: Lines with words that the good log lacks, and what these are worth.
        missing: Most telling first.
        missing_kinds: How many kinds of the good log never came.
        grown: Most telling first.
        parting: None where they do not part.
    """

    new: bytearray
    new_lines: int
    new_kinds: int
    worth: Mapping[int, int]
    missing: Sequence[Missing]
    missing_kinds: int
    grown: Sequence[Grown]
    parting: Parting | None

    @property
    def foreign(self) -> bool:
        """Whether the logs have hardly anything in common."""
        return (len(self.new) - self.new_lines) * 100 < _FOREIGN * len(self.new)


def difference(lines: Sequence[str], good: Sequence[str]) -> Difference:
    """Compare a failing log with a good one, in time and memory linear in both; order and repetition do not matter."""
    theirs = kinds_of(good)
    mine = Kinds()
    new = bytearray(len(lines))
    ends: dict[int, tuple[int, int]] = {}
    for start, kinds in chunks_of_kinds(lines, mine.words):
        mine.add(start, kinds)
        # Of more kinds than are told apart nothing is known.
        if unknown := mine.numbers.keys() & (set(kinds) - theirs.numbers.keys()):
            for index, kind in enumerate(kinds, start):
                if kind in unknown and lines[index].strip():
                    new[index] = 1
                    ends[kind] = ends.get(kind, (index, index))[0], index
    missing = [n for kind, n in theirs.numbers.items() if kind not in mine.numbers]
    return Difference(
        new=new,
        new_lines=sum(new),
        new_kinds=len(ends),
        worth=_worth(lines, list(ends.values()), theirs.words),
        missing=_missing(good, [theirs.first[n] for n in missing], mine.words),
        missing_kinds=len(missing),
        grown=_grown(mine, theirs, lines, len(good)),
        parting=_parting(mine, theirs),
    )


def _worth(lines: Sequence[str], ends: Sequence[tuple[int, int]], known: set[bytes]) -> dict[int, int]:
    """The first and the last line of the new kinds with the most words that the good log lacks, the last ones first."""
    told = [len(words - known) for words in words_of(lines[first] for first, _ in ends)]
    best = sorted(
        ((min(fresh, _MOST_WORDS), pair) for fresh, pair in zip(told, ends, strict=False) if fresh), reverse=True
    )
    return {index: fresh * _WORD_NEW for fresh, pair in best[:_MOST_CANDIDATES] for index in pair}


def _missing(good: Sequence[str], indexes: Sequence[int], known: set[bytes]) -> list[Missing]:
    """What tells most of a success that did not come: its own words, signs of a good end, the very end."""
    missing: list[Missing] = []
    last = sorted(indexes)[-_MOST_MISSING:]
    for index, words in zip(last, words_of(good[index] for index in last), strict=False):
        line = good[index]
        worth = min(len(words - known), _MOST_WORDS)
        if not _ENDED_WELL.isdisjoint(names_of(signs_of(line))):
            worth += 3
        if line.strip() and index == len(good) - 1:
            worth += 3
        if worth:
            missing.append(Missing(index, worth))
    return sorted(missing, key=lambda one: (-one.worth, -one.index))


def _grown(mine: Kinds, theirs: Kinds, lines: Sequence[str], good_size: int) -> list[Grown]:
    longer = max(len(lines) / max(good_size, 1), 1.0)
    grown: list[tuple[bool, float, Grown]] = []
    for kind, number in mine.numbers.items():
        here = mine.counts[number]
        if here < _MANY_BAD or (other := theirs.numbers.get(kind)) is None:
            continue
        there = theirs.counts[other]
        times = here / there / longer
        if times < _GROWN:
            continue
        index = mine.first[number]
        bad = bad_span(lines[index]) != (0, 0)
        if bad or here >= _MANY:
            grown.append((not bad, -times, Grown(index, here, there)))
    return [one for *_, one in sorted(grown, key=lambda row: (*row[:2], row[2].index))]


def _parting(mine: Kinds, theirs: Kinds) -> Parting | None:
    """The place in the good log before which most of its milestones came here too, and after which most did not.

    A milestone is what the good log says once.
    """
    once = [
        (theirs.first[n], mine.numbers.get(kind, -1)) for kind, n in theirs.numbers.items() if theirs.counts[n] == 1
    ]
    balance = best = place = 0
    for n, (_, number) in enumerate(once, 1):
        balance += 1 if number >= 0 else -1
        if balance > best:
            best, place = balance, n
    after = len(once) - place
    came = sum(number >= 0 for _, number in once[place:])
    if not place or not after or came * _PARTED > after:
        return None
    there, number = once[place - 1]
    return Parting(there, mine.first[number], after, came)
