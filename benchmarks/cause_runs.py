"""Is the step that went wrong visible in the digest of a run: `python -m benchmarks.cause_runs --data FILE`.

FILE (gzipped) has a run a line: `labels` are 0-based step indexes, `run.history` the steps. Tokens of the rivals are
real o200k tokens; the digest keeps to its own estimate.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Final

from benchmarks.cause_rivals import Count, O200k
from benchmarks.cause_visible import DEFINITIONS, visible
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_facts import facts_of
from mcp_server.logs.run_view import run_digest
from mcp_server.logs.runs import CapturedRun, RunEntry, capture_run

LONG: Final = 40
"""Steps from which a run is long."""
_LARGEST: Final = 1 << 20
_BOUNDARY: Final = "k7q2v9"

Step = tuple[str, str]
"""Who took a step, and its text."""


@dataclass(frozen=True)
class Case:
    """A run and the index of the step a person found mistaken."""

    steps: Sequence[Step]
    label: int


@dataclass(frozen=True)
class Row:
    """What one contender made of all runs within a budget.

    Attributes:
        contender: Whose answer.
        budget: Tokens it may have.
        tokens: Tokens it used on average.
        shown: Definition of "visible" -> share of runs whose mistaken step is visible: all runs, and long ones.
    """

    contender: str
    budget: int
    tokens: float
    shown: dict[str, tuple[float, float]]


def rows(file: Path, budgets: Sequence[int], count: Count) -> list[Row]:
    """Let every contender answer for every run within every budget."""
    cases = list(_cases(file))
    found: list[Row] = []
    for budget in budgets:
        for shape, entry in SHAPES.items():
            found.append(
                _row(f"sandscope ({shape})", budget, cases, [_digest(case, entry, budget) for case in cases], count)
            )
    for name, rival in RIVALS.items():
        found.extend(_row(name, budget, cases, _fitting(cases, rival, budget, count), count) for budget in budgets)
    return sorted(found, key=lambda row: row.budget)


def _cases(file: Path) -> Iterator[Case]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            told: dict[str, Any] = json.loads(line)
            steps = [(str(step.get("name") or step["role"]), str(step["content"])) for step in told["run"]["history"]]
            yield Case(steps, int(told["labels"][0]))


# The same step as an agent platform may tell it.
SHAPES: Final[dict[str, Callable[[int, Step], RunEntry]]] = {
    "thoughts": lambda n, step: RunEntry(n, "ACTION", step[0], thought=step[1]),
    "observations": lambda n, step: RunEntry(n, step[0].upper(), observation=step[1]),
    "nameless": lambda n, step: RunEntry(n, "ACTION", tool_output=step[1]),
}


def _digest(case: Case, entry: Callable[[int, Step], RunEntry], budget: int) -> str:
    run = _captured(case, entry)
    header = Header("Codegen run 101", "log_abcdefgh2345", (("status", "failed"),), "yes")
    return run_digest(run, header, max_tokens=budget, boundary=_BOUNDARY).text


def _captured(case: Case, entry: Callable[[int, Step], RunEntry]) -> CapturedRun:
    return capture_run([entry(n, step) for n, step in enumerate(case.steps, 1)], Redactor([], key=b"k"))


def _row(contender: str, budget: int, cases: Sequence[Case], answers: Sequence[str], count: Count) -> Row:
    shown: dict[str, tuple[float, float]] = {}
    for definition in DEFINITIONS:
        hits = [
            visible(definition, answer, case.label + 1, case.steps[case.label][1])
            for case, answer in zip(cases, answers, strict=True)
        ]
        long = [hit for hit, case in zip(hits, cases, strict=True) if len(case.steps) >= LONG]
        shown[definition] = (mean(hits), mean(long) if long else 0.0)
    return Row(contender, budget, mean(count(answers)), shown)


def _named(case: Case, n: int, text: str) -> str:
    return f"#{n + 1} {case.steps[n][0]}: {' '.join(text.split())}"


def _slices(case: Case, size: int) -> str:
    """The same number of characters of each step."""
    return "\n".join(_named(case, n, step[1][:size]) for n, step in enumerate(case.steps))


def _ends(case: Case, size: int) -> str:
    """The first and the last steps, whole, as many characters of each side."""
    text = "\n".join(_named(case, n, step[1]) for n, step in enumerate(case.steps))
    return text if 2 * size >= len(text) else f"{text[:size]}\n{text[len(text) - size :]}"


def _tail(case: Case, size: int) -> str:
    """The end of the run."""
    return "\n".join(_named(case, n, step[1]) for n, step in enumerate(case.steps))[-size:]


def _first_error(case: Case, size: int) -> str:
    """The run from its first step with a sign of failure."""
    failing = facts_of(_captured(case, SHAPES["nameless"])).failing
    first = min(failing, default=0)
    return "\n".join(_named(case, n, case.steps[n][1]) for n in range(first, len(case.steps)))[:size]


RIVALS: Final[dict[str, Callable[[Case, int], str]]] = {
    "equal slices": _slices,
    "first and last steps": _ends,
    "from the first error": _first_error,
    "tail": _tail,
}


def _fitting(cases: Sequence[Case], rival: Callable[[Case, int], str], budget: int, count: Count) -> list[str]:
    """The longest answers that keep to the budget, found for all runs at once."""
    low, high = [0] * len(cases), [min(_LARGEST, 16 * budget)] * len(cases)
    while any(b - a > 1 + a // 100 for a, b in zip(low, high, strict=True)):
        middle = [(a + b) // 2 for a, b in zip(low, high, strict=True)]
        counts = count([rival(case, size) for case, size in zip(cases, middle, strict=True)])
        for n, tokens in enumerate(counts):
            if tokens <= budget:
                low[n] = middle[n]
            else:
                high[n] = middle[n]
    return [rival(case, size) for case, size in zip(cases, low, strict=True)]


def table(found: Sequence[Row]) -> Iterator[str]:
    """The rows as lines to print: all runs/long runs, in per cent."""
    yield f"{'budget':>6}  {'contender':24}{'tokens':>7}" + "".join(f"{name:>15}" for name in DEFINITIONS)
    for row in found:
        shares = (row.shown[name] for name in DEFINITIONS)
        cells = "".join(f"{100 * every:>10.0f}/{100 * long:>4.0f}" for every, long in shares)
        yield f"{row.budget:>6}  {row.contender:24}{row.tokens:>7.0f}{cells}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budgets", type=int, nargs="+", default=[1000, 2000, 4000])
    flags = parser.parse_args()
    with O200k.found() as count:
        found = rows(flags.data, flags.budgets, count)
    sys.stdout.writelines(f"{line}\n" for line in table(found))


if __name__ == "__main__":
    main()
