"""Where a pooled line stands: its distance to the end, to failing commands, to strong signs, and its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.pool import Pool
from mcp_server.logs.signals import SIGNS

_INDEX: Final = {name: number for number, (name, _) in enumerate(SIGNS)}
STRONG: Final = frozenset(
    _INDEX[name]
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
    ]
)
HARMLESS: Final = frozenset(_INDEX[name] for name in ("zero_bad", "good_mark", "deprecated", "gha_warning", "progress"))
_FAILED: Final = _INDEX["command_failed"]
_BLANK: Final = _INDEX["blank"]
_FAR: Final = 1 << 20

# Bucketed features, in the order of the tuples `placed` gives; the sizes are the numbers of buckets.
PLACES: Final[tuple[tuple[str, int], ...]] = (
    ("to_end", 16),
    ("decile", 10),
    ("to_failed", 14),
    ("past_failed", 14),
    ("to_strong", 10),
    ("past_strong", 10),
    ("past_first_strong", 16),
    ("count", 12),
    ("repeat", 2),
    ("indent", 6),
    ("length", 9),
)


@dataclass(frozen=True, slots=True)
class _Marks:
    """Distances to the nearest line of a kind, before and after each pooled line."""

    before: list[int]
    after: list[int]


def log2_bucket(value: int, size: int) -> int:
    """0 for 0, then one more for each doubling, at most `size - 1`."""
    return min(value.bit_length(), size - 1)


def strong_templates(pool: Pool) -> list[bool]:
    """Of each template, whether its signs are strong and none says it is harmless."""
    return [not STRONG.isdisjoint(signs) and HARMLESS.isdisjoint(signs) for signs in pool.signs]


def placed(lines: Sequence[str], pool: Pool) -> list[tuple[int, ...]]:
    """For each pooled line its bucket in each of `PLACES`."""
    strong = strong_templates(pool)
    failing = [_FAILED in signs for signs in pool.signs]
    near_strong = _distances(pool, strong)
    near_failed = _distances(pool, failing)
    first_strong = next((index for index, t in zip(pool.indexes, pool.templates, strict=True) if strong[t]), 0)
    total = len(lines)
    seen: set[int] = set()
    result: list[tuple[int, ...]] = []
    for n, (index, template) in enumerate(zip(pool.indexes, pool.templates, strict=True)):
        line = lines[index]
        result.append(
            (
                log2_bucket(total - index - 1, 16),
                index * 10 // total,
                log2_bucket(near_failed.after[n], 14),
                log2_bucket(near_failed.before[n], 14),
                log2_bucket(near_strong.after[n], 10),
                log2_bucket(near_strong.before[n], 10),
                log2_bucket(max(index - first_strong + 1, 0), 16),
                log2_bucket(pool.counts[template], 12),
                int(template in seen),
                _indent(line),
                log2_bucket(len(line) >> 2, 9),
            )
        )
        seen.add(template)
    return result


def _indent(line: str) -> int:
    if line.startswith("\t"):
        return 5
    return log2_bucket(len(line) - len(line.lstrip(" ")), 5)


def _distances(pool: Pool, marked: Sequence[bool]) -> _Marks:
    """Lines to the nearest marked line at or before, and at or after, each pooled line (the line itself excluded before)."""
    before: list[int] = []
    last = -_FAR
    for index, template in zip(pool.indexes, pool.templates, strict=True):
        before.append(index - last)
        if marked[template]:
            last = index
    after: list[int] = []
    last = 2 * _FAR
    for index, template in zip(reversed(pool.indexes), reversed(pool.templates), strict=True):
        if marked[template]:
            last = index
        after.append(last - index)
    after.reverse()
    return _Marks(before, after)
