"""Draws every picture of docs/ and fills every table there from the figures that were kept: `python -m benchmarks.plots`.

Nothing is measured: benchmarks keep their figures in docs/figures/ with `--write`. Drawing needs matplotlib (group `bench`); without
it the tables are filled, and the pictures that are no longer what the figures say are named. `--check` changes nothing.
"""

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks import cause_page, figures, results_page, scale_page, startup_page
from benchmarks.pages import filled
from benchmarks.pictures import PICTURES
from benchmarks.plot import digest_in

PAGES: Final[Mapping[str, Callable[[], Mapping[str, str]]]] = {
    "architecture": startup_page.tables,
    "benchmarks": results_page.tables,
    "budget": results_page.budget_tables,
    "causes": cause_page.tables,
    "scale": scale_page.tables,
}
"""Pages of docs/, and what stands between the markers of each."""


def stale(docs: Path) -> Iterator[str]:
    """Files of that folder that are not what the figures say."""
    for name, tables in PAGES.items():
        page = (docs / f"{name}.md").read_text("utf-8")
        if filled(page, tables()) != page:
            yield f"{name}.md"
    for name, made in PICTURES.items():
        path = docs / f"{name}.svg"
        if not path.exists() or digest_in(path.read_text("utf-8")) != made().digest:
            yield path.name


def write(docs: Path) -> None:
    """Fills the tables, and draws where matplotlib is installed."""
    for name, tables in PAGES.items():
        path = docs / f"{name}.md"
        path.write_text(filled(path.read_text("utf-8"), tables()), "utf-8")
    if importlib.util.find_spec("matplotlib"):
        for name, made in PICTURES.items():
            made().save(docs / f"{name}.svg")


def main() -> str | None:
    """Writes or checks; says what is stale, if anything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say which files are not what the figures say")
    parser.add_argument("--docs", type=Path, default=figures.DOCS, help="folder of the pages (default: docs/)")
    asked = parser.parse_args()
    if not asked.check:
        write(asked.docs)
    if found := list(stale(asked.docs)):
        return f"not what the figures say: {', '.join(found)}; run `uv run --group bench python -m benchmarks.plots`"
    return None


if __name__ == "__main__":
    sys.exit(main())
