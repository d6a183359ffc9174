"""Logs of our own making, and the redactor every test of this folder uses."""

from collections.abc import Callable, Sequence

import pytest

from mcp_server.logs.captured import CapturedLog, capture, rows_of_text
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor

OWN_KEY = "agbx_own/key+of ours=42"


@pytest.fixture
def own_key() -> str:
    return OWN_KEY


@pytest.fixture
def redactor() -> Redactor:
    return Redactor([OWN_KEY], key=b"test")


@pytest.fixture
def log_of(redactor: Redactor) -> Callable[[str | bytes | Sequence[str]], CapturedLog]:
    def build(text: str | bytes | Sequence[str]) -> CapturedLog:
        return capture(rows_of_text(text if isinstance(text, str | bytes) else "\n".join(text)), redactor)

    return build


@pytest.fixture
def header() -> Header:
    return Header("AgentBox sandbox sb-1", "log_abcdefgh2345", (("state", "Failed"), ("exit code", "1")), "yes")


@pytest.fixture
def build_log() -> list[str]:
    """A build of 3,000 lines whose cause is in its middle, among harmless mentions of errors."""
    lines: list[str] = []
    for n in range(3000):
        if n % 97 == 5:
            lines.append(f"test_error_is_reported_{n} PASSED")
        elif n % 97 == 6:
            lines.append("checked 12 files, 0 errors, 0 warnings")
        elif n % 97 == 7:
            lines.append("installed error-handler.js to node_modules/error-handler")
        else:
            lines.append(f"[{n:05}] compiling module_{n % 31}.c -> module_{n % 31}.o ({n * 37 % 911} ms)")
    lines[1500:1500] = [
        "Traceback (most recent call last):",
        '  File "/workspace/app/ledger.py", line 88, in settle',
        "    amount = table[currency]",
        "KeyError: 'KWD'",
    ]
    return [*lines, 'The command "make test" exited with 2.', "uploading cache", "cache uploaded"]
