"""The lines worth a closer look: those with a bad sign, their neighbours, the first and the last ones."""

import string
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.signals import SIGNS, bad_lines, bad_span, signs_of

_REACH: Final = 10
"""Neighbours on either side that come along."""
_HEAD: Final = 40
_TAIL: Final = 400
_FEW_BAD: Final = 200
"""Up to here every line with a bad sign is scored."""
_MAX_BAD: Final = 1_000
_MAX_SAME: Final = 10
"""Lines of one shape kept from either end of a log."""
_SHAPE_CHARS: Final = 100
_READ_CHARS: Final = 400
"""Characters read at a place of a line too long to be read whole."""
_DIGITS: Final = str.maketrans("123456789", "000000000")
_MARKS_ONLY: Final = str.maketrans(dict.fromkeys(string.ascii_letters + string.digits))


@dataclass(frozen=True, slots=True)
class Pool:
    """Lines in ascending order (0-based `indexes`), each with its template, and the signs and count of each template."""

    indexes: list[int]
    templates: list[int]
    signs: list[tuple[int, ...]]
    counts: list[int]
    bad_total: int
    """Lines of the whole log with a bad sign."""


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


def pool_of(lines: Sequence[str]) -> Pool:
    """Choose the lines to score; work and size do not grow with the rest of the log."""
    bad = list(bad_lines(lines))
    wanted: set[int] = set(range(min(_HEAD, len(lines))))
    wanted.update(range(max(len(lines) - _TAIL, 0), len(lines)))
    for index in _thinned(lines, bad):
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
    return Pool(indexes, templates, signs, [tally[n] for n in range(len(signs))], len(bad))


def _thinned(lines: Sequence[str], bad: list[tuple[int, bytes]]) -> list[int]:
    """Of too many lines, those of the rarest shapes: what is written a thousand times is seldom the cause.

    A shape is what a line tells of failure by, and its marks: names and numbers differ where a program repeats itself.
    """
    if len(bad) <= _FEW_BAD:
        return [index for index, _ in bad]
    same: defaultdict[tuple[bytes, str], list[int]] = defaultdict(list)
    for index, word in bad:
        same[word.lower(), lines[index][:_SHAPE_CHARS].translate(_MARKS_ONLY)].append(index)
    kept: list[int] = []
    for indexes in sorted(same.values(), key=len):
        kept += indexes if len(indexes) <= 2 * _MAX_SAME else indexes[:_MAX_SAME] + indexes[-_MAX_SAME:]
        if len(kept) >= _MAX_BAD:
            break
    return kept


def names_of(signs: Sequence[int]) -> frozenset[str]:
    """Names of the signs at these positions."""
    return frozenset(SIGNS[n][0] for n in signs)
