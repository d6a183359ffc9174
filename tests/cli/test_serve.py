"""What `sandscope serve` says to people, beside the protocol."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_a_variable_with_a_wrong_name_is_told_at_the_start(tmp_path: Path, transport: str) -> None:
    environ = {**os.environ, "CODEGEN_TOKEN": "very-secret", "SANDSCOPE_STATE_DIR": str(tmp_path / "file")}
    # Where stdin has ended stdio ends by itself; a limit that is refused afterwards ends http.
    environ |= {"SANDSCOPE_LIMITS": "wrong"} if transport == "http" else {}
    done = subprocess.run(
        [sys.executable, "-m", "mcp_server", "serve", "--transport", transport, "--port", "0"],
        env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    assert done.stderr.startswith("sandscope: CODEGEN_TOKEN is not read; did you mean CODEGEN_API_TOKEN?\n")
    assert done.stdout == ""
    assert "very-secret" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals in Python")
@pytest.mark.parametrize("people", [True, False])
def test_a_person_at_a_terminal_is_told_what_is_waited_for(*, people: bool) -> None:
    ours, theirs = os.openpty()
    waiting = subprocess.Popen(
        [sys.executable, "-m", "mcp_server", "--demo"],
        env=os.environ,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs if people else subprocess.PIPE,
    )
    told = os.read(ours, 1000) if people else b""
    # Ctrl-D, the end of what is typed.
    os.write(ours, b"\x04")
    _, err = waiting.communicate(timeout=20)
    os.close(theirs)
    os.close(ours)
    if people:
        assert told.startswith(b"sandscope: waiting for an MCP client on stdin; Ctrl-C ends it.")
    else:
        assert b"waiting" not in err
