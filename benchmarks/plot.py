"""A picture of docs/: panels under each other, drawn as SVG, wide enough to be read at 600 px, the same for the same figures.

An SVG says which figures it shows: a hash of them is in its description, so that whether it is fresh can be told without
drawing.
"""

import hashlib
import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

OURS: Final = "sandscope"
OUR_COLOUR: Final = "#0072B2"
# Okabe and Ito's colours, which the colour-blind can tell apart; the shapes serve black and white.
LOOKS: Final = (
    ("#D55E00", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#A6761D", "v"),
    ("#666666", "P"),
    ("#56B4E9", "X"),
)
GRID: Final = "#DDDDDD"
WIDTH: Final = 7.5
"""Inches; 540 points, so that text of 11 points is 12 px high where the picture is 600 px wide."""
_STYLE: Final = {
    "svg.hashsalt": OURS,
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
_LEGEND_CHARS: Final = 62
"""What fits in one row of a legend, with 6 for each mark."""


class Panel(Protocol):
    """One pair of axes; its `repr` holds all that is drawn."""

    @property
    def height(self) -> float:
        """Inches."""
        ...

    def draw(self, axes: Any) -> None:
        """Draws on matplotlib's axes; what is labelled comes in the legend."""
        ...


@dataclass(frozen=True)
class Picture:
    """Panels under each other with one legend, and what they show in a sentence."""

    shows: str
    panels: Sequence[Panel]

    @property
    def digest(self) -> str:
        """A hash of all that is drawn."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def save(self, path: Path) -> None:
        """Writes the picture; the file's suffix decides the format.

        Raises:
            ImportError: matplotlib is not installed.
        """
        # By name: it is needed for pictures only, and its types are not ours to check.
        matplotlib: Any = importlib.import_module("matplotlib")
        matplotlib.use("Agg")
        pyplot: Any = importlib.import_module("matplotlib.pyplot")
        heights = [panel.height for panel in self.panels]
        with matplotlib.rc_context(_STYLE):
            size = (WIDTH, sum(heights) + 0.5)
            figure, places = pyplot.subplots(
                len(heights), 1, figsize=size, layout="constrained", squeeze=False, height_ratios=heights
            )
            for panel, axes in zip(self.panels, places[:, 0], strict=True):
                panel.draw(axes)
            _legend(figure, places[:, 0])
            # A date would make each SVG a new one.
            told = {"Date": None, "Title": self.shows, "Description": self.digest} if path.suffix == ".svg" else None
            figure.savefig(path, dpi=120, metadata=told)
            pyplot.close(figure)


def _legend(figure: Any, places: Sequence[Any]) -> None:
    named: dict[str, Any] = {}
    for axes in places:
        named |= {label: drawn for drawn, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if len(named) > 1:
        columns = max(_LEGEND_CHARS // (6 + max(map(len, named))), 1)
        figure.legend(named.values(), named.keys(), loc="outside lower left", ncols=columns)


def digest_in(svg: str) -> str:
    """The hash in the description of an SVG, "" if there is none."""
    found = re.search(r"<dc:description>([0-9a-f]{64})</dc:description>", svg)
    return found[1] if found else ""
