"""One picture of a benchmark: how much of the limit each contender used against how often it was refused, as SVG."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Okabe and Ito's colours, which the colour-blind can tell apart; the shapes serve black and white.
LOOKS = (("#D55E00", "o"), ("#0072B2", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#B8860B", "v"), ("#000000", "X"))
TICKS = (1, 10, 100, 1000)


@dataclass(frozen=True)
class Point:
    """One contender at one server: utilisation as a share of N per W, 429s in a thousand requests."""

    contender: str
    server: str
    utilisation: float
    refused_per_1000: float


def scatter(path: Path, points: Sequence[Point], title: str = "") -> None:
    """Writes the picture; the file's suffix decides the format, the same points give the same SVG.

    Contenders are told apart by colour and shape in the order in which they come, servers by a number. Who was never
    refused lies in a band below the axis of 429s, in a row of its own.

    Raises:
        ImportError: matplotlib is not installed.
    """
    # By name: it is needed for this picture only, and its types are not ours to check.
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    contenders = list(dict.fromkeys(point.contender for point in points))
    servers = list(dict.fromkeys(point.server for point in points))
    style = {"svg.hashsalt": "sandscope", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10}
    with matplotlib.rc_context(style):
        figure, axes = pyplot.subplots(figsize=(9.5, 5.6), layout="constrained")
        for row, contender in enumerate(contenders):
            mine = [point for point in points if point.contender == contender]
            draw(axes, mine, servers, LOOKS[row % len(LOOKS)], -0.95 * (row + 0.5) / len(contenders))
        frame(axes, title)
        legends(figure, axes, pyplot, servers)
        # A date would make each SVG a new one.
        figure.savefig(path, dpi=120, metadata={"Date": None} if path.suffix == ".svg" else None)
        pyplot.close(figure)


def draw(axes: Any, points: Sequence[Point], servers: Sequence[str], look: tuple[str, str], never: float) -> None:
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
            fontsize=7.5,
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


def frame(axes: Any, title: str) -> None:
    """Axes, their names, and the band where one wants to be."""
    axes.set_title(title, loc="left")
    axes.set_xlabel("limit used: admitted requests per window / N")
    axes.set_ylabel("429s per 1,000 requests")
    axes.set_yscale("symlog", linthresh=1.0, linscale=0.8)
    axes.set_yticks((-0.475, *TICKS), ("none", *(f"{tick:,}" for tick in TICKS)))
    axes.set_yticks((), minor=True)
    axes.set_ylim(-0.95, 1500)
    shares = range(0, 101, 20)
    axes.set_xticks([share / 100 for share in shares], [f"{share}%" for share in shares])
    axes.set_xlim(-0.06, 1.08)
    axes.axhspan(-0.95, 0, color="#EEF5EE", zorder=0)
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6, zorder=0)
    axes.axvline(1.0, color="#888888", linewidth=0.8, zorder=1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def legends(figure: Any, axes: Any, pyplot: Any, servers: Sequence[str]) -> None:
    """Who is who, and which number is which server, right of the axes."""
    beside = {"frameon": False, "alignment": "left"}
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", title="contender", **beside)
    numbers = [
        pyplot.Line2D([], [], linestyle="none", marker=f"${number}$", color="black", markersize=5 + 3 * (number > 9))  # noqa: PLR2004 - two digits
        for number in range(1, len(servers) + 1)
    ]
    figure.legend(numbers, servers, loc="outside right lower", title="server", **beside)
