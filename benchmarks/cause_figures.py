"""Figures of `benchmarks.cause` as they are kept, and as tables: plain text or Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

OURS: Final = "sandscope"
BUDGETS: Final = (500, 1_000, 2_000, 4_000)
"""Tokens, as the o200k encoding counts them."""
DEFAULT: Final = 2_000
"""What our tools show unless asked for another number."""


@dataclass(frozen=True)
class Share:
    """A mean between 0 and 1, and the interval that holds nine of ten resamplings of whole groups."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.mean:.0f} ({100 * self.low:.0f}-{100 * self.high:.0f})"


@dataclass(frozen=True)
class Labelled:
    """One contender on one set of labelled logs.

    Attributes:
        of: The set, named as its file.
        any: Logs with a labelled line shown.
        rec: Share of a log's labelled lines that is shown.
        tokens: Used on average; None for rivals, which are cut where the budget ends.
        over: Answers of more tokens than asked for; None for rivals.
    """

    of: str
    contender: str
    budget: int
    any: Share
    rec: Share
    tokens: float | None = None
    over: int | None = None


@dataclass(frozen=True)
class Found:
    """What else a contender was asked: LogDx-CI's cases, generated logs of a depth, or runs.

    Attributes:
        of: `logdx`, `families` or `runs`.
        where: The depth of the cause; `all` runs or `long` ones.
        any: Share with the cause shown.
        rec: Mean share of it that is shown, where the cause has several parts.
        tokens: Used on average, where known.
    """

    of: str
    contender: str
    budget: int
    any: float
    where: str = ""
    rec: float | None = None
    tokens: float | None = None


@dataclass(frozen=True)
class Figures:
    """All of one call.

    Attributes:
        notes: Key such as the name of a set -> what was measured, in words.
    """

    notes: dict[str, str] = field(default_factory=dict[str, str])
    labelled: list[Labelled] = field(default_factory=list[Labelled])
    found: list[Found] = field(default_factory=list[Found])

    def told(self) -> dict[str, Any]:
        """As they are kept."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Figures":
        """Those that were kept."""
        labelled: list[Labelled] = []
        for row in told["labelled"]:
            shares: dict[str, Any] = {name: Share(**row[name]) for name in ("any", "rec")}
            labelled.append(Labelled(**{**row, **shares}))
        return cls(told["notes"], labelled, [Found(**row) for row in told["found"]])

    @property
    def sets(self) -> list[str]:
        """Names of the sets of labelled logs."""
        return list(dict.fromkeys(row.of for row in self.labelled))


@dataclass(frozen=True)
class Table:
    """A caption, a heading, and rows of as many cells; the first column is words, the others are figures."""

    caption: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """For a terminal."""
        widths = [max(len(row[n]) for row in (self.heading, *self.rows)) for n in range(len(self.heading))]
        lines = (
            "  ".join(f"{cell:{'<' if n == 0 else '>'}{widths[n]}}" for n, cell in enumerate(row)).rstrip()
            for row in (self.heading, *self.rows)
        )
        return "\n".join((self.caption, *lines, ""))

    def markdown(self) -> str:
        """For a page."""
        rule = ["---", *["---:"] * (len(self.heading) - 1)]
        bodies = (f"| {' | '.join(cells)} |" for cells in (self.heading, rule, *self.rows))
        return "\n".join((*((f"{self.caption}\n",) if self.caption else ()), *bodies))


def _per_budget(cells: Mapping[tuple[str, int], str], budgets: Iterable[int]) -> Iterator[list[str]]:
    for contender in dict.fromkeys(contender for contender, _ in cells):
        yield [contender, *(cells.get((contender, budget), "") for budget in budgets)]


def labelled_tables(figures: Figures) -> Iterator[Table]:
    """Two of each set: any, and rec with the tokens ours used."""
    for name in figures.sets:
        rows = [row for row in figures.labelled if row.of == name]
        budgets = sorted({row.budget for row in rows})
        heading = ["tokens", *(f"{budget:,}" for budget in budgets)]
        note = figures.notes.get(name, name)
        any_cells = {(row.contender, row.budget): str(row.any) for row in rows}
        yield Table(f"{note} Logs with a labelled line shown, %:", heading, list(_per_budget(any_cells, budgets)))
        rec_cells = {(row.contender, row.budget): str(row.rec) for row in rows}
        ours = {("sandscope's own tokens", row.budget): f"{row.tokens:.0f}" for row in rows if row.tokens is not None}
        over = {("sandscope over the budget", row.budget): str(row.over) for row in rows if row.over is not None}
        cells = rec_cells | ours | over
        yield Table("Labelled lines shown of each log, mean %:", heading, list(_per_budget(cells, budgets)))


def logdx_table(figures: Figures) -> Iterator[Table]:
    """Recall of critical signals and any, a row each contender."""
    rows = [row for row in figures.found if row.of == "logdx"]
    if rows:
        budgets = sorted({row.budget for row in rows})
        cells = {(row.contender, row.budget): f"{row.rec:.3f}, {100 * row.any:.0f} %" for row in rows}
        heading = ["tokens", *(f"{budget:,}" for budget in budgets)]
        yield Table(figures.notes.get("logdx", ""), heading, list(_per_budget(cells, budgets)))


def families_table(figures: Figures) -> Iterator[Table]:
    """Generated logs with the cause shown, by depth: a row each contender and budget."""
    rows = [row for row in figures.found if row.of == "families"]
    if rows:
        depths = list(dict.fromkeys(row.where for row in rows))
        shares = {(row.contender, row.budget, row.where): row.any for row in rows}
        body = [
            [f"{contender}, {budget:,}", *(f"{100 * shares[contender, budget, depth]:.0f}" for depth in depths)]
            for contender, budget in dict.fromkeys((row.contender, row.budget) for row in rows)
        ]
        yield Table(figures.notes.get("families", ""), ["cause at", *depths], body)


def runs_table(figures: Figures) -> Iterator[Table]:
    """Runs with the mistaken step visible, long ones behind the stroke."""
    rows = [row for row in figures.found if row.of == "runs"]
    if rows:
        budgets = sorted({row.budget for row in rows})
        shares = {(row.contender, row.budget, row.where): row.any for row in rows}
        cells = {
            (contender, budget): f"{100 * share:.0f} / {100 * shares[contender, budget, 'long']:.0f}"
            for (contender, budget, where), share in shares.items()
            if where == "all"
        }
        heading = ["tokens", *(f"{budget:,}" for budget in budgets)]
        yield Table(figures.notes.get("runs", ""), heading, list(_per_budget(cells, budgets)))
