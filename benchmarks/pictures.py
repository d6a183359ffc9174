"""What each picture of docs/ shows, from the figures that were kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import figures
from benchmarks.cause_figures import DEFAULT, Figures, Found
from benchmarks.plot import OURS, Picture
from benchmarks.plot_bars import Bars
from benchmarks.plot_lines import Lines
from benchmarks.plot_scatter import Point, Scatter
from benchmarks.redact import LOGS, SHAPES
from benchmarks.startup import MEASURES

TOKENS: Final = Path(__file__).parent.parent / "tests" / "surface" / "tokens.json"
TOOL_TOKENS, FAST_MB_S = 450, 20
"""What one tool's description may take, and the MB of log that are to be made ready in a second."""


def causes() -> Picture:
    """Logs with the cause shown against tokens, and by the place of the cause."""
    kept = Figures.of(figures.read("cause"))
    name = kept.sets[0]
    rows = [row for row in kept.labelled if row.of == name]
    ticks = {float(budget): f"{budget:,}" for budget in sorted({row.budget for row in rows})}
    who = dict.fromkeys(row.contender for row in rows)
    any_ = {one: [(row.budget, 100 * row.any.mean) for row in rows if row.contender == one] for one in who}
    rec = {one: [(row.budget, 100 * row.rec.mean) for row in rows if row.contender == one] for one in who}
    found = [row for row in kept.found if row.of == "families" and row.budget == DEFAULT]
    others = [one for one in who if one != OURS]
    return Picture(
        "Logs with the cause shown, against tokens",
        (
            Lines("LogChunks: logs with a marked line shown, %", "tokens", ticks, any_, others),
            Lines("LogChunks: marked lines shown of each log, %", "tokens", ticks, rec, others),
            _by_depth(found, others),
        ),
    )


def _by_depth(found: Sequence[Found], others: Sequence[str]) -> Lines:
    depths = list(dict.fromkeys(row.where for row in found))
    lines = {
        one: [(float(depths.index(row.where)), 100 * row.any) for row in found if row.contender == one]
        for one in dict.fromkeys(row.contender for row in found)
    }
    title = f"Generated logs of 5 MB, {DEFAULT:,} tokens: cause shown, %"
    ticks = {float(number): depth for number, depth in enumerate(depths)}
    return Lines(title, "where in the log the cause is", ticks, lines, others, amounts=False)


def budget() -> Picture:
    """Utilisation against 429s."""
    kept = figures.read("budget")
    points = [
        Point(
            OURS if row["contender"] == "ours" else row["contender"],
            row["server"],
            row["utilisation"],
            round(1000 * row["refused"] / row["requests"], 2) if row["requests"] else 0.0,
        )
        for row in kept["scores"]
    ]
    return Picture(
        "How much of the limit each used, against how often it was refused",
        (Scatter("Ten kinds of servers, four processes with one key", points),),
    )


def load() -> Picture:
    """Calls and times of one replica and of three, beside as many bare servers."""
    kept = figures.read("scale")["load"]
    calls = list(kept["replicas"]["1"]["calls"])
    rows: Mapping[str, Mapping[str, Any]] = {count: each["calls"] for count, each in kept["replicas"].items()}
    many = {count: f"{count} replicas" if int(count) > 1 else "1 replica" for count in rows}

    def series(name: str) -> dict[str, list[float]]:
        ours = {f"{OURS}, {many[count]}": [each[call][name] for call in calls] for count, each in rows.items()}
        bare = {
            f"bare MCPServer, {many[count]}": [each[call][f"bare_{name}"] for call in calls]
            for count, each in rows.items()
        }
        return {**ours, **bare}

    clients = f"{kept['clients']} clients at once"
    return Picture(
        "Calls a second and their times, one replica and three, beside bare servers",
        (
            Bars(f"Calls/s, {clients}", calls, series("calls_per_s")),
            Bars(f"Milliseconds, p50 / p99, {clients}", calls, series("p50_ms"), least=5.0, upto=series("p99_ms")),
        ),
    )


def capacity() -> Picture:
    """What is full first, and what is told to come back."""
    model = figures.read("scale")["model"]
    parts, rows = model["ceilings"], model["rows"]
    return Picture(
        "What is full first, and how many questions are told to wait",
        (
            Bars(
                "Calls of a caller in a minute at which it is full (10,000 callers)",
                [row["part"] for row in parts],
                {OURS: [row["rate"] for row in parts]},
                digits=1,
            ),
            Bars(
                "New questions told to come back later, %",
                [f"{row['rate']:g} calls / min" for row in rows],
                {OURS: [100 * row["refused_share"] for row in rows]},
                digits=1,
            ),
            Bars(
                "Cores kept busy by replicas",
                [f"{row['rate']:g} calls / min" for row in rows],
                {OURS: [row["replica_cores"] for row in rows]},
                digits=2,
            ),
        ),
    )


def startup() -> Picture:
    """A start beside a bare server's, and a call beside the requests it makes."""
    kept = figures.read("startup")
    starts, calls = kept["starts"]["rows"], kept["calls"]["rows"]
    targets = {f"target, {each.name}": each.bar for each in MEASURES if each.bar}
    return Picture(
        "Starting and calling, beside a bare MCPServer",
        (
            Bars(
                "Start over a bare server's: ratio / end of its 95 % interval",
                [name.replace("server/discover + ", "") for name in starts],
                {OURS: [row["ratio"] for row in starts.values()]},
                digits=2,
                targets=targets,
                upto={OURS: [row["high"] for row in starts.values()]},
            ),
            Bars(
                "One call, ms, p50 / p95",
                list(calls),
                _of_calls(calls, "50"),
                digits=1,
                upto=_of_calls(calls, "95"),
            ),
        ),
    )


def _of_calls(calls: Mapping[str, Mapping[str, float]], share: str) -> dict[str, list[float]]:
    series = {OURS: "ours", "bare MCPServer": "bare", "the requests alone": "direct"}
    return {label: [row[f"{name}_p{share}"] for row in calls.values()] for label, name in series.items()}


def redaction() -> Picture:
    """Secrets gone, and what is replaced in ordinary logs, beside others."""
    kept = figures.read("redact")
    rows = {OURS: kept["rows"], **kept["rivals"]}
    gone = {name: [100 * row[SHAPES]["gone"] / row[SHAPES]["tried"]] for name, row in rows.items()}
    hits = {name: [row[LOGS]["hits"] / row[LOGS]["megabytes"]] for name, row in rows.items()}
    return Picture(
        "Secrets that are gone, and what is replaced in ordinary logs",
        (
            Bars("Texts with a secret: it is gone, %", ("secrets",), gone, digits=1),
            Bars("Replaced in ordinary build logs, per MB", ("logs",), hits, digits=1),
        ),
    )


def throughput() -> Picture:
    """MB/s by shape of log."""
    rows = figures.read("throughput")["rows"]
    series = {f"{OURS}: clean, redact, choose": "all", "drain3 on the same lines": "drain3"}
    shown = {label: [row[name] for row in rows.values()] for label, name in series.items()}
    target = {f"target, {FAST_MB_S} MB/s": float(FAST_MB_S)}
    return Picture(
        "MB of log made ready in a second of one core",
        (Bars("MB/s of one core, by shape of log", list(rows), shown, digits=1, least=0.1, targets=target),),
    )


def tools() -> Picture:
    """What each tool takes of a model's context."""
    kept = json.loads(TOKENS.read_text("utf-8"))
    tokens: Mapping[str, int] = kept["tools"]
    ordered = sorted(tokens, key=lambda name: -tokens[name])
    target = {f"target, {TOOL_TOKENS} at most": float(TOOL_TOKENS)}
    title = f"Tokens (o200k) of each tool in tools/list, {kept['total']:,} in all"
    figures_of: dict[str, list[float | None]] = {OURS: [tokens[name] for name in ordered]}
    return Picture("Tokens of each tool in tools/list", (Bars(title, ordered, figures_of, targets=target),))


PICTURES: Final[Mapping[str, Callable[[], Picture]]] = {
    made.__name__: made for made in (budget, capacity, causes, load, redaction, startup, throughput, tools)
}
"""By the name of the file in docs/, without its suffix."""
