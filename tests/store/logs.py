"""Logs and runs to keep, captured as the tools do."""

from mcp_server.logs.captured import CapturedLog, Row, capture
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.runs import RunEntry, capture_run
from mcp_server.store.stored_log import StoredLog

REDACTOR = Redactor(["agbx_own/key+of ours=42"], key=b"test")


def stored(log_id: str, *lines: str) -> StoredLog:
    """A sandbox's log of these lines."""
    log = CapturedLog(lines, ("",) * len(lines), ("",) * len(lines), raw_bytes=0)
    return StoredLog("agentbox", "sb-1", Header("A sandbox", log_id), log)


def stored_log() -> StoredLog:
    """A log with everything a log may have."""
    rows = [
        Row("\x1b[31mfailed\x1b[0m: \u00fcber 世界 🙂", "2026-01-01T00:00:00Z", "main"),
        Row("", "", "init"),
        Row("TOKEN=hunter22abc\ttab"),
    ]
    facts = (("state", "Failed"), ("exit code", "1"))
    header = Header("A sandbox — ünï", "log_full", facts, "no", ("a part is missing", "so is another"), "a note")
    return StoredLog("agentbox", "sb-1", header, capture(rows, REDACTOR))


def stored_run(log_id: str = "log_run") -> StoredLog:
    """A run of two entries, one of which has an answer."""
    entries = [
        RunEntry(1, "ACTION", "shell", "2026-01-01T00:00:00Z", "I look", "ls", "a\nb"),
        RunEntry(2, "FINAL_ANSWER", thought="done"),
    ]
    return StoredLog("codegen", "run 7", Header("Run 7", log_id, complete="yes"), capture_run(entries, REDACTOR))
