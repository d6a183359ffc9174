"""The answer on a failing log beside a good one: what is new, what never came, what became frequent, and where they part."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.blocks import Block, cost_in, cut_around, number_of, row_cost
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.difference import Difference, difference
from mcp_server.logs.digest import Digest, Evidence
from mcp_server.logs.filling import filled
from mcp_server.logs.frame import framed
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.tokens import cut, estimate
from mcp_server.logs.view import View, call

_FACTS_SHARE: Final = 25
"""Per cent of the room that what is told about the good log may take."""
_FACT_TOKENS: Final = 70
_STUB_TOKENS: Final = 16
"""What is left of a row that was cut shorter tells nothing."""
_MISSING: Final = 6
_GROWN: Final = 4
_ATTEMPTS: Final = 4
_REACH: Final = 2
"""Known lines shown on either side of new ones."""
_BAD_STATES: Final = frozenset({"failed", "error", "cancelled"})
_OPENING: Final = "; 00 of 00 new"


@dataclass(frozen=True, slots=True)
class Good:
    """The log that is compared with.

    Attributes:
        subject: The run or sandbox it is of.
        log: Its lines.
        header: What is known of it.
        run: Its steps, of a run.
    """

    subject: str
    log: CapturedLog
    header: Header
    run: CapturedRun | None = None

    @property
    def state(self) -> str:
        """As its header tells it; may be empty."""
        return dict(self.header.facts).get("state", "")

    @property
    def failed(self) -> bool:
        """Whether it is no good example."""
        code = dict(self.header.facts).get("exit code", "0")
        return self.state.lower() in _BAD_STATES or code != "0"


@dataclass(frozen=True, slots=True)
class About:
    """What else is known of the failing log.

    Attributes:
        rows: Told before the lines, as they are shown.
        worth: 0-based line -> what it is worth more (or less) than by itself, if it is new.
    """

    rows: Sequence[str] = ()
    worth: Mapping[int, int] = dataclasses.field(default_factory=dict[int, int])


def compared_header(header: Header, good: Good) -> Header:
    """The failing log's header, with what it is compared with and what to know about that."""
    told = f"{good.subject}; {good.state or 'state unknown'}; {len(good.log.lines):,} lines; complete: {good.header.complete}"
    warnings: list[str] = []
    if good.failed:
        warnings.append(f"compare_to itself failed ({good.state}): what both logs say is not shown as new")
    if good.header.complete == "no":
        warnings.append("the log of compare_to is not complete: what it lacks looks new here")
    return dataclasses.replace(
        header,
        facts=(("compared with", f"{good.header.log_id} ({told})"), *header.facts),
        warnings=(*warnings, *header.warnings),
    )


def compared(
    log: CapturedLog, header: Header, good: Good, *, max_tokens: int, boundary: str, about: About | None = None
) -> View:
    """Show what is new in a failing log against a good one; the lines shown are the failing log's, numbered as always.

    A few of the good log's lines are told in blocks of their own, marked as such. Where nothing or nearly everything is new,
    that is said, and the first answer follows in the room left. `header` is as `compared_header` makes it.
    """
    about = about or About()
    work = _Work(log, header, good, difference(log.lines, good.log.lines), about)
    shown = 0

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        blocks, shown = work.blocks(room)
        return blocks, work.footer(shown)

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "evidence", shown if fits else 0, tokens)


class _Work:
    """Both logs read once; the blocks for any room."""

    def __init__(self, log: CapturedLog, header: Header, good: Good, found: Difference, about: About) -> None:
        self._log, self._header, self._good, self._found = log, header, good, found
        self._about = about
        self._best = len(log.lines)
        self._only_new = found.new_lines > 0 and not found.foreign
        worth = {n: found.worth.get(n, 0) + about.worth.get(n, 0) for n in {*found.worth, *about.worth} if found.new[n]}
        self._digest = (
            (Digest(log, only=found.new, worth=worth, opening=estimate(_OPENING)) if self._only_new else Digest(log))
            if log.lines
            else None
        )

    def blocks(self, room: int) -> tuple[list[Block], int]:
        """The blocks that fit `room` tokens, and how many log lines are in them."""
        room -= estimate(self.footer(len(self._log.lines)))
        told = self._told(max(room, 0) * _FACTS_SHARE // 100)
        room -= sum(row_cost(f"[{block.reason}]") + sum(map(row_cost, block.rows)) for block in told)
        lines = self._lines(room)
        shown = sum(number_of(row) > 0 for block in lines for row in block.rows)
        # First what it is about, then the lines, then the good log: nobody takes its lines for the failing one's.
        return [*told[:1], *lines, *told[1:]], shown

    def footer(self, shown: int) -> str:
        """What was left out and where to read on."""
        found = self._found
        told = f"{shown:,} of {len(self._log.lines):,} lines shown, {found.new_lines:,} are new."
        around = call(self._header, start_line=max(self._best - 20, 1))
        return f"{told} Next: {around}; the good log: {call(self._good.header)}"

    def _lines(self, room: int) -> list[Block]:
        if self._digest is None:
            return []
        evidence, blocks = self._chosen(self._digest, max(room, 0))
        self._best = evidence.best
        if not self._only_new:
            return filled(self._log, blocks, room, evidence.best)
        return [self._counted(block) for block in filled(self._log, blocks, room, evidence.best, _REACH)]

    def _chosen(self, digest: Digest, room: int) -> tuple[Evidence, Sequence[Block]]:
        """What is worth most and fits: where its cost was thought too low, less of it, or a whole block would go."""
        budget, more = room, _OPENING if self._only_new else ""
        evidence, blocks = Evidence((), 0, 0), ()
        for _ in range(_ATTEMPTS):
            evidence = digest.choose(budget)
            blocks = [dataclasses.replace(block, reason=block.reason + more) for block in evidence.blocks]
            over = sum(cost_in(block, self._log) for block in blocks) - room
            if over <= 0:
                break
            budget = max(budget - over, 0)
        return evidence, blocks

    def _counted(self, block: Block) -> Block:
        """The block, with how many of its lines are new where not all are."""
        reasons = dict.fromkeys(part.removesuffix(_OPENING) for part in block.reason.split(f"{_OPENING}, "))
        lines = block.last - block.first + 1
        new = sum(self._found.new[block.first - 1 : block.last])
        told = "new" if new == lines else f"{new:,} of {lines:,} new"
        return dataclasses.replace(block, reason=f"{', '.join(reasons)}; {told}")

    def _told(self, limit: int) -> list[Block]:
        """What is said about the comparison as a whole, and the lines of the good log, in at most `limit` tokens."""
        blocks: list[Block] = []
        for reason, rows in (
            ("comparison", self._summary()),
            (f"missing here, lines of the good log {self._good.header.log_id[:40]}", self._missing()),
        ):
            limit -= row_cost(f"[{reason}]")
            kept: list[str] = []
            for row in rows:
                text = cut(row, min(limit - 1, _FACT_TOKENS))
                if not text or row_cost(text) > limit or (text != row and estimate(text) < _STUB_TOKENS):
                    break
                limit -= row_cost(text)
                kept.append(text)
            if kept:
                blocks.append(Block(reason, 0, 0, tuple(kept)))
        return blocks if blocks and blocks[0].reason == "comparison" else [Block("comparison", 0, 0, ()), *blocks]

    def _summary(self) -> Iterator[str]:
        found, good = self._found, self._good.log.lines
        if not self._log.lines:
            yield "nothing to compare: this log is empty"
        elif not good:
            yield "nothing to compare with: the good log is empty; the first answer follows"
        elif not found.new_lines:
            yield "nothing new: every line here has its like in the good log; the first answer follows"
        elif found.foreign:
            known = len(found.new) - found.new_lines
            yield (
                f"hardly anything in common: {known:,} of {len(found.new):,} lines have their like in the good log. Another "
                "program, image or kind of task? The first answer follows"
            )
        else:
            yield f"{found.new_lines:,} lines of {found.new_kinds:,} kinds are new; {found.missing_kinds:,} kinds of the good log never came"
        yield from self._about.rows
        if found.parting and not found.foreign:
            part = found.parting
            yield (
                f"alike up to line {part.here + 1:,} (good: {part.there + 1:,}); of {part.after:,} milestones after it "
                f"{part.came:,} came: {self._log.lines[part.here][:200]}"
            )
        for one in found.grown[:_GROWN]:
            line = self._log.lines[one.index][:200]
            yield f"{one.here:,} times here, {one.there:,} there, first line {one.index + 1:,}: {line}"

    def _missing(self) -> list[str]:
        lines = self._good.log.lines
        chosen = sorted(one.index for one in self._found.missing[:_MISSING])
        return [f"  good {index + 1}: {cut_around(lines[index], _FACT_TOKENS - 12)}" for index in chosen]
