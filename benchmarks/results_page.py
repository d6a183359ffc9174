"""The tables of docs/benchmarks.md: every figure that has a target, whether it is met, and what measured it."""

import json
from collections.abc import Iterator
from statistics import fmean
from typing import Any, Final

from benchmarks import figures
from benchmarks.cause_figures import BUDGETS, DEFAULT, OURS, Figures
from benchmarks.pages import table
from benchmarks.pictures import FAST_MB_S, TOKENS, TOOL_TOKENS
from benchmarks.redact import LOGS, SHAPES
from benchmarks.staleness import BAR_REQUESTS, BAR_S
from benchmarks.startup import MEASURES
from benchmarks.startup_calls import MOST_MS

# What, the figure, its target, and whether it is met.
Row = tuple[str, str, str, bool]
_HELD_OUT: Final = {500: (88, 65), 1_000: (95, 80), 2_000: (97, 88), 4_000: (99, 92)}
_SIGNALS: Final = {2_000: 0.90, 4_000: 0.95}
_ALL_TOKENS, _MB_TIMES, _SHAPES_GONE, _SECONDS_5MB = 4_000, 3.0, 0.97, 0.3
_USED, _LONG_RUNS, _RUNS = 0.98, 0.85, 0.95


def tables() -> dict[str, str]:
    """What stands between the markers of docs/benchmarks.md."""
    parts = {"found": found(), "limits": limits(), "light": light(), "redacted": redacted(), "fast": fast()}
    each = {name: list(rows) for name, rows in parts.items()}
    missed = [row for rows in each.values() for row in rows if not row[3]]
    count = sum(map(len, each.values()))
    told = f"{count - len(missed)} of {count} targets are met. Missed:\n\n"
    listed = "\n".join(f"- {what}: {figure}, the target is {target}" for what, figure, target, _ in missed)
    return {
        "missed": told + listed,
        **{name: _table(rows) for name, rows in each.items()},
        "measured": table(("figures", "command", "of", "when", "where"), measured()),
    }


def _table(rows: list[Row]) -> str:
    return table(("what", "figure", "target", "met"), ((*row[:3], "yes" if row[3] else "**no**") for row in rows))


def found() -> Iterator[Row]:
    """Causes in the first answer."""
    held = figures.read("held_out")["rows"]
    for number, (budget, (any_, rec)) in enumerate(_HELD_OUT.items()):
        shown, share = held["logchunks"]["any"][number], held["logchunks"]["rec"][number]
        what = (
            f"LogChunks, repositories held out, {budget:,} tokens: logs with a marked line shown / marked lines shown"
        )
        yield what, f"{shown} / {share} %", f"{any_} / {rec} %", shown >= any_ and share >= rec
    yield "LogDx-CI held out, 1,000 tokens: logs with a signal shown", *_least(held["logdx"]["any"][1], 82, " %")
    kept = Figures.of(figures.read("cause"))
    signals = {row.budget: row.rec or 0.0 for row in kept.found if row.of == "logdx" and row.contender == OURS}
    for budget, target in _SIGNALS.items():
        yield f"LogDx-CI, {budget:,} tokens: recall of critical signals", *_least(round(signals[budget], 3), target)
    for budget, target in ((500, 90), (1_000, 95), (DEFAULT, 100)):
        share = 100 * fmean(
            row.any for row in kept.found if (row.of, row.contender, row.budget) == ("families", OURS, budget)
        )
        yield (
            f"generated logs of 5 MB, cause anywhere, {budget:,} tokens: shown",
            *_least(round(share, 1), target, " %"),
        )
    runs = [row for row in kept.found if row.of == "runs" and row.budget == DEFAULT and row.contender.startswith(OURS)]
    for where, target in (("all", _RUNS), ("long", _LONG_RUNS)):
        share = min(row.any for row in runs if row.where == where)
        yield (
            f"Who&When, {where} runs, {DEFAULT:,} tokens: mistaken step visible",
            *_least(100 * share, 100 * target, " %"),
        )
    over = sum(row.over or 0 for row in kept.labelled)
    yield f"answers longer than asked for, at {', '.join(f'{budget:,}' for budget in BUDGETS)}", *_most(over, 0)


def limits() -> Iterator[Row]:
    """The rate budget."""
    for row in figures.read("budget")["bar"]:
        if row["bar"] and not row["bar"].startswith("at "):
            yield row["what"], row["figure"], row["bar"], row["kept"]
    eight = figures.read("eight_servers")["rows"]
    yield "eight servers of one key, 60 s windows: 429s", *_most(eight["refused"], 0)
    yield "the same: used of what the budget allows", *_least(100 * eight["used"], 100 * _USED, " %")
    ours = next(iter(figures.read("staleness")["rows"].values()))
    yield "ten runs, four sessions wait for each: age of what they know", *_most(round(ours["age_s"], 1), BAR_S, " s")
    yield "the same: requests for five minutes of a run", *_most(round(ours["requests"]), BAR_REQUESTS)


def light() -> Iterator[Row]:
    """What starting, calling and listing cost."""
    kept = figures.read("startup")
    for name, row in kept["starts"]["rows"].items():
        era, _, of = name.rpartition(": ")
        target = {measure.name: measure.bar for measure in MEASURES}[of]
        if target is not None:
            what = f"start to the answer of `{era}`, {of} over a bare server's (95 %: {row['low']:.2f} to {row['high']:.2f})"
            yield what, *_most(round(row["ratio"], 2), target)
    over = kept["calls"]["rows"]["get_run"]["over_direct_p50"]
    yield "`get_run` over its request, stdio, p50", *_most(round(over, 2), MOST_MS, " ms")
    tokens = json.loads(TOKENS.read_text("utf-8"))
    yield "all tools in `tools/list`, o200k tokens", *_most(tokens["total"], _ALL_TOKENS)
    name = max(tokens["tools"], key=tokens["tools"].__getitem__)
    yield f"the largest tool in it, `{name}`", *_most(tokens["tools"][name], TOOL_TOKENS)


def redacted() -> Iterator[Row]:
    """Secrets."""
    rows = figures.read("redact")["rows"]
    for name, target in ((SHAPES, _SHAPES_GONE), ("own keys, encoded", 1.0)):
        yield f"{name}: gone", *_least(round(100 * rows[name]["gone"] / rows[name]["tried"], 1), 100 * target, " %")
    # Whether a hit was a secret, a reader decides: so this is more than what is replaced in vain.
    yield "ordinary build logs: replaced per MB", *_most(round(rows[LOGS]["hits"] / rows[LOGS]["megabytes"], 2), 1)


def fast() -> Iterator[Row]:
    """Logs made ready."""
    rows: dict[str, dict[str, float]] = figures.read("throughput")["rows"]
    for shape, row in rows.items():
        rate, seconds = row["all"], row["seconds_5mb"]
        target = f"{FAST_MB_S} MB/s, {_SECONDS_5MB} s"
        kept = rate >= FAST_MB_S and seconds <= _SECONDS_5MB
        yield (
            f"{shape}: cleaned, redacted and chosen from; 5 MB of it",
            f"{rate:.1f} MB/s, {seconds:.2f} s",
            target,
            kept,
        )
    worst = max(rows, key=lambda shape: rows[shape]["peak_over_input"])
    peak = rows[worst]["peak_over_input"]
    yield f"peak memory over a log of 64 MB, the worst ({worst})", *_most(round(peak, 2), _MB_TIMES, " times")


def _least(figure: float, target: float, unit: str = "") -> tuple[str, str, bool]:
    return f"{figure:g}{unit}", f"at least {target:g}{unit}", figure >= target


def _most(figure: float, target: float, unit: str = "") -> tuple[str, str, bool]:
    return f"{figure:,}{unit}", f"at most {target:g}{unit}" if target else "none", figure <= target


def measured() -> Iterator[tuple[str, ...]]:
    """What measured each part, when and on what."""
    for path in sorted(figures.HOME.glob("*.json")):
        kept: dict[str, Any] = figures.read(path.stem)
        parts = {path.stem: kept} if "about" in kept else {f"{path.stem}, {part}": kept[part] for part in kept}
        for name, part in parts.items():
            told = part["about"]
            load = "" if told["load_before"] is None else f", load {told['load_before']} before"
            where = f"Python {told['python']}, {told['cores']} cores{load}"
            yield f"`{name}`", f"`{told['command']}`", told["sample"], told["date"], where


def budget_tables() -> dict[str, str]:
    """What stands between the markers of docs/budget.md: each contender at the servers that count as documented, and the others."""
    rows: list[dict[str, Any]] = figures.read("budget")["scores"]
    body: list[tuple[str, ...]] = []
    for who in dict.fromkeys(row["contender"] for row in rows):
        mine = [row for row in rows if row["contender"] == who]
        refused = [row["refused"] for row in mine]
        used = sorted(row["utilisation"] for row in mine)
        body.append(
            (
                OURS if who == "ours" else who,
                f"{sum(refused):,} of {sum(row['requests'] for row in mine):,}",
                f"{max(refused):,}",
                f"{100 * used[len(used) // 2]:.0f} % ({100 * used[0]:.0f}-{100 * used[-1]:.0f})",
                str(max(row["most"] for row in mine)),
            )
        )
    heads = ("", "429s at ten servers", "at the worst server", "used of N, median (range)", "most in any window")
    told = figures.read("budget")["about"]
    return {"contest": f"{told['sample']}.\n\n{table(heads, body)}"}
