"""Lines of contenders over amounts or places: ours thick and above the others, which differ in colour, mark and dashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.plot import GRID, LOOKS, OUR_COLOUR, OURS

_DASHES: Final = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Lines:
    """One panel of shares in per cent.

    Attributes:
        x: What the x axis is.
        ticks: Positions on it and their labels; positions are evenly spaced where they are places, not amounts.
        lines: Contender -> x and y of each point.
        others: Who else is in the picture, in the order in which looks are given to them.
    """

    title: str
    x: str
    ticks: Mapping[float, str]
    lines: Mapping[str, Sequence[tuple[float, float]]]
    others: Sequence[str]
    amounts: bool = True
    height: float = 2.9

    def draw(self, axes: Any) -> None:
        """Draws them."""
        for contender, points in self.lines.items():
            axes.plot(*zip(*points, strict=True), label=contender, **self._look(contender))
        axes.set_title(self.title, loc="left")
        axes.set_xlabel(self.x)
        if self.amounts:
            axes.set_xscale("log")
        axes.set_xticks(list(self.ticks), list(self.ticks.values()))
        axes.set_xticks((), minor=True)
        axes.set_ylim(-3, 103)
        axes.set_yticks(range(0, 101, 20))
        axes.grid(visible=True, color=GRID, linewidth=0.6, zorder=0)

    def _look(self, contender: str) -> dict[str, object]:
        if contender == OURS:
            return {"color": OUR_COLOUR, "linewidth": 3.2, "marker": "o", "markersize": 6, "zorder": 4}
        number = self.others.index(contender)
        colour, mark = LOOKS[number % len(LOOKS)]
        dash = _DASHES[number // len(LOOKS) % len(_DASHES)]
        return {"color": colour, "linewidth": 1.3, "marker": mark, "markersize": 5, "linestyle": dash, "zorder": 3}
