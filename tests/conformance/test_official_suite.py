"""The official conformance suite as a judge, of our factory with its fixtures on top and of the server as it is shipped."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread

import pytest

from tests.conformance.conftest import Node

pytestmark = [pytest.mark.node, pytest.mark.slow]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# How many scenarios count for each revision; both sets are frozen.
REQUIRED = {"2025-11-25": 30, "2026-07-28": 37}
APP = ("-m", "tests.conformance.app")
SHIPPED = ("-m", "mcp_server", "serve", "--demo", "--transport", "http", "--port", "0")

# What each revision's set runs without scoring it, and we pass all the same.
UNSCORED = [
    ("2025-11-25", "server-session-lifecycle"),
    ("2025-11-25", "json-schema-2020-12"),
    ("2026-07-28", "json-schema-2020-12"),
    ("2026-07-28", "http-header-validation"),
    ("2026-07-28", "http-custom-header-server-validation"),
]
# Scenarios of an extension are run with the newest set. The suite itself still skips `tasks-status-notifications`.
TASKS = (
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
    "tasks-required-task-error",
    "tasks-mrtr-composition",
)


Record = Callable[[str, object], None]
Suite = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Verdict:
    """What a run of the suite said.

    Attributes:
        status: The exit status: 0 where every scored scenario does what its list of expected failures says.
        counts: How many of its checks passed and failed, for every scenario that was run.
        expected: The failures that were listed and happened.
        said: Everything it printed.
    """

    status: int
    counts: dict[str, tuple[int, int]]
    expected: list[str]
    said: str

    def passes(self, scenario: str) -> bool:
        """Whether checks of it passed and none failed."""
        passed, failed = self.counts[scenario]
        return passed > 0 and not failed


@pytest.fixture(scope="module")
def suite(node: Node) -> Suite:
    program = str(Path(node.prefix) / "node_modules" / ".bin" / "conformance")

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [node.program, program, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=280, env=dict(os.environ))

    return run


@contextmanager
def serving(*program: str) -> Generator[str]:
    """A server as a process, and its address as it says itself."""
    command = [sys.executable, *program]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found
        # Nobody reads what it logs from here on, and a full pipe would stop it.
        Thread(target=server.stderr.read, daemon=True).start()
        yield found[0]
        server.terminate()


def judged(suite: Suite, revision: str, baseline: Path, *program: str) -> Verdict:
    """Runs what a revision requires against a server."""
    with serving(*program) as url:
        done = suite("server", "--url", url, "--requirements", revision, "--expected-failures", str(baseline))
    said = re.sub(r"\x1b\[\d+m", "", done.stdout)
    counts = {
        name: (int(passed), int(failed))
        for name, passed, failed in re.findall(r"^[✓✗] (\S+): (\d+) passed, (\d+) failed$", said, re.MULTILINE)
    }
    return Verdict(done.returncode, counts, re.findall(r"^  ~ (\S+)$", said, re.MULTILINE), said + done.stderr)


def required(suite: Suite, revision: str) -> set[str]:
    """Names of the scenarios that count for a revision."""
    listed = suite("list", "--requirements", revision).stdout.partition("Client scenarios")[0]
    names = set(re.findall(r"^  - (\S+)$", listed, re.MULTILINE))
    assert len(names) == REQUIRED[revision]
    return names


@pytest.fixture(scope="module")
def ours(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Verdict]:
    """The verdict on our factory with the fixtures on top, by revision: nothing may fail, nor be warned of."""
    nothing = tmp_path_factory.mktemp("conformance") / "expected-failures.yml"
    nothing.write_text("server: []\n")

    @cache
    def verdict(revision: str) -> Verdict:
        return judged(suite, revision, nothing, *APP)

    return verdict


@pytest.mark.parametrize("revision", REQUIRED)
def test_every_required_scenario_passes(
    suite: Suite, ours: Callable[[str], Verdict], revision: str, record_property: Record
) -> None:
    record_property("judge", f"conformance {revision} required")
    verdict = ours(revision)
    assert verdict.status == 0, verdict.said
    names = required(suite, revision)
    failing = [name for name in names if not verdict.passes(name)]
    record_property("score", f"{len(names) - len(failing)}/{len(names)}")
    assert failing == []


@pytest.mark.parametrize(("revision", "scenario"), UNSCORED)
def test_what_is_not_scored_passes_too(ours: Callable[[str], Verdict], revision: str, scenario: str) -> None:
    verdict = ours(revision)
    assert verdict.passes(scenario), verdict.said


@pytest.mark.parametrize("scenario", TASKS)
def test_every_scenario_of_the_tasks_extension_passes(
    ours: Callable[[str], Verdict], scenario: str, record_property: Record
) -> None:
    record_property("judge", "conformance tasks")
    verdict = ours("2026-07-28")
    assert verdict.passes(scenario), verdict.said
    record_property("score", scenario)


@pytest.mark.parametrize("revision", REQUIRED)
def test_the_shipped_server_fails_what_is_listed_with_a_reason_and_nothing_else(
    suite: Suite, revision: str, record_property: Record
) -> None:
    record_property("judge", f"conformance {revision} shipped")
    baseline = HERE / f"expected-failures.{revision}.yml"
    listed = baseline.read_text(encoding="utf-8").splitlines()[3:]
    verdict = judged(suite, revision, baseline, *SHIPPED)
    assert verdict.status == 0, verdict.said
    assert required(suite, revision) <= verdict.counts.keys()
    # The suite itself passes over an entry whose check it does not meet.
    assert [f"  - {entry}" for entry in verdict.expected] == [line.partition("  # ")[0] for line in listed]
    assert all(line.partition("  # ")[2] for line in listed)
    record_property("score", f"{len(listed)} expected failures, each with its reason, and no other")
