"""What stands above a run's steps: how long it took, how it ended, what failed, repeated or was slow, and who acted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from mcp_server.logs.blocks import row_cost
from mcp_server.logs.run_facts import RunFacts, span_text
from mcp_server.logs.run_text import GAP
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.tokens import cut, estimate

_NAMED: Final = 8
"""Types, tools and repeats named."""
_ROW_TOKENS: Final = 90
_ROOMY: Final = 40
"""Tokens a step has on average from which names stand in its row as they are."""
_LONG_NAME: Final = 3
"""Tokens from which a name is worth a code, and times it must occur."""
_CODES: Final = "ABCDEFGHIJKLMNOP"


def overview(run: CapturedRun, facts: RunFacts, room: int, *, steps_room: int) -> tuple[list[str], dict[str, str]]:
    """The rows, in a fifth of `room` tokens, and the codes for long names that they introduce.

    Args:
        run: The run.
        facts: Its facts.
        room: Tokens of the whole answer.
        steps_room: Tokens a step has on average.
    """
    wanted: dict[str, str] = {} if steps_room >= _ROOMY else _codes(facts)
    rows = _fitting(_rows(run, facts, wanted), max(room // 5, 20))
    said = "\n".join(rows)
    kept = {name: code for name, code in wanted.items() if f"{code}={name} " in said}
    return rows, kept


def _codes(facts: RunFacts) -> dict[str, str]:
    names = Counter(dict(facts.tools.most_common(_NAMED)))
    names.update({name: count for name, count in facts.types.most_common(_NAMED) if name != facts.usual_type})
    long = [name for name, count in names.most_common() if count >= _LONG_NAME and estimate(f" {name}") >= _LONG_NAME]
    return dict(zip(long, _CODES, strict=False))


def _fitting(rows: Iterable[str], limit: int) -> list[str]:
    kept: list[str] = []
    for row in rows:
        text = cut(row, min(limit - 1, _ROW_TOKENS))
        limit -= row_cost(text)
        if limit < 0:
            break
        kept.append(text)
    return kept


def _rows(run: CapturedRun, facts: RunFacts, codes: Mapping[str, str]) -> Iterator[str]:
    entries = run.entries
    wall = f", {span_text(facts.wall)} from first to last" if facts.wall is not None else ""
    yield f"{len(entries)} entries{wall}; ended with #{entries[-1].number} {entries[-1].type}".rstrip()
    if facts.failing:
        yield f"signs of failure in {len(facts.failing)}: {_numbers(run, list(facts.failing))}"
    for steps in facts.loops[:3]:
        told = f"{entries[steps[0]].tool} with the same input".strip()
        yield f"repeated: {told} {len(steps)} times ({_numbers(run, steps)})"
    if facts.tools:
        yield f"tools: {_counted(facts.tools, codes)}"
    if facts.types:
        # What is not said again is said here first, so that it is not cut off.
        unmarked = {facts.usual_type: "unmarked"} if len(facts.types) > 1 else {}
        yield f"types: {_counted(facts.types, {**codes, **unmarked})}"
    waits = sorted(
        ((gap, n) for n, gap in enumerate(facts.gaps) if gap is not None and gap >= facts.slow), reverse=True
    )
    if waits:
        yield "longest waits before: " + ", ".join(f"#{entries[n].number} {span_text(gap)}" for gap, n in waits[:3])


def _numbers(run: CapturedRun, steps: Sequence[int]) -> str:
    """The first ones and the last one."""
    numbers = [f"#{run.entries[n].number}" for n in steps]
    return " ".join(numbers if len(numbers) <= _NAMED else [*numbers[: _NAMED - 2], GAP, numbers[-1]])


def _counted(counts: Counter[str], codes: Mapping[str, str]) -> str:
    named = ((f"{codes[name]}={name}" if name in codes else name, count) for name, count in counts.most_common(_NAMED))
    return ", ".join(f"{name} {count}" for name, count in named)
