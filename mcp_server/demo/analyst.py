"""What the demo's analysis agent finds in a setup log: worked out from the log at the time of the call.

A second opinion on purpose: it shares nothing with the digest of `mcp_server.logs`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from mcp_server.demo.analyst_rules import RULES, Diagnosis

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ?")
_PROMPT = re.compile(r"^\$ (.+)")
_EXIT = re.compile(
    r"exit(?:ed with)?(?: non-zero)?(?: status| code|) ?:? ?(\d+)\b|^make: \*\*\* \[.* Error (\d+)|did not complete: (\d+)"
)
_DONE = re.compile(r"\b(0 failed|all steps done|closed, bye|Successfully installed|\d+ passed)\b")
_EVIDENCE_LINES = 6
_LINE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """What a log says. Line numbers count from 1; `command` and `exit_code` are None where the log does not tell."""

    kind: str
    diagnosis: Diagnosis
    command: str | None = None
    exit_code: int | None = None
    evidence: tuple[tuple[int, str], ...] = ()
    lines: int = 0


def clean(log: str) -> list[str]:
    """Return a log's lines without timestamps and colours, each at its last carriage return's state."""
    plain = _ANSI.sub("", log).removesuffix("\n").split("\n")
    return [_TIMESTAMP.sub("", line).rstrip("\r").rpartition("\r")[2] for line in plain]


def analyse(log: str) -> Finding:
    """Find the first failure in a log: rules go from causes that explain others to those that are explained."""
    lines = clean(log)
    for rule in RULES:
        hits = [n for n, line in enumerate(lines) if rule.pattern.search(line)]
        if hits:
            first = hits[0]
            shown = sorted({*range(first, min(first + 3, len(lines))), *hits[1:3], hits[-1]})[:_EVIDENCE_LINES]
            return Finding(
                kind=rule.kind,
                diagnosis=rule.explain(lines, first),
                command=_command(lines, first),
                exit_code=_exit_code(lines, first),
                evidence=tuple((n + 1, lines[n][:_LINE_CHARS]) for n in shown),
                lines=len(lines),
            )
    return _without_error(lines)


def _command(lines: Sequence[str], before: int) -> str | None:
    """Return the last command that was started at or before a line."""
    prompts = (_PROMPT.match(line) for line in reversed(lines[: before + 1]))
    return next((match[1] for match in prompts if match), None)


def _exit_code(lines: Sequence[str], after: int) -> int | None:
    """Return the first exit status other than 0 that is reported from a line on, before the next command starts."""
    for line in takewhile(lambda line: not _PROMPT.match(line), lines[after:]):
        for match in _EXIT.finditer(line):
            code = int(next(group for group in match.groups() if group))
            if code:
                return code
    return None


def _without_error(lines: Sequence[str]) -> Finding:
    """Judge a log in which no rule finds an error by how it ends."""
    last = len(lines) - 1
    tail = tuple((n + 1, lines[n][:_LINE_CHARS]) for n in range(max(0, last - 2), last + 1))
    command = _command(lines, last)
    if any(_DONE.search(line) for line in lines[-40:]):
        cause = "No error found: the setup ran to its end."
        return Finding("success", Diagnosis(cause, "", ""), command, 0, tail, len(lines))
    cause = (
        "The log stops in the middle of the work and names no error: the process was probably killed from outside, "
        "most often for its memory. A log alone cannot show that; ask the platform for the container's events."
    )
    return Finding(
        "cut-short",
        Diagnosis(cause, "dmesg | grep -i -E 'killed process|out of memory'", ""),
        command,
        None,
        tail,
        len(lines),
    )


def report(finding: Finding) -> str:
    """Write a finding for people."""
    parts = [f"Cause: {finding.diagnosis.cause}"]
    if finding.command is not None:
        parts.append(f"Last command before it: `{finding.command[:_LINE_CHARS]}`")
    if finding.exit_code is not None:
        parts.append(f"Exit code: {finding.exit_code}")
    rows = "\n".join(f"{number:>7} | {text}" for number, text in finding.evidence)
    parts.append(f"Evidence, of {finding.lines} lines:\n{rows}")
    if finding.diagnosis.fix:
        parts.append(f"Suggested fix:\n```bash\n{finding.diagnosis.fix}\n```")
    return "\n\n".join(parts)
