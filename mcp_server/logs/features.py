"""What is known of a pooled line: its signs and its neighbours', distances to what else there is, its form, its rarity.

A feature is a name and a column of small whole numbers, one for each line asked for. `own:fatal`, `prev:fatal` and
`next:fatal` say whether the line, the one above and the one below carry the sign; `above:` and `below:` count it on the
lines two to four away; `since:` and `until:` give the distance to the nearest one before and after, in doublings.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from mcp_server.logs.pool import Pool
from mcp_server.logs.rarity import Rarity
from mcp_server.logs.signals import SIGNS

SIGN_NUMBERS: Final = {name: number for number, (name, _) in enumerate(SIGNS)}
STRONG: Final = frozenset(
    SIGN_NUMBERS[name]
    for name in [
        "error_colon",
        "error_start",
        "camel_colon",
        "fail_upper",
        "fatal",
        "panic",
        "level",
        "level_bracket",
        "trace_head",
        "command_failed",
        "killed",
        "compile_error",
        "bad_mark",
        "npm_err",
        "section_bad",
        "count_bad",
        "pytest_e",
        "syntax",
        "not_found",
        "denied",
        "cannot",
        "crash",
        "assert",
        "exhausted",
        "unreachable",
        "race",
    ]
)
HARMLESS: Final = frozenset(
    SIGN_NUMBERS[name]
    for name in ("zero_bad", "good_mark", "deprecated", "gha_warning", "progress", "ok_row", "ignored")
)
_FORM_CHARS: Final = 200
_FAR: Final = 1 << 20
_MOST_DOUBLINGS: Final = 15
_FARTHEST: Final = 1 << _MOST_DOUBLINGS
_MOST_COUNTED: Final = 6
_NEIGHBOURS: Final = {"prev": -1, "own": 0, "next": 1}
_BANDS: Final = {"above": range(-4, -1), "below": range(2, 5)}

Column = list[int]


def doublings(value: int, most: int = _MOST_DOUBLINGS) -> int:
    """0 for 0, then one more for each doubling, at most `most`."""
    return min(value.bit_length(), most)


def strong_templates(pool: Pool) -> list[bool]:
    """Of each template, whether its signs are strong and none says it is harmless."""
    return [not STRONG.isdisjoint(signs) and HARMLESS.isdisjoint(signs) for signs in pool.signs]


def feature_names() -> list[str]:
    """All features there are, in a fixed order."""
    relations = (*_NEIGHBOURS, *_BANDS, "since", "until")
    return [*_PLAIN, *(f"{relation}:{sign}" for relation in relations for sign in SIGN_NUMBERS)]


class Features:
    """The features of a pool, each computed when it is asked for."""

    def __init__(self, lines: Sequence[str], pool: Pool) -> None:
        self.lines = lines
        self.pool = pool
        self.position = {index: n for n, index in enumerate(pool.indexes)}
        self._carriers: dict[str, list[bool]] = {}
        self._rare: dict[int, tuple[int, int]] = {}

    def column(self, name: str, wanted: Sequence[int]) -> Column:
        """A feature of the pooled lines `wanted` (positions in the pool)."""
        if (plain := _PLAIN.get(name)) is not None:
            return plain(self, wanted)
        relation, _, sign = name.partition(":")
        if relation in _NEIGHBOURS:
            return self._beside(sign, _NEIGHBOURS[relation], wanted)
        if relation in _BANDS:
            parts = [self._beside(sign, offset, wanted) for offset in _BANDS[relation]]
            return list(map(sum, zip(*parts, strict=True)))
        return self.distance(self.places(sign), wanted, ahead=relation == "until")

    def _carrying(self, sign: str) -> list[bool]:
        """Of each template, whether it has the sign; up to ten features ask for the same."""
        if sign not in self._carriers:
            number = SIGN_NUMBERS[sign]
            self._carriers[sign] = [number in signs for signs in self.pool.signs]
        return self._carriers[sign]

    def _beside(self, sign: str, offset: int, wanted: Sequence[int]) -> Column:
        carrying, templates = self._carrying(sign), self.pool.templates
        if not offset:
            return [int(carrying[templates[n]]) for n in wanted]
        indexes, position = self.pool.indexes, self.position
        return [
            int(beside is not None and carrying[templates[beside]])
            for beside in (position.get(indexes[n] + offset) for n in wanted)
        ]

    def places(self, sign: str) -> list[int]:
        """Indexes of the pooled lines with a sign, ascending."""
        carrying = self._carrying(sign)
        return [i for i, t in zip(self.pool.indexes, self.pool.templates, strict=True) if carrying[t]]

    def distance(self, places: Sequence[int], wanted: Sequence[int], *, ahead: bool) -> Column:
        """Doublings of the lines from each to the nearest of ascending places: at or after it, or before it."""
        indexes = self.pool.indexes
        if not places:
            return [_MOST_DOUBLINGS] * len(wanted)
        if ahead:
            padded = [*places, 2 * _FAR]
            away = [padded[bisect_left(places, indexes[n])] - indexes[n] for n in wanted]
        else:
            padded = [-_FAR, *places]
            away = [indexes[n] - padded[bisect_left(places, indexes[n])] for n in wanted]
        return [lines.bit_length() if lines < _FARTHEST else _MOST_DOUBLINGS for lines in away]

    @cached_property
    def strong(self) -> list[int]:
        """Indexes of the lines with a strong sign, ascending."""
        strong = strong_templates(self.pool)
        return [i for i, t in zip(self.pool.indexes, self.pool.templates, strict=True) if strong[t]]

    @cached_property
    def _rarity(self) -> Rarity:
        return Rarity(self.lines)

    def density(self, wanted: Sequence[int], reach: int) -> Column:
        """Strong lines within `reach` lines of each."""
        indexes, strong = self.pool.indexes, self.strong
        return [bisect_right(strong, i + reach) - bisect_left(strong, i - reach) for i in (indexes[n] for n in wanted)]

    def rarity(self, wanted: Sequence[int], which: int) -> Column:
        """Rare words in each line (`which` 0), or doublings of how often its rarest one occurs (1)."""
        lines, indexes = self.lines, self.pool.indexes
        for n in wanted:
            if n not in self._rare:
                self._rare[n] = self._rarity.of(lines[indexes[n]])
        found = [self._rare[n][which] for n in wanted]
        return [min(count, _MOST_COUNTED) for count in found] if which == 0 else [doublings(count) for count in found]

    def texts(self, wanted: Sequence[int]) -> list[str]:
        """The beginnings of the lines, by which their form is judged."""
        lines, indexes = self.lines, self.pool.indexes
        return [lines[indexes[n]][:_FORM_CHARS] for n in wanted]

    def at(self, wanted: Sequence[int]) -> list[int]:
        """Their indexes in the log."""
        return [self.pool.indexes[n] for n in wanted]


def _sixteenths(features: Features, wanted: Sequence[int], counts: Callable[[str], int]) -> Column:
    """What share of a line's characters is of a kind."""
    return [16 * counts(text) // (len(text) + 1) for text in features.texts(wanted)]


def _indent(text: str) -> int:
    return doublings(len(text) - len(text.lstrip()), _MOST_COUNTED)


def _same_as_before(features: Features, wanted: Sequence[int]) -> Column:
    templates = features.pool.templates
    return [int(n > 0 and templates[n] == templates[n - 1]) for n in wanted]


def _repeated(features: Features, wanted: Sequence[int]) -> Column:
    first: dict[int, int] = {}
    for n, template in enumerate(features.pool.templates):
        first.setdefault(template, n)
    return [int(first[features.pool.templates[n]] < n) for n in wanted]


def _deeper(features: Features, wanted: Sequence[int], offset: int) -> Column:
    """Whether the neighbour is indented less (0), as much (1) or more (2); 1 without one."""
    lines = features.lines
    result: Column = []
    for index in features.at(wanted):
        beside = index + offset
        if not 0 <= beside < len(lines):
            result.append(1)
            continue
        mine, other = _indent(lines[index][:_FORM_CHARS]), _indent(lines[beside][:_FORM_CHARS])
        result.append(1 + (other > mine) - (other < mine))
    return result


def _failed(features: Features, wanted: Sequence[int], *, ahead: bool) -> Column:
    places = features.places("command_failed")
    found = [bisect_left(places, index) for index in features.at(wanted)]
    return [min(len(places) - n if ahead else n, _MOST_COUNTED) for n in found]


_PLAIN: Final[dict[str, Callable[[Features, Sequence[int]], Column]]] = {
    "to_end": lambda f, w: [doublings(len(f.lines) - i - 1) for i in f.at(w)],
    "part": lambda f, w: [i * 20 // len(f.lines) for i in f.at(w)],
    "total": lambda f, w: [doublings(len(f.lines))] * len(w),
    "count": lambda f, w: [doublings(f.pool.counts[f.pool.templates[n]]) for n in w],
    "strong_total": lambda f, w: [doublings(len(f.strong))] * len(w),
    "strong_before": lambda f, w: [doublings(bisect_left(f.strong, i)) for i in f.at(w)],
    "strong_after": lambda f, w: [doublings(len(f.strong) - bisect_right(f.strong, i)) for i in f.at(w)],
    "since_strong": lambda f, w: f.distance(f.strong, w, ahead=False),
    "until_strong": lambda f, w: f.distance(f.strong, w, ahead=True),
    "failed_before": lambda f, w: _failed(f, w, ahead=False),
    "failed_after": lambda f, w: _failed(f, w, ahead=True),
    "near_3": lambda f, w: f.density(w, 3),
    "near_10": lambda f, w: f.density(w, 10),
    "near_30": lambda f, w: f.density(w, 30),
    "near_100": lambda f, w: f.density(w, 100),
    "rare_words": lambda f, w: f.rarity(w, 0),
    "rarest": lambda f, w: f.rarity(w, 1),
    "same_as_before": _same_as_before,
    "repeated": _repeated,
    "indent": lambda f, w: [_indent(text) for text in f.texts(w)],
    "above_deeper": lambda f, w: _deeper(f, w, -1),
    "below_deeper": lambda f, w: _deeper(f, w, 1),
    "length": lambda f, w: [doublings(len(f.lines[i])) for i in f.at(w)],
    "upper": lambda f, w: _sixteenths(f, w, lambda text: sum(map(str.isupper, text))),
    "digits": lambda f, w: _sixteenths(f, w, lambda text: sum(map(str.isdigit, text))),
    "marks": lambda f, w: _sixteenths(f, w, lambda text: len(text) - sum(map(str.isalnum, text)) - text.count(" ")),
}
