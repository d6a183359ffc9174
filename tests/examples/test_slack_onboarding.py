"""The one-time token goes to stdout and nowhere else."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_exact_message_is_printed_and_the_token_is_in_no_file_and_no_log(run_example: Run, tmp_path: Path):
    done = run_example(
        "slack_onboarding", "--demo", cwd=tmp_path, HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state")
    )
    assert done.returncode == 0, done.stderr
    message = re.search(r"^ {3}Connect my account: (\S{16,})$", done.stdout, re.MULTILINE)
    assert message is not None
    assert re.search(
        r"^3\. Do it before \d\d:\d\d \(10 minutes from now\)\. It works once\.$", done.stdout, re.MULTILINE
    )
    token = message[1]
    assert token not in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file() and token.encode() in path.read_bytes()] == []


def test_whoever_redirects_it_is_warned(run_example: Run):
    done = run_example("slack_onboarding", "--demo")
    assert done.stderr == "warning: stdout is not a terminal; the token goes wherever it leads.\n"
