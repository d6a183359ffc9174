"""The word or two above a block of lines: why they are shown."""

from collections.abc import Sequence
from typing import Final

_REASONS: Final = (
    ("killed", frozenset({"killed"})),
    ("stack trace", frozenset({"trace_head", "camel_colon", "panic"})),
    ("compile error", frozenset({"compile_error"})),
    ("test failure", frozenset({"bad_mark", "section_bad", "assert"})),
    (
        "error",
        frozenset(
            {"error_colon", "error_start", "level", "level_bracket", "fatal", "npm_err", "camel_error", "fail_upper"}
        ),
    ),
    ("exit", frozenset({"command_failed", "exit_bad"})),
    ("failure", frozenset({"fail_word", "error_word", "cannot", "not_found", "denied", "timeout", "crash", "syntax"})),
    ("warning", frozenset({"warning", "deprecated"})),
)


_ORDER: Final = ("disk full", *(name for name, _ in _REASONS))
OUTRIGHT: Final = frozenset(_ORDER[: _ORDER.index("error") + 1])
"""Reasons that say outright what went wrong."""
_WARNING: Final = frozenset({"warning", "gha_warning"})


def line_reason(line: str, signs: frozenset[str]) -> str:
    """Why a line with these signs is shown: the first of its signs' reasons, `context` for none."""
    reason = next((name for name, wanted in _REASONS if wanted & signs), "context")
    if reason == "killed" and "no space left" in line.lower():
        return "disk full"
    # A compiler's warning may well speak of what is missing; it is a warning all the same.
    return "warning" if reason == "failure" and signs & _WARNING else reason


def reason_of(reasons: Sequence[str], *, holds_best: bool, ends: bool) -> str:
    """A word or two on why lines are shown, from what each of them says."""
    reason = next((name for name in _ORDER if name in reasons), "context")
    if reason != "context" and holds_best:
        reason = f"most telling: {reason}"
    if not ends:
        return reason
    return "last lines" if reason == "context" else f"{reason}, last lines"
