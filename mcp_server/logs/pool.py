"""The lines worth a closer look: those with a bad sign, their neighbours, the first and the last ones."""

import string
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcp_server.logs.signals import SIGNS, bad_lines, bad_span, signs_of

_REACH: Final = 10
"""Neighbours on either side that come along."""
_HEAD: Final = 40
_TAIL: Final = 400
_FEW_BAD: Final = 200
"""Up to here every line with a bad sign is scored."""
_MAX_BAD: Final = 1_000
_MAX_SAME: Final = 2
"""Lines of one shape kept from either end of a log."""
_SHAPE_CHARS: Final = 100
_MOST_SHAPES: Final = 50_000
"""Shapes told apart by their marks; what comes after is told apart by its word alone."""
_READ_CHARS: Final = 400
"""Characters read at a place of a line too long to be read whole."""
_DIGITS: Final = str.maketrans("123456789", "000000000")
_NAMES: Final = (string.ascii_letters + string.digits).encode()


@dataclass(frozen=True, slots=True)
class Pool:
    """Lines in ascending order (0-based `indexes`), each with its template, and the signs and count of each template."""

    indexes: list[int]
    templates: list[int]
    signs: list[tuple[int, ...]]
    counts: list[int]
    bad_total: int
    """Lines of the whole log with a bad sign."""


@dataclass(slots=True)
class _Shape:
    """Lines alike: how many, and the first and the last of them."""

    count: int = 0
    first: list[int] = field(default_factory=list[int])
    last: deque[int] = field(default_factory=lambda: deque[int](maxlen=_MAX_SAME))

    def add(self, index: int) -> None:
        self.count += 1
        (self.first if self.count <= _MAX_SAME else self.last).append(index)


def template_of(line: str) -> str:
    """A line with its digits masked, so that repeats look alike."""
    masked = line.translate(_DIGITS)
    while "00" in masked:
        masked = masked.replace("00", "0")
    return masked


def read_part(line: str) -> str:
    """The part of a line that is read for signs: of a long one both ends, and where its first bad sign stands."""
    if len(line) <= 2 * _READ_CHARS:
        return line
    start, end = bad_span(line)
    return f"{line[:_READ_CHARS]} {line[max(start - _READ_CHARS // 2, 0) : end + _READ_CHARS]} {line[-_READ_CHARS:]}"


def pool_of(lines: Sequence[str], also: Iterable[int] = ()) -> Pool:
    """Choose the lines to score, those at the indexes `also` in any case; work does not grow with the rest of the log."""
    bad, bad_total = _bad(lines)
    wanted: set[int] = {*range(min(_HEAD, len(lines))), *also}
    wanted.update(range(max(len(lines) - _TAIL, 0), len(lines)))
    for index in bad:
        wanted.update(range(max(index - _REACH, 0), min(index + _REACH + 1, len(lines))))
    indexes = sorted(wanted)
    known: dict[str, int] = {}
    templates: list[int] = []
    signs: list[tuple[int, ...]] = []
    for index in indexes:
        part = read_part(lines[index])
        masked = template_of(part)
        number = known.setdefault(masked, len(signs))
        if number == len(signs):
            signs.append(signs_of(part))
        templates.append(number)
    tally = Counter(templates)
    return Pool(indexes, templates, signs, [tally[n] for n in range(len(signs))], bad_total)


def _bad(lines: Sequence[str]) -> tuple[list[int], int]:
    """The lines with a bad sign, and how many there are.

    Of too many, those of the rarest shapes, and among these of the rarest words: what is written a thousand times is seldom
    the cause. A shape is what a line tells of failure by, and its marks: names and numbers differ where a program repeats
    itself.
    """
    few: list[int] = []
    shapes: dict[tuple[bytes, bytes], _Shape] = {}
    words: Counter[bytes] = Counter()
    for index, told in bad_lines(lines):
        if len(few) <= _FEW_BAD:
            few.append(index)
        word, marks = told.lower(), b""
        if len(shapes) < _MOST_SHAPES:
            # Deleting from bytes takes a tenth of the time that it takes from a string.
            marks = lines[index][:_SHAPE_CHARS].encode("utf-8", "replace").translate(None, _NAMES)
        words[word] += 1
        shapes.setdefault((word, marks), _Shape()).add(index)
    if len(few) <= _FEW_BAD:
        return few, len(few)
    kept: list[int] = []
    for _, shape in sorted(shapes.items(), key=lambda item: (item[1].count, words[item[0][0]])):
        kept += (*shape.first, *shape.last)
        if len(kept) >= _MAX_BAD:
            break
    return kept, words.total()


def names_of(signs: Sequence[int]) -> frozenset[str]:
    """Names of the signs at these positions."""
    return frozenset(SIGNS[n][0] for n in signs)
