"""What two runs differ in as steps: tools, time, where they part, and which steps failed in one of them only."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from mcp_server.logs.compare import About
from mcp_server.logs.run_facts import RunFacts, facts_of, span_text
from mcp_server.logs.run_failures import is_error_type
from mcp_server.logs.runs import CapturedRun, EntrySpan
from mcp_server.logs.templates import template

_NAMED: Final = 8
_TEXT_CHARS: Final = 160
_TELLING: Final = 300
"""What a line that tells of a failure is worth more than by its words."""
_THOUGHT: Final = -300
"""What a line of a thought is worth less: those are never said twice alike."""
_INPUT: Final = "input: "


def about_run(run: CapturedRun, good: CapturedRun | None) -> About:
    """The rows that compare the steps, and which lines of a run tell more or less than their words."""
    if good is None or not run.entries or not good.entries:
        return About()
    facts, theirs = facts_of(run), facts_of(good)
    worth: dict[int, int] = {}
    for entry in run.entries:
        worth.update(dict.fromkeys(_thought(run, entry), _THOUGHT))
    for position, lines in facts.failing.items():
        entry = run.entries[position]
        worth.update(dict.fromkeys((number - 1 for number in lines), _TELLING))
        if is_error_type(entry):
            worth.update(dict.fromkeys(range(entry.first - 1, entry.last), _TELLING))
    return About(tuple(_rows(run, good, facts, theirs)), worth)


def _thought(run: CapturedRun, entry: EntrySpan) -> Iterator[int]:
    """Indexes of the lines of an entry's thought."""
    for index in range(entry.first, entry.answer - 1):
        if run.log.lines[index].startswith(_INPUT):
            return
        yield index


def _rows(run: CapturedRun, good: CapturedRun, facts: RunFacts, theirs: RunFacts) -> Iterator[str]:
    here, there = _shapes(run), _shapes(good)
    yield f"steps: {len(here)}{_lasted(facts)}; good: {len(there)}{_lasted(theirs)}"
    alike = next((n for n, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there)))
    if alike < max(len(here), len(there)):
        yield f"same steps up to #{alike}; then here {_step(run, alike)}; good {_step(good, alike)}"
    failing = _failing(run, facts)
    failed_there = set(_failing(good, theirs))
    if only := [n for shape, n in failing.items() if shape not in failed_there]:
        yield f"failed here only: {_numbers(run, only)}"
    known = set(there)
    if fresh := [n for n, shape in enumerate(here) if shape not in known]:
        yield f"new steps (tool and input): {_numbers(run, fresh)}"
    if used := _tools(facts.tools, theirs.tools):
        yield f"tools, here/good: {used}"


def _lasted(facts: RunFacts) -> str:
    return "" if facts.wall is None else f" in {span_text(facts.wall)}"


def _shapes(run: CapturedRun) -> list[str]:
    """Of each step its type, its tool and its input, without what differs by chance."""
    lines = run.log.lines
    shapes: list[str] = []
    for entry in run.entries:
        asked = next((n for n in range(entry.first, entry.answer - 1) if lines[n].startswith(_INPUT)), entry.answer - 1)
        said = " ".join(lines[n][:_TEXT_CHARS] for n in range(asked, entry.answer - 1))[: 4 * _TEXT_CHARS]
        shapes.append(f"{entry.type} {entry.tool} {template(said)}")
    return shapes


def _failing(run: CapturedRun, facts: RunFacts) -> dict[str, int]:
    """How each failure is known again, and the first step that has it."""
    failing: dict[str, int] = {}
    for position, numbers in facts.failing.items():
        entry = run.entries[position]
        told = [template(run.log.lines[number - 1]) for number in numbers]
        failing.setdefault(f"{entry.type} {entry.tool} {told}", position)
    return failing


def _step(run: CapturedRun, position: int) -> str:
    if position >= len(run.entries):
        return "ended"
    entry = run.entries[position]
    lines = run.log.lines[entry.first : entry.answer - 1]
    asked = next((n for n, line in enumerate(lines) if line.startswith(_INPUT)), 0)
    said = " ".join(" ".join(lines[asked : asked + 3]).removeprefix(_INPUT).split())[:_TEXT_CHARS]
    return f"#{entry.number} {entry.tool or entry.type} {said}".rstrip()


def _numbers(run: CapturedRun, positions: Sequence[int]) -> str:
    named = [f"#{run.entries[n].number} {run.entries[n].tool or run.entries[n].type}" for n in positions[:_NAMED]]
    more = len(positions) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _tools(here: Counter[str], there: Counter[str]) -> str:
    differing = [name for name in dict.fromkeys((*here, *there)) if here[name] != there[name]]
    differing.sort(key=lambda name: -abs(here[name] - there[name]))
    return ", ".join(f"{name} {here[name]}/{there[name]}" for name in differing[:_NAMED])
