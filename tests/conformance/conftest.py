"""Clients and judges of other makers: where they are installed, and a line for each with its score.

A test tells whom it lets judge with `record_property("judge", ...)`, and what they found with
`record_property("score", ...)`. `run.sh` shows these lines, and fails where a judge could not be asked.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

HERE = "tests/conformance/"


class Node(NamedTuple):
    """Node itself, and the folder whose `node_modules` has the packages."""

    program: str
    prefix: str


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Node:
    """What `.ci/install_node` installed."""
    program, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not program or not prefix:
        _absent(
            request, "SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no Inspector (.ci/install_node sets them)"
        )
    return Node(program, prefix)


@pytest.fixture(scope="session")
def judges(request: pytest.FixtureRequest) -> Path:
    """The folder of what `.ci/install_judges` installed."""
    folder = os.environ.get("SANDSCOPE_JUDGES")
    if not folder:
        _absent(request, "SANDSCOPE_JUDGES is not set: no judges of the server (.ci/install_judges sets it)")
    return Path(folder)


def _absent(request: pytest.FixtureRequest, reason: str) -> NoReturn:
    if request.config.getoption("--every-judge", default=False):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-judge", action="store_true", help="fail where a judge could not be asked")


@dataclass
class Line:
    """What one judge found, over all tests that let it judge."""

    scores: list[str] = field(default_factory=list[str])
    outcome: str = "pass"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = _lines(
        report
        for outcome in ("passed", "skipped", "failed", "error")
        for report in terminalreporter.getreports(outcome)
        if report.nodeid.startswith(HERE)
    )
    if found:
        terminalreporter.section("judges")
    for judge, line in found.items():
        terminalreporter.write_line(f"{judge:<32} {line.outcome:<8} {', '.join(line.scores)}")


def _lines(reports: Iterable[pytest.TestReport]) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for report in reports:
        properties = dict(report.user_properties)
        judge = properties.get("judge")
        # Who cannot be asked is skipped before the test can say its name.
        if judge is None and report.outcome == "passed":
            continue
        line = lines.setdefault(str(judge or report.nodeid.removeprefix(HERE)), Line())
        if report.outcome != "passed":
            line.outcome = "FAIL" if report.outcome == "failed" else "not run"
        score = properties.get("score")
        if score and str(score) not in line.scores:
            line.scores.append(str(score))
    return lines
