"""How much of the limit each contender used against how often it was refused, at servers told apart by a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.plot import GRID, LOOKS, OUR_COLOUR

_TICKS: Final = (1, 10, 100, 1000)
_LOOKS: Final = ((OUR_COLOUR, "o"), *LOOKS)


@dataclass(frozen=True)
class Point:
    """One contender at one server: utilisation as a share of N per W, 429s in a thousand requests."""

    contender: str
    server: str
    utilisation: float
    refused_per_1000: float


@dataclass(frozen=True)
class Scatter:
    """One panel. Who was never refused lies in a band below the axis of 429s, in a row of its own."""

    title: str
    points: Sequence[Point]
    height: float = 6.6

    def draw(self, axes: Any) -> None:
        """Draws the points of one contender after the other; the first is ours."""
        contenders = list(dict.fromkeys(point.contender for point in self.points))
        servers = list(dict.fromkeys(point.server for point in self.points))
        for row, contender in enumerate(contenders):
            mine = [point for point in self.points if point.contender == contender]
            _contender(axes, mine, servers, _LOOKS[row], -0.95 * (row + 0.5) / len(contenders))
        _frame(axes, self.title)
        for number, server in enumerate(servers, 1):
            axes.scatter([], [], marker=f"${number}$", color="black", s=30 + 30 * (number > 9), label=server)  # noqa: PLR2004 - two digits


def _contender(axes: Any, points: Sequence[Point], servers: Sequence[str], look: tuple[str, str], never: float) -> None:
    """One contender's points; `never` is the height of its row for those without a 429."""
    colour, shape = look
    axes.scatter(
        [point.utilisation for point in points],
        [point.refused_per_1000 or never for point in points],
        label=points[0].contender,
        color=colour,
        marker=shape,
        s=40,
        alpha=0.85,
        edgecolors="white",
        linewidths=0.6,
        zorder=3,
    )
    for group in groups(points):
        axes.annotate(
            " ".join(str(servers.index(point.server) + 1) for point in group),
            (min(point.utilisation for point in group), group[0].refused_per_1000 or never),
            xytext=(-6, 0),
            textcoords="offset points",
            fontsize=9,
            color=colour,
            ha="right",
            va="center",
            zorder=4,
        )


def groups(points: Sequence[Point]) -> list[list[Point]]:
    """Puts together what lies together, so that one label with several numbers can stand beside it."""
    found: list[list[Point]] = []
    for point in points:
        near = [group for group in found if together(group[0], point)]
        if near:
            near[0].append(point)
        else:
            found.append([point])
    return found


def together(one: Point, other: Point) -> bool:
    """Whether two points are so near that their labels would cover each other."""
    least, most = sorted((one.refused_per_1000, other.refused_per_1000))
    return abs(one.utilisation - other.utilisation) < 0.04 and most <= 1.4 * least  # noqa: PLR2004 - by eye


def _frame(axes: Any, title: str) -> None:
    """Axes, their names, and the band where one wants to be."""
    axes.set_title(title, loc="left")
    axes.set_xlabel("limit used: admitted requests per window / N")
    axes.set_ylabel("429s per 1,000 requests")
    axes.set_yscale("symlog", linthresh=1.0, linscale=0.8)
    axes.set_yticks((-0.475, *_TICKS), ("none", *(f"{tick:,}" for tick in _TICKS)))
    axes.set_yticks((), minor=True)
    axes.set_ylim(-0.95, 1500)
    shares = range(0, 101, 20)
    axes.set_xticks([share / 100 for share in shares], [f"{share}%" for share in shares])
    axes.set_xlim(-0.06, 1.08)
    axes.axhspan(-0.95, 0, color="#EEF5EE", zorder=0)
    axes.grid(visible=True, color=GRID, linewidth=0.6, zorder=0)
    axes.axvline(1.0, color="#888888", linewidth=0.8, zorder=1)
