"""A repository's setup seen through: written, tried, explained, fixed, judged."""

import re
import subprocess
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_setup_that_works_needs_no_fix(run_example: Run):
    done = run_example("complete_workflow", 301, "--demo")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^1\. Authenticated: user Dana Okafor, user_id 11, .*role ADMIN", done.stdout, re.MULTILINE)
    assert re.search(r"^2\. Setup commands: run 111, 23 lines\. Setup of acme/checkout", done.stdout, re.MULTILINE)
    assert re.search(r"^3\. Tried: run 112 completed\.", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("Verdict: run 112 completed; fixes tried: 0.\n")


def test_a_failed_run_is_analyzed_by_its_sandbox_and_fixed(run_example: Run):
    done = run_example("complete_workflow", 301, "--run", 101, "--demo")
    assert done.returncode == 0, done.stderr
    assert "Round 1 of 2: run 101 failed; next: analyze_logs(sandbox_id=201)" in done.stdout
    assert "Why: Cause: requirements.txt pins urllib3==2.2.2, but botocore 1.31.85 needs" in done.stdout
    assert re.search(r"Pull request: https://github\.com/acme/checkout/pull/\d+$", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("Verdict: run 112 completed; fixes tried: 1.\n")


def test_a_failed_run_without_a_sandbox_is_explained_by_its_own_log(run_example: Run):
    done = run_example("complete_workflow", 301, "--run", 105, "--rounds", 1, "--demo")
    assert done.returncode == 0, done.stderr
    assert "Round 1 of 1: run 105 failed; next: get_run_logs(run_id=105)" in done.stdout
    assert "Why: Codegen (demo) run 105" in done.stdout
    assert "Fix: run 111 completed" in done.stdout


def test_no_more_rounds_than_allowed_are_tried(run_example: Run):
    done = run_example("complete_workflow", 301, "--run", 101, "--rounds", 0, "--demo")
    assert done.returncode == 1
    assert done.stdout.endswith("Verdict: run 101 failed; fixes tried: 0.\n")


@pytest.mark.parametrize(
    ("arguments", "words"), [((999,), "Repository not found"), ((301, "--run", 999), "Agent run not found")]
)
def test_what_does_not_exist_ends_it_with_the_servers_words(run_example: Run, arguments: tuple[object], words: str):
    done = run_example("complete_workflow", *arguments, "--demo")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Verdict" not in done.stdout
