"""Does the first answer show why it failed? `python -m benchmarks.cause --data DIR` measures it beside every rival at hand.

    python -m benchmarks.cause [--data DIR] [--limit N] [--rivals all|quick|none] [--family-bytes 5000000] [--write]

DIR holds sets as gzipped JSON lines, any of: `logchunks*.jsonl.gz` and `logdx*.jsonl.gz` (id, group, labels as 1-based line
numbers, text; those of LogDx-CI also signals), `whowhen*.jsonl.gz` (labels as 0-based steps, run.history), and a checkout of
LogDx-CI, whose own package then scores the cases that the `logdx` files name, or all if there are none. Without --data only
generated logs are measured. Every rival gets the budget in real o200k tokens; our answer also holds its own header, marks and
notes within it. `--rivals quick` leaves out what has to be installed (group `bench`). `docs/causes.md` says more.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

from benchmarks import cause_figures as figures_of
from benchmarks import cause_labelled, cause_runs
from benchmarks import figures as kept
from benchmarks.cause_families import DEPTHS, FAMILIES, generated
from benchmarks.cause_figures import BUDGETS, DEFAULT, OURS, Figures, Found, Table
from benchmarks.cause_logdx import (
    Case,
    Reducer,
    answer,
    cases,
    critical_signal_recall,
    installed,
    kept_lines,
    names,
    read,
)
from benchmarks.cause_rivals import ENTRIES, Count, O200k, Rival, rivals

TUNED: Final = (
    "The scorer was trained on LogChunks' and LogDx-CI's development halves and on small logs of the generated families: on those, "
    "read the held-out figures that `benchmarks/train_digest.py --data DIR --held-out 6` prints. Rivals and runs were not tuned on."
)
_SEED: Final = 1


def labelled(data: Path, limit: int | None, others: Mapping[str, Rival], count: Count) -> Iterator[Figures]:
    """Each set of labelled logs."""
    for path in sorted((*data.glob("logchunks*.jsonl.gz"), *data.glob("logdx*.jsonl.gz"))):
        name = path.name.removesuffix(".jsonl.gz")
        tally = cause_labelled.tallied(path, limit, others, count)
        groups = {hit.group for hit in tally.hits[OURS, BUDGETS[0]]}
        note = (
            f"{name}: {tally.logs} logs of {len(groups)} repositories, {tally.chars / 1e6:.1f} MB; clean, redact and "
            f"first answer at {DEFAULT:,} tokens: {tally.chars / 1e6 / tally.cpu_s:.1f} MB/s."
        )
        yield Figures({name: note}, list(cause_labelled.rows(name, tally, count)))


def logdx(data: Path, limit: int | None, others: Mapping[str, Rival]) -> Figures:
    """LogDx-CI's recall of critical signals; nothing where there are neither its lines nor a checkout."""
    listed = sorted(data.glob("logdx*.jsonl.gz"))
    checkouts = [path for path in (data, *data.iterdir()) if (path / "cases").is_dir()] if installed() else []
    if checkouts:
        only = {name for path in listed for name in names(path)} or None
        found = [case for path in checkouts for case in cases(path, only)]
    else:
        found = [case for path in listed for case in cases(path)]
    found = found[:limit]
    if not found:
        return Figures()
    scorer = "its own package" if checkouts else "its rule for tools that keep lines"
    note = f"LogDx-CI, {len(found)} cases scored by {scorer}: recall of critical signals; cases with one of them shown."
    return Figures({"logdx": note}, found=list(_recalls(found, others)))


def _recalls(found: Sequence[Case], others: Mapping[str, Rival]) -> Iterator[Found]:
    shares: dict[tuple[str, int], list[tuple[float, bool]]] = defaultdict(list)
    for case in found:
        # The budgets of one case follow each other: tools keep what they made of a log for the next budget.
        for contender, budget, reduce in _reducers(case, others):
            _, (recall,) = critical_signal_recall([case], reduce)
            shares[contender, budget].append((recall.share, recall.any))
    for (contender, budget), each in shares.items():
        yield Found("logdx", contender, budget, fmean(some for _, some in each), rec=fmean(share for share, _ in each))


def _reducers(case: Case, others: Mapping[str, Rival]) -> Iterator[tuple[str, int, Reducer]]:
    kept = read(case.text)
    for budget in BUDGETS:
        yield OURS, budget, lambda _, budget=budget: answer(kept, budget)
    for name, rival in others.items():
        for budget in BUDGETS:
            yield name, budget, kept_lines(rival, budget)


def families(size: int, others: Mapping[str, Rival]) -> Figures:
    """Generated logs of every family and depth."""
    shown: dict[tuple[str, int, float], list[bool]] = defaultdict(list)
    missed: list[str] = []
    for depth in DEPTHS:
        for family, scene in FAMILIES.items():
            log = generated(scene, size, depth, _SEED)
            kept = read(log.text)
            for budget in BUDGETS:
                hit = not log.labels.isdisjoint(answer(kept, budget)[1])
                shown[OURS, budget, depth].append(hit)
                if not hit and budget == DEFAULT:
                    missed.append(f"{family} at {depth:.0%}")
            for name, rival in others.items():
                for budget in BUDGETS:
                    shown[name, budget, depth].append(not log.labels.isdisjoint(rival(log.lines, budget)))
    ordered = sorted(shown, key=lambda key: ([OURS, *others].index(key[0]), *key[1:]))
    found = [Found("families", who, budget, fmean(shown[who, budget, at]), f"{at:.0%}") for who, budget, at in ordered]
    note = f"{len(FAMILIES)} generated families of {size / 1e6:g} MB each, logs with a cause line shown, %, by where it stands in the log."
    return Figures(
        {"families": f"{note} Missed by {OURS} at {DEFAULT:,} tokens: {', '.join(missed) or 'none'}."}, found=found
    )


def runs(data: Path, count: Count) -> Figures:
    """Agents' runs whose mistaken step is labelled."""
    found: list[Found] = []
    for path in sorted(data.glob("whowhen*.jsonl.gz"))[:1]:
        for row in cause_runs.rows(path, BUDGETS, count):
            every, long = next(iter(row.shown.values()))
            found += [
                Found("runs", row.contender, row.budget, share, where, tokens=row.tokens)
                for where, share in (("all", every), ("long", long))
            ]
    note = "Who&When: runs with the mistaken step visible, % of all runs / of those with 40 steps and more."
    return Figures({"runs": note} if found else {}, found=found)


def measured(asked: argparse.Namespace, count: Count) -> Iterator[tuple[Figures, Iterable[Table]]]:
    """Part after part, each with its tables."""
    asked_rivals = {entry.name for entry in ENTRIES if asked.rivals == "all" or not entry.module}
    others = {} if asked.rivals == "none" else {n: rival for n, rival in rivals(count).items() if n in asked_rivals}
    if asked.data:
        for part in labelled(asked.data, asked.limit, others, count):
            yield part, figures_of.labelled_tables(part)
        part = logdx(asked.data, asked.limit, others)
        yield part, figures_of.logdx_table(part)
    part = families(asked.family_bytes, others)
    yield part, figures_of.families_table(part)
    if asked.data:
        part = runs(asked.data, count)
        yield part, figures_of.runs_table(part)


def main() -> None:
    """Measures, prints each part as soon as it is there, and keeps the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=int, help="so many logs of each set, spread evenly")
    parser.add_argument("--rivals", choices=("all", "quick", "none"), default="all")
    parser.add_argument("--family-bytes", type=int, default=5_000_000)
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    asked, load = parser.parse_args(), kept.load_now()
    absent = [entry.name for entry in ENTRIES if entry.choose and not entry.measured]
    if absent and asked.rivals == "all":
        print(f"not installed, so left out: {', '.join(absent)}", file=sys.stderr)
    whole = Figures({"tuned": TUNED})
    with O200k.found() as count:
        for part, tables in measured(asked, count):
            whole.notes.update(part.notes)
            whole.labelled.extend(part.labelled)
            whole.found.extend(part.found)
            for table in tables:
                print(table.text(), flush=True)
    print(TUNED)
    if asked.write:
        sample = "; ".join(note for name, note in whole.notes.items() if name in (*whole.sets, "families"))
        kept.keep("cause", {"about": kept.about(sample, load), **whole.told()})


if __name__ == "__main__":
    main()
