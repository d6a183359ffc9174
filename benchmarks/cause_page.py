"""The tables of docs/causes.md, from the figures that were kept of causes, speed and redaction."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from benchmarks import cause_figures as figures_of
from benchmarks import figures
from benchmarks.cause_figures import BUDGETS, Figures, Table
from benchmarks.redact import LOGS, SHAPES

_SETS: Final = {"logchunks": "LogChunks", "logdx": "LogDx-CI", "families": "generated families"}
_THROUGHPUT: Final = {
    "clean": ("clean", ".0f"),
    "redact": ("redact", ".0f"),
    "digest": ("first answer", ".0f"),
    "all": ("all", ".1f"),
    "drain3": ("drain3", ".1f"),
    "seconds_5mb": ("5 MB, CPU s", ".2f"),
    "peak_over_input": ("peak memory / 64 MB", ".1f"),
    "stall_ms": ("longest stall, ms", ".0f"),
}


def sections(kept: Figures) -> Iterator[tuple[str, list[Table]]]:
    """The tables that a page shows of these figures, by marker; those not measured are left out."""
    made = {
        "labelled": figures_of.labelled_tables,
        "logdx": figures_of.logdx_table,
        "families": figures_of.families_table,
        "runs": figures_of.runs_table,
    }
    for name, tables_of in made.items():
        if found := list(tables_of(kept)):
            yield name, found


def throughput_table(rows: Mapping[str, Mapping[str, float]]) -> Table:
    """A row each shape of log, in MB/s where the heading has no unit."""
    shown = [name for name in _THROUGHPUT if any(name in row for row in rows.values())]
    body = [
        [shape, *(format(row[name], _THROUGHPUT[name][1]) if name in row else "" for name in shown)]
        for shape, row in rows.items()
    ]
    return Table("MB of input per second of CPU, one core.", ["log", *(_THROUGHPUT[name][0] for name in shown)], body)


def redact_table(rows: Mapping[str, Mapping[str, float]]) -> Table:
    """A row each group of texts: how many secrets are gone, or what is replaced in ordinary logs."""
    body = [
        [name, f"{row['tried']:,.0f}", f"{100 * row['gone'] / row['tried']:.1f} %"]
        if "tried" in row
        else [name, f"{row['megabytes']:.1f} MB", f"{row['hits'] / row['megabytes']:.2f} replaced per MB"]
        for name, row in rows.items()
    ]
    return Table("Texts with a secret, and how many it is gone from.", ["texts", "how many", "gone"], body)


def rivals_table(rows: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Table:
    """What other libraries make of the same texts."""
    body = [
        [
            name,
            f"{100 * row[SHAPES]['gone'] / row[SHAPES]['tried']:.1f} %",
            f"{row[LOGS]['hits'] / row[LOGS]['megabytes']:.0f} of {row[LOGS]['megabytes']:.1f} MB",
        ]
        for name, row in rows.items()
    ]
    return Table(
        "Others on the same texts.", ["library", "shapes in logs, gone", "found per MB of ordinary logs"], body
    )


def held_out_table(rows: Mapping[str, Mapping[str, Any]]) -> Table:
    """Any / rec of scorers that never saw the groups, a row each set."""
    heading = ["tokens", *(f"{budget:,}" for budget in BUDGETS)]
    body = [
        [
            f"{_SETS[name]}, {row['logs']} logs of {row['groups']} {'families' if name == 'families' else 'repositories'}",
            *(f"{any_} / {rec}" for any_, rec in zip(row["any"], row["rec"], strict=True)),
        ]
        for name, row in rows.items()
    ]
    return Table("", heading, body)


def tables() -> dict[str, str]:
    """What stands between the markers of docs/causes.md."""
    made = dict(sections(Figures.of(figures.read("cause"))))
    made["held"] = [held_out_table(figures.read("held_out")["rows"])]
    made["throughput"] = [throughput_table(figures.read("throughput")["rows"])]
    kept = figures.read("redact")
    made["redact"] = [redact_table(kept["rows"]), rivals_table(kept["rivals"])]
    return {name: "\n\n".join(table.markdown() for table in each) for name, each in made.items()}
