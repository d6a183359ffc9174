"""Which kind of line a line is: its text without what differs each time a program runs, such as times, ids and temporary names."""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Final, Generic, TypeVar

from mcp_server.logs.linear import Pattern, linear
from mcp_server.logs.signals import lines_with

MadeT = TypeVar("MadeT")

_CHUNK_LINES: Final = 8192
_HEAD: Final = 600
_TAIL: Final = 200
"""Characters of a longer line that are read, from its ends."""
_MOST_KNOWN: Final = 100_000
"""Texts whose kind is remembered while a log is read."""
_MOST_KINDS: Final = 400_000
"""Kinds told apart in one log; what comes after is taken for known, so that memory has a bound."""
_DIGITS: Final = bytes.maketrans(b"123456789\t", b"000000000 ")
# A run that failed and one that did not may differ in a number alone: this one is kept.
_STATUS: Final = (
    r"(?i)\b(?:exit(?:ed|s)?(?: with)?(?:[ _-]?(?:code|status))?|return(?:ed)?(?:[ _]?code)?|rc|errno|signal)\W{1,4}-?[1-9]\d*"
    r"|\b(?:status|http/[\d.]+.?|http)\W{1,3}[45]\d\d\b"
    r"|\b[1-9]\d* (?:\w+ )?(?:errors?|fail(?:ed|ures?|ing)|problems?)\b|\b(?:errors?|fail(?:ed|ures?))[=:] ?[1-9]\d*"
)
# For text whose digits are all `0`, each run of them one, and each run of blanks. Hashes, ids and durations: a digit before
# a letter, or letters of a hexadecimal number before digits.
_IDS: Final = (rb"(?<![A-Za-z0])(?:[A-Za-z]*0[A-Za-z][A-Za-z0]*|[a-fA-F]{1,40}0(?![A-Za-z]))", b"0")
# After those; what each is for stands beside it.
_MASKS: Final = (
    # Temporary folders, and what is named at random in them.
    (rb"/(?:tmp|var/tmp|var/folders)/[^\s'\":,;)\]]+", b"/tmp/0"),
    # Fingerprints of what was redacted.
    (rb"\[redacted:([\w-]+):\w+\]", rb"[redacted:\1]"),
    # Names of pods end in five of these.
    (rb"-0-[bcdfghjklmnpqrstvwxz]{5}\b", b"-0"),
    # Bars, rules and dots.
    (rb"(?:\xe2[\x94-\x97][\x80-\xbf]|[-=#.*~>_+]){3,}", b"="),
    # Dates, addresses, versions, and the groups of a UUID, of which one may have no digit.
    (rb"0(?:(?:[-.:/,_+@xT]|, )(?:[a-f]{4}-){0,3}0)+", b"0"),
    # Sizes and spans, whose unit depends on the number.
    (
        rb"(?<![A-Za-z])0 ?(?:ns|us|\xc2\xb5s|ms|s|sec|secs|seconds?|m|mins?|minutes?|h|hours?|[kKMGT]i?B?|B|bytes?)(?:/s)?(?![A-Za-z])",
        b"0",
    ),
    # One and several.
    (rb"(?<![A-Za-z])0 ([A-Za-z]{3,})s\b", rb"0 \1"),
)
_WORD: Final = re.compile(rb"[A-Za-z]{3,}")


@dataclass(slots=True)
class Kinds:
    """The kinds of a log's lines.

    Attributes:
        numbers: Kind (64-bit) to its number: 0, 1, .. in the order in which they first occur.
        first: Index of the first line of each.
        counts: Lines of each.
        words: Words of three letters or more that occur in them.
    """

    numbers: dict[int, int] = field(default_factory=dict[int, int])
    first: "array[int]" = field(default_factory=lambda: array("Q"))
    counts: "array[int]" = field(default_factory=lambda: array("Q"))
    words: set[bytes] = field(default_factory=set[bytes])

    def add(self, start: int, kinds: Sequence[int]) -> None:
        """Count the lines from index `start` on, of these kinds."""
        first = dict(zip(reversed(kinds), range(start + len(kinds) - 1, start - 1, -1), strict=True))
        for kind, count in Counter(kinds).items():
            number = self.numbers.get(kind)
            if number is not None:
                self.counts[number] += count
            elif len(self.counts) < _MOST_KINDS:
                self.numbers[kind] = len(self.counts)
                self.first.append(first[kind])
                self.counts.append(count)


def kinds_of(lines: Sequence[str]) -> Kinds:
    """Read a log once for the kinds of its lines; linear in its size."""
    kinds = Kinds()
    for start, found in chunks_of_kinds(lines, kinds.words):
        kinds.add(start, found)
    return kinds


def chunks_of_kinds(lines: Sequence[str], words: set[bytes]) -> Iterator[tuple[int, list[int]]]:
    """The kind of each line, in order: index of the first of some lines, and theirs; `words` takes their words."""
    plain, kinds = _Known(_without_ids), _Known(partial(_kinds, words=words))
    for start in range(0, len(lines), _CHUNK_LINES):
        # Most lines differ from others in digits and ids alone: only what is left is masked further.
        found = kinds.of(plain.of(_read(lines[start : start + _CHUNK_LINES])))
        for index, told in lines_with(_status(), lines, start, start + len(found)):
            found[index - start] = hash((found[index - start], told.lower()))
        yield start, found


class _Known(Generic[MadeT]):
    """What is made of each text, made once and all at once of those that are new."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[Sequence[bytes]], Iterable[MadeT]]) -> None:
        self._make = make
        self._made: dict[bytes, MadeT] = {}

    def of(self, texts: Sequence[bytes]) -> list[MadeT]:
        if len(self._made) > _MOST_KNOWN:
            self._made = {}
        made = self._made
        if fresh := [text for text in dict.fromkeys(texts) if text not in made]:
            made.update(zip(fresh, self._make(fresh), strict=True))
        return [made[text] for text in texts]


def template(line: str) -> str:
    """A line as its kind is known by, to be read."""
    return _masked(_read([line])).decode("utf-8", "replace")


def words_of(lines: Iterable[str]) -> list[set[bytes]]:
    """The words of each line, as `Kinds.words` has them."""
    # At once, for calls cost more than the lines: none has a line break in it.
    return [set(_WORD.findall(masked)) for masked in _masked(_read(lines)).split(b"\n")]


def _read(lines: Iterable[str]) -> list[bytes]:
    """Lines with their digits masked; of a long one what is read."""
    parts = [line if len(line) <= _HEAD + _TAIL else f"{line[:_HEAD]} {line[-_TAIL:]}" for line in lines]
    data = "\n".join(parts).encode("utf-8", "surrogatepass").translate(_DIGITS)
    for twice, once in ((b"00", b"0"), (b"  ", b" ")):
        while twice in data:
            data = data.replace(twice, once)
    return data.split(b"\n")


def _without_ids(texts: Sequence[bytes]) -> list[bytes]:
    pattern, instead = _masks()[0]
    return pattern.sub(instead, b"\n".join(texts)).split(b"\n")


def _kinds(texts: Sequence[bytes], words: set[bytes]) -> Iterator[int]:
    masked = _masked(texts)
    words.update(_WORD.findall(masked))
    return map(hash, masked.split(b"\n"))


def _masked(texts: Sequence[bytes]) -> bytes:
    data = b"\n".join(texts)
    for pattern, instead in _masks():
        data = pattern.sub(instead, data)
    return data


@cache
def _masks() -> tuple[tuple[re.Pattern[bytes], bytes], ...]:
    """Compiled at first use: start-up must not pay for it. No part can match in two ways, so time is linear in the text."""
    return tuple((re.compile(expression), instead) for expression, instead in (_IDS, *_MASKS))


@cache
def _status() -> Pattern:
    return linear(_STATUS, one_line=True)
