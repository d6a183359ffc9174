"""Train the digest's scorer on logs whose telling lines are marked; writes numbers, never text.

    uv run --group bench python -m benchmarks.train_digest --data DIR [--held-out 6] [--write]

DIR holds `logchunks*.jsonl.gz` and `logdx*.jsonl.gz`: a JSON object a line with `id`, `group` (the repository), `labels`
(1-based numbers of the telling lines) and `text`. Generated failures (`cause_families.py`) train along, so that causes
real builds rarely have are known too. `--held-out K` prints what a scorer shows that was trained without the repositories,
and without the families, it is asked about; `--write` trains on all and writes `mcp_server/logs/trees.json`. Seeds are
fixed: the same data gives the same numbers.
"""

import argparse
import gzip
import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, Final

from benchmarks import figures
from benchmarks.cause_families import DEPTHS, FAMILIES, generated
from mcp_server.logs.blocks import number_of
from mcp_server.logs.captured import CapturedLog, capture, rows_of_text
from mcp_server.logs.digest import Digest
from mcp_server.logs.features import Features, feature_names
from mcp_server.logs.pool import pool_of
from mcp_server.logs.redact import Redactor
from mcp_server.logs.score import TABLE, Tree

SETS: Final = ("logchunks", "logdx")
BUDGETS: Final = (500, 1000, 2000, 4000)
_FRAME: Final = 174
"""Tokens of an answer that are not log lines: header, marks, what was left out."""
_SIZES: Final = (30_000, 100_000, 300_000, 1_000_000)
_LOGS_PER_FAMILY: Final = 20
_FAMILY_WEIGHT: Final = 0.25
_MOST_OTHERS: Final = 400
_MOST_TELLING: Final = 200
"""Lines of one log trained on."""
_OTHERS_WEIGHT: Final = 4.0
_ROUNDS: Final = 300
_FULL: Final = 255
SETTINGS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 4,
    "max_depth": 2,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 31,
    "use_missing": False,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 2,
    "seed": 5,
    "verbose": -1,
}


@dataclass(frozen=True)
class Marked:
    """One log and the 0-based indexes of its telling lines; logs of a group are never split between train and test."""

    kind: str
    group: str
    log: CapturedLog
    labels: frozenset[int]


@dataclass(frozen=True)
class Rows:
    """What one log gives to training: a row of features a line, whether the line is telling, and its weight."""

    features: Any
    telling: list[bool]
    weights: list[float]


def marked(data: Path) -> Iterator[Marked]:
    """The logs of a folder, captured as the server would."""
    redactor = Redactor([], key=b"benchmark")
    for path in sorted(path for name in SETS for path in data.glob(f"{name}*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                log = capture(rows_of_text(row["text"]), redactor)
                yield Marked(path.name.split("_")[0], row["group"], log, frozenset(n - 1 for n in row["labels"]))


def made() -> Iterator[Marked]:
    """Generated failures, each family a group."""
    random = Random(3)  # noqa: S311  no secret
    for name, scene in FAMILIES.items():
        for n in range(_LOGS_PER_FAMILY):
            one = generated(scene, random.choice(_SIZES), DEPTHS[n % len(DEPTHS)], 100 + n)
            lines = tuple(one.lines)
            blank = ("",) * len(lines)
            labels = frozenset(number - 1 for number in one.labels)
            yield Marked("families", f"family {name}", CapturedLog(lines, blank, blank, len(one.text)), labels)


def rows_of(log: Marked, random: Random) -> Rows:
    """The telling lines of a log and a sample of the others; each log weighs about the same."""
    numpy = importlib.import_module("numpy")
    pool = pool_of(log.log.lines)
    telling = [n for n, index in enumerate(pool.indexes) if index in log.labels]
    others = [n for n, index in enumerate(pool.indexes) if index not in log.labels]
    telling = random.sample(telling, min(len(telling), _MOST_TELLING))
    others = random.sample(others, min(len(others), _MOST_OTHERS))
    features = Features(log.log.lines, pool)
    wanted = [*telling, *others]
    table = numpy.array([features.column(name, wanted) for name in feature_names()], dtype=numpy.uint8).T
    weights = [len(telling) ** -0.7] * len(telling) + [_OTHERS_WEIGHT / max(len(others), 1)] * len(others)
    scale = _FAMILY_WEIGHT if log.kind == "families" else 1.0
    return Rows(table, [True] * len(telling) + [False] * len(others), [weight * scale for weight in weights])


def fit(logs: Sequence[Marked], rows: Sequence[Rows]) -> list[Tree]:
    """Boost small trees; a group of many logs weighs as the square root of their number."""
    numpy, lightgbm = importlib.import_module("numpy"), importlib.import_module("lightgbm")
    sizes = Counter(log.group for log in logs)
    weights = numpy.concatenate(
        [numpy.array(row.weights) / sizes[log.group] ** 0.5 for log, row in zip(logs, rows, strict=True)]
    )
    data = lightgbm.Dataset(
        numpy.vstack([row.features for row in rows]),
        [int(flag) for row in rows for flag in row.telling],
        weight=weights / weights.mean(),
    )
    dumped = lightgbm.train(SETTINGS, data, _ROUNDS).dump_model()
    return [tree for info in dumped["tree_info"] if (tree := _tree(info["tree_structure"])) is not None]


def _tree(root: dict[str, Any]) -> Tree | None:
    """A LightGBM tree of depth two; a side that is a leaf becomes a split with equal ends."""
    if "split_feature" not in root:
        return None
    low, a, b = _side(root["left_child"])
    high, c, d = _side(root["right_child"])
    return (_split(root), low, high, (a, b, c, d))


def _split(node: dict[str, Any]) -> tuple[str, int]:
    number: int = node["split_feature"]
    return feature_names()[number], int(node["threshold"])


def _side(node: dict[str, Any]) -> tuple[tuple[str, int], int, int]:
    if "split_feature" not in node:
        return (feature_names()[0], _FULL), _value(node), _value(node)
    return _split(node), _value(node["left_child"]), _value(node["right_child"])


def _value(leaf: dict[str, Any]) -> int:
    return round(100 * leaf["leaf_value"])


def shown_by(trees: Sequence[Tree], log: Marked) -> list[set[int]]:
    """For each budget, the 0-based indexes of the lines an answer shows."""
    digest = Digest(log.log, trees)
    shown: list[set[int]] = []
    for budget in BUDGETS:
        numbers = {number_of(row) for block in digest.choose(budget - _FRAME).blocks for row in block.rows}
        shown.append({number - 1 for number in numbers if number})
    return shown


def held_out(logs: Sequence[Marked], rows: Sequence[Rows], folds: int) -> dict[str, Any]:
    """For each set of logs, what is shown by scorers that never saw its groups: any and rec at each budget, in per cent."""
    groups = sorted({log.group for log in logs})
    Random(7).shuffle(groups)  # noqa: S311  no secret
    fold = {group: n % folds for n, group in enumerate(groups)}
    results: dict[str, list[list[tuple[bool, float]]]] = {}
    for held in range(folds):
        known = [n for n, log in enumerate(logs) if fold[log.group] != held]
        trees = fit([logs[n] for n in known], [rows[n] for n in known])
        for log in (log for log in logs if fold[log.group] == held):
            hits = [len(log.labels & shown) for shown in shown_by(trees, log)]
            results.setdefault(log.kind, []).append([(hit > 0, hit / len(log.labels)) for hit in hits])
    return {
        kind: {
            "logs": len(found),
            "groups": len({log.group for log in logs if log.kind == kind}),
            "any": [round(100 * fmean(log[n][0] for log in found), 1) for n in range(len(BUDGETS))],
            "rec": [round(100 * fmean(log[n][1] for log in found), 1) for n in range(len(BUDGETS))],
        }
        for kind, found in results.items()
    }


def dumped(trees: Sequence[Tree]) -> str:
    """The table as JSON: names of the features used, then ten numbers a tree."""
    names = sorted({name for tree in trees for name, _ in tree[:3]})
    numbers = [[x for name, at in tree[:3] for x in (names.index(name), at)] + list(tree[3]) for tree in trees]
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in numbers)
    return f'{{"features": {json.dumps(names)},\n"trees": [\n{rows}\n]}}\n'


def main(arguments: Sequence[str]) -> None:
    """Train, and say or write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held-out", type=int, default=0, metavar="K")
    parser.add_argument("--write", action="store_true")
    asked, load = parser.parse_args(arguments), figures.load_now()
    logs = [*marked(asked.data), *made()]
    random = Random(0)  # noqa: S311  no secret
    rows = [rows_of(log, random) for log in logs]
    print(f"{len(logs)} logs, {len({log.group for log in logs})} groups, {sum(len(row.telling) for row in rows)} lines")
    if asked.held_out:
        found = held_out(logs, rows, asked.held_out)
        for kind, shown in found.items():
            told = (f"{each[0]}: {each[1]}/{each[2]}" for each in zip(BUDGETS, shown["any"], shown["rec"], strict=True))
            print(f"{kind} ({shown['logs']} logs), any/rec at tokens  {'  '.join(told)}")
        if asked.write:
            sample = f"{asked.held_out} scorers, each without a share of the groups"
            figures.keep("held_out", {"about": figures.about(sample, load), "rows": found})
    if asked.write:
        TABLE.write_text(dumped(fit(logs, rows)), encoding="utf-8")
        print(f"{TABLE.name}: {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
