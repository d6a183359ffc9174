"""The tables of docs/architecture.md: what a start and a call cost, from the figures that were kept."""

from collections.abc import Mapping
from typing import Any

from benchmarks import figures
from benchmarks.pages import table
from benchmarks.startup import MEASURES
from benchmarks.startup_calls import CASES, MOST_MS


def tables() -> dict[str, str]:
    """What stands between its markers."""
    kept = figures.read("startup")
    return {
        "starts": f"{_of(kept['starts'])}\n\n{starts(kept['starts']['rows'])}",
        "calls": f"{_of(kept['calls'])}\n\n{calls(kept['calls']['rows'])}",
    }


def _of(part: Mapping[str, Any]) -> str:
    told = part["about"]
    return f"{told['sample'].capitalize()}, {told['cores']} cores, load {told['load_before']} before, Python {told['python']}:"


def starts(rows: Mapping[str, Mapping[str, float]]) -> str:
    """A start of ours beside one of a bare server."""
    measures = {measure.name: measure for measure in MEASURES}
    body: list[tuple[str, ...]] = []
    for name, row in rows.items():
        measure = measures[name.rpartition(" ")[2]]
        bare, ours = (f"{row[who]:.3g} {measure.unit}" for who in ("bare", "ours"))
        ratio = f"{row['ratio']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
        body.append((name, bare, ours, ratio, "" if measure.bar is None else f"{measure.bar:g}"))
    return table(("start to the answers", "bare", "ours", "ratio (95 %)", "at most"), body)


def calls(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Median calls beside the requests they make."""
    heads = ("median call", "the requests alone", "bare server", "ours", "ours over the requests", "at most")
    columns = ("direct", "bare", "ours", "over_direct")
    barred = {case.tool for case in CASES if case.barred}
    body = (
        (
            f"`{tool}`",
            *(f"{row[f'{name}_p50']:.1f} ms" for name in columns),
            f"{MOST_MS:g} ms" if tool in barred else "",
        )
        for tool, row in rows.items()
    )
    return table(heads, body)
