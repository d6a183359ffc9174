"""Fills the tables of docs/causes.md from figures that were kept: `python -m benchmarks.cause_page FIGURES.json --write PAGE`.

FIGURES.json is from `python -m benchmarks.cause --json`; `--throughput` and `--redact` name those of `benchmarks.throughput` and
`benchmarks.redact`. What is not given stays as it is on the page.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks import cause_figures as figures_of
from benchmarks.cause_figures import Figures, Table

PAGE: Final = Path(__file__).parent.parent / "docs" / "causes.md"
SECTIONS: Final = ("labelled", "logdx", "families", "runs", "throughput", "redact")
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


def sections(figures: Figures) -> Iterator[tuple[str, list[Table]]]:
    """The tables that a page shows of these figures, by marker; those not measured are left out."""
    made = {
        "labelled": figures_of.labelled_tables,
        "logdx": figures_of.logdx_table,
        "families": figures_of.families_table,
        "runs": figures_of.runs_table,
    }
    for name, tables in made.items():
        if found := list(tables(figures)):
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


def put(page: str, name: str, tables: Iterable[Table]) -> str:
    """The page with these tables between its markers of that name.

    Raises:
        SystemExit: The markers are missing, or there are several.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if page.count(start) != 1 or page.count(end) != 1:
        raise SystemExit(f"The page needs {start} and {end} exactly once.")
    before, _, rest = page.partition(start)
    content = "\n\n".join(table.markdown() for table in tables)
    return f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"


def main() -> None:
    """Rewrites the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path, nargs="?", help="of `benchmarks.cause`")
    parser.add_argument("--throughput", type=Path, help="of `benchmarks.throughput`")
    parser.add_argument("--redact", type=Path, help="of `benchmarks.redact`")
    parser.add_argument("--write", type=Path, default=PAGE, help="default: docs/causes.md")
    asked = parser.parse_args()
    page = asked.write.read_text("utf-8")
    for name, tables in sections(Figures.read(asked.figures)) if asked.figures else ():
        page = put(page, name, tables)
    if asked.throughput:
        page = put(page, "throughput", [throughput_table(json.loads(asked.throughput.read_text("utf-8")))])
    if asked.redact:
        page = put(page, "redact", [redact_table(json.loads(asked.redact.read_text("utf-8")))])
    asked.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
