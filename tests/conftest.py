"""What every test stands on: both event loops, a bound on its time, nobody's own keys, and a reason for every skip.

A test that needs asyncio alone says so with `pytest.mark.parametrize("anyio_backend", ["asyncio"])`.
"""

import functools
import inspect
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck, settings

# Generous for a loaded machine under coverage; a test that hangs fails here instead of stopping the run.
BOUND_S = 20.0
SLOW_BOUND_S = 120.0

VENDORS = ("AGENTBOX_", "CODEGEN_", "OPEN_SANDBOX_", "SANDSCOPE_")
OURS = {
    "SANDSCOPE_AGENTBOX_OPENAPI",
    "SANDSCOPE_CODEGEN_OPENAPI",
    "SANDSCOPE_JUDGES",
    "SANDSCOPE_NODE",
    "SANDSCOPE_NPM_PREFIX",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-surface", action="store_true", help="write tests/surface/*.json instead of comparing")


def pytest_configure() -> None:
    # A shell ignores SIGINT for what it starts in the background, and every process started from here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # How fast an example runs says how loaded the machine is, not whether the code is right.
    unhurried = settings(settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("unhurried", unhurried)
    settings.load_profile("unhurried")
    # Before collection, so that what a test file reads on import is as clean as what its tests see.
    for name in [name for name in os.environ if name.startswith(VENDORS) and name not in OURS]:
        del os.environ[name]
    # Processes that tests start must not share the state of whoever runs the tests.
    os.environ["SANDSCOPE_STATE_DIR"] = tempfile.mkdtemp(prefix="sandscope-tests-")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["SANDSCOPE_STATE_DIR"], ignore_errors=True)


@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def run_node() -> Callable[[Path, str], str]:
    """What a script writes that needs the packages `.ci/install_node` prepares, given a text to read."""
    node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not node or not prefix:
        pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no o200k counts (.ci/install_node sets them)")

    def run(script: Path, text: str) -> str:
        return subprocess.run([node, script, prefix], input=text, capture_output=True, check=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def count_o200k(run_node: Callable[[Path, str], str]) -> Callable[[Sequence[str]], list[int]]:
    """The true number of o200k tokens of each text, by a tokenizer that is not ours."""
    return lambda texts: json.loads(run_node(Path(__file__).with_name("o200k.cjs"), json.dumps(list(texts))))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = _bounded(pyfuncitem.obj, _bound_s(pyfuncitem))
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
    if reasons:
        terminalreporter.section("not run, and why")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count:4} {reason}")


def _bound_s(item: pytest.Function) -> float:
    own = item.get_closest_marker("bound")
    if own is not None:
        return own.args[0]
    return SLOW_BOUND_S if item.get_closest_marker("slow") or item.get_closest_marker("live") else BOUND_S


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(**fixtures: object) -> None:
        with anyio.move_on_after(seconds) as scope:
            await test(**fixtures)
        if scope.cancelled_caught:
            pytest.fail(f"not done within {seconds:g} s")

    return bounded


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "expected to fail"
