"""An agent run as numbered lines: each entry opened by `#n TYPE tool`, then what was thought, asked and answered."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from mcp_server.logs.captured import CapturedLog, Row, capture
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line

_NAME_CHARS: Final = 60
_NAMES: Final = 256
"""Types and tools whose cleaned form is remembered while a run is captured."""
_TIME: Final = re.compile(r"[\d:.TZ+-]{0,40}", re.ASCII)
"""What needs no cleaning."""
_INLINE_CHARS: Final = 200
"""Longer strings, and those with newlines, stand on lines of their own."""
_MAX_DEPTH: Final = 12


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One entry of a run's log, its JSON already turned into text by `text_of`; `number` is its 1-based position."""

    number: int
    type: str = ""
    tool: str = ""
    time: str = ""
    thought: str = ""
    tool_input: str = ""
    tool_output: str = ""
    observation: str = ""


@dataclass(frozen=True, slots=True)
class EntrySpan:
    """Where an entry stands in the captured log: lines `first` (its opening line) to `last`, and where its answer begins.

    Attributes:
        answer: First line of the tool output or observation, `last + 1` when there is none.
    """

    number: int
    type: str
    tool: str
    time: str
    first: int
    answer: int
    last: int
    call: int
    """Fingerprint of tool and input: equal calls have equal ones; 0 for an entry without an input."""


@dataclass(frozen=True, slots=True)
class CapturedRun:
    """A captured log with the entries it was made of, ascending."""

    log: CapturedLog
    entries: tuple[EntrySpan, ...]


def text_of(value: object) -> str:
    """Turn an entry's JSON into text to read: strings as they are, objects as `key: value` lines, long strings unescaped."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "\n".join(_lines_of(value, 0))


def capture_run(entries: Iterable[RunEntry], redactor: Redactor) -> CapturedRun:
    """Capture a run; the sources of its lines name the entry (`#7 shell`)."""
    rows: list[Row] = []
    spans: list[EntrySpan] = []
    line = 1

    # Types and tools are few, and each step names one.
    @lru_cache(_NAMES)
    def name(text: str) -> str:
        return clean_line(text, redactor, _NAME_CHARS)

    for entry in entries:
        kind, tool = name(entry.type), name(entry.tool)
        time = entry.time if _TIME.fullmatch(entry.time) else clean_line(entry.time, redactor, _NAME_CHARS)
        source = f"#{entry.number} {tool}".strip()
        parts = [f"#{entry.number} {kind} {tool}".strip()]
        parts += _labelled((("thought", entry.thought), ("input", entry.tool_input)))
        answers = _labelled((("output", entry.tool_output), ("observation", entry.observation)))
        rows.extend(Row(part, time, source) for part in (*parts, *answers))
        answer = line + sum(map(_line_count, parts))
        last = answer + sum(map(_line_count, answers)) - 1
        call = (
            zlib.crc32(f"{entry.tool}\0{entry.tool_input}".encode("utf-8", "replace"))
            if entry.tool_input.strip()
            else 0
        )
        spans.append(EntrySpan(entry.number, kind, tool, time, line, answer, last, call))
        line = last + 1
    return CapturedRun(capture(rows, redactor), tuple(spans))


def _labelled(fields: Iterable[tuple[str, str]]) -> list[str]:
    labelled: list[str] = []
    for label, text in fields:
        if stripped := text.strip():
            labelled.append(f"{label}: {stripped}")
    return labelled


def _line_count(text: str) -> int:
    return text.removesuffix("\n").count("\n") + 1


def _lines_of(value: object, depth: int) -> Iterator[str]:
    members = _members(value) if depth < _MAX_DEPTH else None
    if members is None:
        yield _scalar(value)
        return
    for key, item in members:
        yield from _member(key, item, depth)


def _members(value: object) -> list[tuple[str, object]] | None:
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in cast("Mapping[object, object]", value).items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [("-", item) for item in cast("Sequence[object]", value)]
    return None


def _member(key: str, item: object, depth: int) -> Iterator[str]:
    label = key if key == "-" else f"{key}:"
    if _is_inline(item):
        yield f"{label} {_scalar(item)}"
        return
    yield label
    if isinstance(item, str):
        yield from item.strip("\n").split("\n")
        return
    yield from (f"  {line}" for line in _lines_of(item, depth + 1))


def _is_inline(item: object) -> bool:
    if isinstance(item, str):
        return len(item) <= _INLINE_CHARS and "\n" not in item
    return not isinstance(item, Mapping | Sequence) or not item


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | Sequence) and value:
        return "…"
    return json.dumps(value, ensure_ascii=False, default=str)
