"""What stands above the lines of every log view: what was captured, in what state, and how complete."""

from dataclasses import dataclass
from typing import Literal

Complete = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Header:
    """The caller's knowledge of a log; its text is cut to fit, whatever its size.

    Attributes:
        title: What the log is of, such as `AgentBox sandbox sb-1`.
        log_id: Handle under which more of the log can be read.
        facts: Name and value pairs: state, exit code, reason.
        complete: Whether everything the platform holds was captured.
        warnings: What a reader should know before trusting the lines.
        note: Said below them about the call itself, not about the log.
    """

    title: str
    log_id: str
    facts: tuple[tuple[str, str], ...] = ()
    complete: Complete = "unknown"
    warnings: tuple[str, ...] = ()
    note: str = ""
