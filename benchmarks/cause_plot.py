"""Pictures of `benchmarks.cause`: `python -m benchmarks.cause_plot FIGURES.json docs/causes.svg`.

Logs with the cause shown and the share of it that is shown, against tokens; and generated logs by the depth of their cause.
"""

import argparse
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.cause_figures import DEFAULT, OURS, Figures
from benchmarks.plot import LOOKS

_DASHES: Final = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes:
        ticks: Positions on the x axis and their labels; positions are evenly spaced where they are places, not amounts.
        lines: Contender -> x and y of each point, y in per cent.
    """

    title: str
    x: str
    ticks: Mapping[float, str]
    lines: Mapping[str, Sequence[tuple[float, float]]]
    amounts: bool = True


def panels(figures: Figures) -> list[Panel]:
    """Two of the first set of labelled logs, one of the generated ones, as far as they were measured."""
    found: list[Panel] = []
    for name in figures.sets[:1]:
        rows = [row for row in figures.labelled if row.of == name]
        ticks = {float(budget): f"{budget:,}" for budget in sorted({row.budget for row in rows})}
        who = dict.fromkeys(row.contender for row in rows)
        any_ = {one: [(row.budget, 100 * row.any.mean) for row in rows if row.contender == one] for one in who}
        rec = {one: [(row.budget, 100 * row.rec.mean) for row in rows if row.contender == one] for one in who}
        found += [
            Panel(f"{name}: logs with a marked line shown, %", "tokens", ticks, any_),
            Panel(f"{name}: marked lines shown of each log, %", "tokens", ticks, rec),
        ]
    rows = [row for row in figures.found if row.of == "families" and row.budget == DEFAULT]
    if rows:
        depths = list(dict.fromkeys(row.where for row in rows))
        lines = {
            one: [(depths.index(row.where), 100 * row.any) for row in rows if row.contender == one]
            for one in dict.fromkeys(row.contender for row in rows)
        }
        places = {float(n): depth for n, depth in enumerate(depths)}
        found.append(
            Panel(
                f"generated logs, {DEFAULT:,} tokens: cause shown, %",
                "where the cause is",
                places,
                lines,
                amounts=False,
            )
        )
    return found


def draw(path: Path, figures: Figures) -> None:
    """Writes the picture; the file's suffix decides the format, the same figures give the same SVG.

    Raises:
        ImportError: matplotlib is not installed.
        SystemExit: There is nothing to draw.
    """
    wanted = panels(figures)
    if not wanted:
        raise SystemExit("Nothing to draw: no labelled and no generated logs were measured.")
    # By name: it is needed for this picture only, and its types are not ours to check.
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    contenders = list(dict.fromkeys(one for panel in wanted for one in panel.lines))
    style = {"svg.hashsalt": "sandscope", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10}
    with matplotlib.rc_context(style):
        figure, places = pyplot.subplots(
            1, len(wanted), figsize=(4.4 * len(wanted) + 1.8, 4.6), layout="constrained", squeeze=False
        )
        for axes, panel in zip(places[0], wanted, strict=True):
            frame(axes, panel)
            for contender, points in panel.lines.items():
                axes.plot(*zip(*points, strict=True), label=contender, **look(contender, contenders))
        named: dict[str, Any] = {}
        for axes in places[0]:
            named |= {label: line for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
        figure.legend(named.values(), named.keys(), loc="outside right upper", frameon=False, alignment="left")
        # A date would make each SVG a new one.
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)
        pyplot.close(figure)


def look(contender: str, contenders: Sequence[str]) -> dict[str, object]:
    """Ours is thick and above the others, which differ in colour, mark and dashes."""
    if contender == OURS:
        return {"color": "black", "linewidth": 3.2, "marker": "o", "markersize": 6, "zorder": 4}
    others = [one for one in contenders if one != OURS]
    number = others.index(contender)
    # The last look is black: ours.
    colour, mark = LOOKS[number % (len(LOOKS) - 1)]
    dash = _DASHES[number // (len(LOOKS) - 1) % len(_DASHES)]
    return {"color": colour, "linewidth": 1.3, "marker": mark, "markersize": 4.5, "linestyle": dash, "zorder": 3}


def frame(axes: Any, panel: Panel) -> None:
    """Axes and their names."""
    axes.set_title(panel.title, loc="left", fontsize=10)
    axes.set_xlabel(panel.x)
    if panel.amounts:
        axes.set_xscale("log")
    axes.set_xticks(list(panel.ticks), list(panel.ticks.values()))
    axes.set_xticks((), minor=True)
    axes.set_ylim(-3, 103)
    axes.set_yticks(range(0, 101, 20))
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6, zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path, help="what `python -m benchmarks.cause --json` kept")
    parser.add_argument("plot", type=Path, help="where to draw, as SVG or PNG")
    asked = parser.parse_args()
    draw(asked.plot, Figures.read(asked.figures))


if __name__ == "__main__":
    main()
