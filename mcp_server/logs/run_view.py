"""The answers on a run: its digest, its entries, a search in them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from mcp_server.logs.blocks import Block, cut_around, numbered, row_cost, short_time
from mcp_server.logs.frame import framed
from mcp_server.logs.header import Header
from mcp_server.logs.run_facts import RunFacts, facts_of
from mcp_server.logs.run_outline import MIN_SLICE, Outline, shares
from mcp_server.logs.run_overview import overview
from mcp_server.logs.runs import CapturedRun, EntrySpan
from mcp_server.logs.tokens import cut, estimate
from mcp_server.logs.view import View, call, find_view

_FOOTER_TOKENS: Final = 80
_ENTRY_TOKENS: Final = 60
"""Tokens of an entry's own text that are worth its opening."""
_OPENINGS_TOKENS: Final = 40
"""What opening both blocks of a digest takes."""


def run_digest(run: CapturedRun, header: Header, *, max_tokens: int, boundary: str) -> View:
    """Show a run: an overview, an outline of all its steps, and more of the telling ones. Which was decisive is the reader's call."""
    facts = facts_of(run)
    steps = Outline(run, facts)
    shown = 0

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        if not run.entries:
            shown = 0
            return (), "The run has no log entries yet; get_run shows its state."
        footer = _digest_footer(run, facts, header)
        room -= estimate(footer) + _OPENINGS_TOKENS
        about, codes = overview(run, facts, room, steps_room=room // len(run.entries))
        rows = steps.rows(room - sum(map(row_cost, about)), codes)
        shown = len(rows)
        hidden = len(run.entries) - steps.told
        told = f"{hidden} of {len(run.entries)} steps left out" if hidden else f"all {len(run.entries)} steps"
        legend = f"{told}, cut to fit: thought > input -> answer, !! sign of failure"
        return (Block("overview", 0, 0, tuple(about)), Block(legend, 0, 0, tuple(rows))), footer

    text, tokens, fits = framed(run.log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "evidence", shown if fits else 0, tokens)


def _digest_footer(run: CapturedRun, facts: RunFacts, header: Header) -> str:
    step = run.entries[min(facts.failing, default=len(run.entries) - 1)].number
    return f"Whole text of a step: {call(header, find=f'^#{step} ', context_lines=40)}; search: find=<RE2>."


def entries_view(
    run: CapturedRun,
    header: Header,
    *,
    numbers: Sequence[int],
    total: int | None,
    max_tokens: int,
    boundary: str,
    next_call: Callable[[int], str],
) -> View:
    """Show entries themselves, each opened by `#n TYPE tool time`; long ones lose their middle.

    Args:
        run: The captured run.
        header: What stands above.
        numbers: Numbers of the entries to show, in order.
        total: Entries there are in all that the caller's filters let through; None if nobody knows.
        max_tokens: Bound of the whole text.
        boundary: Random marker around log text.
        next_call: For a count of entries shown, the call that shows what follows; empty at the end.
    """
    chosen = _chosen(run, numbers)
    shown = 0

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        rows, shown, told = _entry_rows(run, chosen, room - _FOOTER_TOKENS)
        footer = f"{told} entries shown." if total is None else f"{told} of {total} entries shown."
        if told < len(chosen):
            footer += f" {len(chosen) - told} more did not fit: raise max_tokens or go on."
        if following := next_call(told):
            footer += f" Next: {following}"
        return ((Block("entries", 0, 0, tuple(rows)),) if rows else ()), footer

    text, tokens, fits = framed(run.log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "entries", shown if fits else 0, tokens)


def run_find_view(
    run: CapturedRun,
    header: Header,
    *,
    find: str,
    numbers: Sequence[int] | None = None,
    start_line: int | None = None,
    context_lines: int = 3,
    max_tokens: int,
    boundary: str,
) -> View:
    """Search the lines of the given entries (all of them for None); no other line is shown, not even as context.

    Raises:
        InvalidArgument: `find` is not RE2.
    """
    spans = None if numbers is None else [(entry.first, entry.last) for entry in _chosen(run, numbers)]
    return find_view(
        run.log,
        header,
        find=find,
        spans=spans,
        start_line=start_line,
        context_lines=context_lines,
        max_tokens=max_tokens,
        boundary=boundary,
    )


def _chosen(run: CapturedRun, numbers: Iterable[int]) -> list[EntrySpan]:
    known = {entry.number: entry for entry in run.entries}
    return [known[number] for number in numbers if number in known]


def _entry_rows(run: CapturedRun, chosen: Sequence[EntrySpan], room: int) -> tuple[list[str], int, int]:
    """Rows, log lines and entries shown."""
    openings = [
        cut(f"{run.log.lines[entry.first - 1]} {short_time(entry.time)}".rstrip(), _ENTRY_TOKENS) for entry in chosen
    ]
    needs: dict[int, int] = {}
    left = room - 8
    for n, opening_row in enumerate(openings):
        need = _entry_cost(run, chosen[n], room)
        # Fewer entries with something of each beat many bare openings.
        if (left := left - row_cost(opening_row) - min(need, _ENTRY_TOKENS)) < 0 and needs:
            break
        needs[n] = need
    fit = len(needs)
    spare = room - 8 - sum(row_cost(opening_row) for opening_row in openings[:fit])
    split = shares(needs, dict.fromkeys(needs, 1.0), max(spare, 0))
    rows: list[str] = []
    shown = 0
    for n in range(fit):
        rows.append(openings[n])
        told = _lines_within(run, chosen[n], split[n], whole=split[n] >= needs[n])
        shown += sum(row.startswith("  ") and " | " in row for row in told)
        rows.extend(told)
    return rows, shown, fit


def _entry_cost(run: CapturedRun, entry: EntrySpan, room: int) -> int:
    cost = 0
    for number in range(entry.first + 1, entry.last + 1):
        line = run.log.lines[number - 1]
        cost += room if len(line) > 16 * room else row_cost(numbered(number, line))
        if cost >= room:
            return max(room, 0)
    return cost


def _lines_within(run: CapturedRun, entry: EntrySpan, limit: int, *, whole: bool) -> list[str]:
    lines = run.log.lines
    numbers = range(entry.first + 1, entry.last + 1)
    if whole:
        return [numbered(n, lines[n - 1]) for n in numbers]
    line_limit = max(limit // 3, 8)
    head: list[str] = []
    tail: list[str] = []
    spent = 10
    low, high = entry.first + 1, entry.last
    while low <= high:
        # Two lines of the beginning for one of the end.
        from_head = len(head) <= 2 * len(tail)
        number = low if from_head else high
        row = numbered(number, cut_around(lines[number - 1], line_limit))
        if spent + row_cost(row) > limit:
            break
        spent += row_cost(row)
        (head if from_head else tail).append(row)
        low, high = (low + 1, high) if from_head else (low, high - 1)
    fold = [f"  ... {high - low + 1} lines left out"] if low <= high and limit >= MIN_SLICE else []
    return head + fold + tail[::-1]
