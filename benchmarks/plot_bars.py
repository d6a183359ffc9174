"""Bars from left to right, several for each name, each with its figure beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.plot import GRID, OUR_COLOUR, OURS

# Of Okabe and Ito, as those of the lines: ours are blue.
_OURS, _OTHERS = (OUR_COLOUR, "#56B4E9"), ("#D55E00", "#E69F00", "#666666")
_LOG_ROOM, _ROOM = 3.0, 1.2
_BESIDE: Final = {
    "textcoords": "offset points",
    "va": "center",
    "fontsize": 10,
    "zorder": 4,
    # A line behind it does not strike it out.
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6},
}
_INCHES_A_BAR, _INCHES_AROUND = 0.24, 0.85


@dataclass(frozen=True)
class Bars:
    """One panel.

    Attributes:
        names: What the bars stand beside, from top to bottom.
        series: Label -> a figure for each name; None where it was not measured.
        digits: Behind the point.
        least: Where a logarithmic axis begins; None for one that begins at 0.
        targets: Label of a dashed line -> where it is.
        upto: Label -> the other end of a thin line that begins at the bar's, as a 99th percentile does.
    """

    title: str
    names: Sequence[str]
    series: Mapping[str, Sequence[float | None]]
    digits: int = 0
    least: float | None = None
    targets: Mapping[str, float] = field(default_factory=dict[str, float])
    upto: Mapping[str, Sequence[float]] = field(default_factory=dict[str, Sequence[float]])

    @property
    def height(self) -> float:
        """Inches, by the number of bars."""
        return _INCHES_AROUND + len(self.names) * (len(self.series) + 0.6) * _INCHES_A_BAR

    def draw(self, axes: Any) -> None:
        """Draws them."""
        step = 1 / (len(self.series) + 0.6)
        colours = dict(zip(self.series, self._colours(), strict=True))
        for row, (label, figures) in enumerate(self.series.items()):
            places = [place + (row + 0.5) * step - (len(self.series) * step) / 2 for place in range(len(figures))]
            shown = [(at, figure) for at, figure in zip(places, figures, strict=True) if figure is not None]
            axes.barh(*zip(*shown, strict=True), height=step * 0.88, label=label, color=colours[label], zorder=2)
            for number, (at, figure) in enumerate(shown):
                end = self.upto[label][number] if label in self.upto else figure
                if end > figure:
                    axes.plot((figure, end), (at, at), color=colours[label], linewidth=1.5, zorder=2)
                said = f"{figure:,.{self.digits}f}" + (f" / {end:,.{self.digits}f}" if end > figure else "")
                axes.annotate(said, (end, at), xytext=(4, 0), **_BESIDE)
        for number, (label, at) in enumerate(self.targets.items()):
            axes.axvline(at, color="black", linewidth=1.2, linestyle=("--", ":")[number % 2], label=label, zorder=3)
        self._frame(axes)

    def _colours(self) -> list[str]:
        ours, others = iter(_OURS), iter(_OTHERS)
        return [next(ours if label.startswith(OURS) else others) for label in self.series]

    def _frame(self, axes: Any) -> None:
        ends = [figure for figures in (*self.series.values(), *self.upto.values()) for figure in figures if figure]
        most = max((*ends, *self.targets.values()))
        axes.set_title(self.title, loc="left")
        axes.set_yticks(range(len(self.names)), self.names)
        axes.set_ylim(len(self.names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        if self.least is None:
            axes.set_xlim(0, most * _ROOM)
        else:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter("{x:,g}")
            axes.set_xlim(self.least, most * _LOG_ROOM)
        axes.grid(visible=True, axis="x", color=GRID, linewidth=0.6, zorder=0)
