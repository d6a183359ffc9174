"""The analysis agent's second opinion: what it makes of the recordings, and of logs it has never seen."""

import ast
from pathlib import Path

import pytest

import mcp_server.demo
from mcp_server.demo.analyst import analyse, clean, report
from mcp_server.demo.recorded import recording

FOUND = {
    "pip-conflict": ("dependency-conflict", "urllib3==2.2.2"),
    "disk-full": ("disk-full", "/workspace/disk"),
    "dns": ("dns", "git.example"),
    "port-in-use": ("port-in-use", "8473"),
    "missing-env": ("missing-env", "DATABASE_URL"),
    "git-merge": ("merge-conflict", "limits.py"),
    "gcc-deep": ("compile-error", "RING_CAPACITY_MAX"),
    "test-deep": ("test-failure", "tests/test_shard_16.py"),
    "node-trace": ("exception", "/workspace/src/invoice.js"),
    "oom-worker": ("cut-short", "events"),
    "success-python": ("success", "No error"),
    "success-node": ("success", "No error"),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_cause_of_a_recording_is_found_with_its_evidence(name: str):
    kind, word = FOUND[name]
    log = "\n".join(recording(name))
    finding = analyse(log)
    assert finding.kind == kind
    assert word in finding.diagnosis.cause
    lines = clean(log)
    assert finding.evidence
    assert all(lines[number - 1].startswith(text) for number, text in finding.evidence)


@pytest.mark.parametrize(
    ("name", "command", "exit_code"),
    [
        ("pip-conflict", "pip install -v -r requirements.txt", None),
        ("gcc-deep", "make -k -j2", 1),
        ("node-trace", "npm test --loglevel verbose", 1),
        ("git-merge", "git rebase origin/main", None),
    ],
)
def test_the_command_that_failed_and_its_status_come_from_the_log(name: str, command: str, exit_code: int | None):
    finding = analyse("\n".join(recording(name)))
    assert (finding.command, finding.exit_code) == (command, exit_code)


@pytest.mark.parametrize(
    ("log", "kind", "words"),
    [
        ("ERROR: ResolutionImpossible: see the docs", "dependency-conflict", "contradict each other"),
        ("cp: error writing 'x': No space left on device", "disk-full", "the command cannot write"),
        ("KeyError: 'SMTP_HOST'", "missing-env", "SMTP_HOST is not set"),
        ("Error: listen EADDRINUSE: address already in use :::3000", "port-in-use", "Port 3000"),
        ("E: Temporary failure resolving 'deb.example'", "dns", "cannot be resolved"),
        ("main.c:3:1: fatal error: zlib.h: No such file or directory", "compile-error", "main.c does not compile"),
        ("CONFLICT (modify/delete): a.txt deleted in HEAD", "merge-conflict", "a file was changed on both sides"),
        ("E   assert 1 == 2", "test-failure", "assert 1 == 2"),
        ("ReferenceError: x is not defined: no place", "exception", "thrown at unknown:1"),
    ],
)
def test_a_bare_error_line_is_enough(log: str, kind: str, words: str):
    finding = analyse(log)
    assert finding.kind == kind
    assert words in finding.diagnosis.cause


def test_timestamps_colours_and_redrawn_lines_do_not_hide_an_error():
    log = "2026-11-21T20:00:00.123456789Z 10 %\r99 %\r\x1b[31mE   assert 1 == 2\x1b[0m\r\n"
    assert clean(log) == ["E   assert 1 == 2"]
    assert analyse(log).kind == "test-failure"


def test_a_status_of_zero_or_of_the_next_command_is_not_the_exit_code():
    log = "$ a\nE   assert 1 == 2\nexited with status 0\n{}exited with status 3\n"
    assert analyse(log.format("")).exit_code == 3
    assert analyse(log.format("$ b\n")).exit_code is None


def test_a_report_leaves_out_what_the_log_does_not_tell():
    text = report(analyse("still working\n"))
    assert text.startswith("Cause: The log stops in the middle of the work")
    assert "Exit code" not in text
    assert "Last command" not in text


def test_a_report_names_command_status_evidence_and_fix():
    text = report(analyse("\n".join(recording("gcc-deep"))))
    for part in ("`make -k -j2`", "Exit code: 1", "src/stage_157.c:12:25: error:", "```bash\nsed -i"):
        assert part in text
    assert "Suggested fix" not in report(analyse("all steps done"))


def test_the_analyst_shares_nothing_with_the_products_own_log_reading():
    folder = Path(mcp_server.demo.__file__).parent
    trees = [ast.parse(path.read_text()) for path in folder.glob("analyst*.py")]
    modules = {node.module or "" for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "mcp_server.demo.analyst_rules" in modules
    assert not [module for module in modules if module.startswith("mcp_server.logs")]
