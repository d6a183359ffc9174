"""Which lines a rival of the first answer shows, and in which order; `cause_rivals.py` cuts them at a budget.

Each function takes the lines of a log and a budget in tokens, and returns 1-based numbers in the order shown: one sequence,
or several that share the budget equally. Tools are imported by name, so that whoever has not installed one still sees the
others.
"""

import importlib
import re
import tempfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mcp_server.logs.linear import linear

# What everybody has.

# RE2, on bytes: Python's own engine takes a minute for what grep does in a second.
_USUAL = linear(
    rb"(?i)error|fail|exception|fatal|traceback|panic|critical|abort|denied|killed|cannot|timed? ?out|segmentation"
)
_STEP = re.compile(r"##\[group\]|travis_fold:start|\$ |\+ |> |#\d+ \[|=+ \w|\[INFO\] --- |::group::")
_STEP_FAILED = linear(
    rb"(?i)##\[error\]|exit(?:ed with)?(?: code| status)? [1-9]|\*\*\* \[|BUILD FAILURE|ELIFECYCLE|^FAIL\b|did not complete"
)
_CONTEXT_LINES = 3


def tail(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """From the end."""
    return [range(len(lines), 0, -1)]


def head_and_tail(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """From both ends."""
    return [range(1, len(lines) + 1), range(len(lines), 0, -1)]


def _matching(lines: Sequence[str]) -> Iterator[int]:
    for index, line in enumerate(lines):
        if _USUAL.search(line.encode("utf-8", "replace")):
            yield from range(max(index + 1 - _CONTEXT_LINES, 1), min(index + 1 + _CONTEXT_LINES, len(lines)) + 1)


def grep_first(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """Matches of the usual words with context, from the top."""
    return [_matching(lines)]


def grep_last(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """The same, from the bottom."""
    return [sorted(set(_matching(lines)), reverse=True)]


def failing_step(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """The last step that says it failed, from its end: what `gh run view --log-failed` leaves to read."""
    end = next(
        (n for n in range(len(lines), 0, -1) if _STEP_FAILED.search(lines[n - 1].encode("utf-8", "replace"))),
        len(lines),
    )
    start = next((n for n in range(end, 0, -1) if _STEP.match(lines[n - 1])), 1)
    return [range(end, start - 1, -1)]


# What can be installed.

_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\S+Z ")
_REPEATS = re.compile(r"  \(x\d+\)$")


def placed(shown: Iterable[str], lines: Sequence[str]) -> Iterator[int]:
    """Where each shown line that is one of the log's stands: the next such line, else the first."""
    where: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines, 1):
        where[_key(line)].append(number)
    last = 0
    for line in shown:
        numbers = where.get(_key(line)) or where.get(_key(_REPEATS.sub("", line)))
        if numbers and _key(line):
            after = bisect_right(numbers, last)
            last = numbers[after] if after < len(numbers) else numbers[0]
            yield last


def _key(line: str) -> str:
    return _TIMESTAMP.sub("", line).strip()


def ci_log_intelligence(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """Its blocks in their rank."""
    blocks = importlib.import_module("ci_log_intelligence").analyze_log("\n".join(lines)).blocks
    return [[line.line_number for ranked in blocks for line in ranked.block.lines]]


def log_ai_compressor(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """Its report as text."""
    service = importlib.import_module("log_ai_compressor.service")
    found: Any = service.analyze(text="\n".join(lines), params={"source": "log"})
    report: str = service.export_text(found, "txt")
    return [placed((re.sub(r"^[\s>|]*(?:L?\d+[:|] )?", "", line) for line in report.split("\n")), lines)]


def agentic_log_analyser(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """The samples of each template."""
    library = importlib.import_module("agentic_log_analyser")
    groups = library.template_logs([library.parse_line(line) for line in lines]).groups
    return [[sample.index + 1 for group in groups for sample in group.samples]]


def drain(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """One line of each template, rarest first: the library mines templates and has no answer of its own."""
    miner = importlib.import_module("drain3").TemplateMiner()
    clusters = [miner.add_log_message(line)["cluster_id"] for line in lines]
    counts = Counter(clusters)
    first = {cluster: number for number, cluster in reversed(list(enumerate(clusters, 1)))}
    return [[first[cluster] for cluster in sorted(first, key=lambda cluster: (counts[cluster], -first[cluster]))]]


def tokenjuice(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """What it makes of the output of a command that exited with 1."""
    library = importlib.import_module("tokenjuice")
    asked = library.ToolExecutionInput(toolName="exec", combinedText="\n".join(lines), exitCode=1)
    return [placed(library.reduce_execution(asked).inlineText.split("\n"), lines)]


def tooltrim(lines: Sequence[str], budget: int) -> list[Iterable[int]]:
    """What it makes of a tool's output within the budget."""
    compressor = importlib.import_module("tooltrim").ToolCompressor(max_tokens=budget)
    return [placed(compressor.compress("\n".join(lines)).text.split("\n"), lines)]


def toktrim(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """Its mode for logs."""
    shown = importlib.import_module("toktrim.processors").compress_logs("\n".join(lines))
    return [placed(shown.split("\n"), lines)]


def furl(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """What it makes of the log as a tool's message."""
    messages = [
        {"role": "user", "content": "Why did it fail?"},
        {"role": "tool", "content": "\n".join(lines), "tool_call_id": "1"},
    ]
    shown: str = importlib.import_module("furl_ctx").compress(messages).messages[-1]["content"]
    return [placed(shown.split("\n"), lines)]


def findlog(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """The first incident around the word `error`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_text("\n".join(lines), "utf-8", "replace")
        incidents = importlib.import_module("findlog").analyze_log(path, "error").incidents
    return [[n for incident in incidents for n in range(incident.start_line, incident.end_line + 1)]]


def gh_actions_parser(lines: Sequence[str], _budget: int) -> list[Iterable[int]]:
    """Message, trace and last lines of each step it takes for failing."""
    steps = importlib.import_module("gh_actions_parser.parser").parse_log("\n".join(lines), "", "", "").failing_steps
    shown = (text for step in steps for text in (step.error_message, step.stack_trace or "", *step.log_lines))
    return [placed((line for text in shown for line in text.split("\n")), lines)]
