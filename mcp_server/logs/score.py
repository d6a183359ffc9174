"""How much each pooled line speaks for explaining the failure: a sum of small decision trees over its features.

The trees were boosted on hand-marked failure logs of public builds and on generated failures; `benchmarks/train_digest.py`
makes them. Their text is no part of this project, the table holds names of features and numbers.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, cast

from mcp_server.logs.features import Features
from mcp_server.logs.pool import Pool

Split = tuple[str, int]
Tree = tuple[Split, Split, Split, tuple[int, int, int, int]]
"""The first split (feature, largest value that goes left), those on its left and right, and what the four ends add."""

TABLE: Final = Path(__file__).with_name("trees.json")
_FIRST: Final = 60
"""Trees that every line is put through; those made first tell most."""
_KEPT: Final = 1_500
"""Lines that are put through the others, best first: more than the largest answer shows."""
_OUT: Final = 2_000
"""How far the lines that are not lie behind."""


@cache
def default_trees() -> tuple[Tree, ...]:
    """The trees of the table; read at first use, so that start-up does not pay for them."""
    table = json.loads(TABLE.read_text("utf-8"))
    names, rows = cast("list[str]", table["features"]), cast("list[list[int]]", table["trees"])
    return tuple(
        ((names[f], at), (names[low], low_at), (names[high], high_at), (a, b, c, d))
        for f, at, low, low_at, high, high_at, a, b, c, d in rows
    )


def scores(lines: Sequence[str], pool: Pool, trees: Sequence[Tree]) -> list[int]:
    """One score per pooled line, in hundredths of a logit; higher means more telling."""
    features = Features(lines, pool)
    everyone = range(len(pool.indexes))
    if len(everyone) <= _KEPT:
        return _sums(features, trees, everyone)
    result = _sums(features, trees[:_FIRST], everyone)
    kept = sorted(sorted(everyone, key=lambda n: -result[n])[:_KEPT])
    behind = [score - _OUT for score in result]
    for n, more in zip(kept, _sums(features, trees[_FIRST:], kept), strict=True):
        behind[n] = result[n] + more
    return behind


def _sums(features: Features, trees: Sequence[Tree], wanted: Sequence[int]) -> list[int]:
    sums = [0] * len(wanted)
    columns: dict[str, list[int]] = {}
    for (first, at), (low, low_at), (high, high_at), (a, b, c, d) in trees:
        for name in (first, low, high):
            if name not in columns:
                columns[name] = features.column(name, wanted)
        rows = zip(sums, columns[first], columns[low], columns[high], strict=True)
        sums = [
            total + ((a if y <= low_at else b) if x <= at else (c if z <= high_at else d)) for total, x, y, z in rows
        ]
    return sums
