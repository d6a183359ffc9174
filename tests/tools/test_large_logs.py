"""A log of many megabytes: the others are answered meanwhile, a cancelled call leaves nothing, memory is bounded."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.stage import OpenStage
from tests.tools.large import SANDBOX, SHAPES, Big
from tests.untraced import untraced

MEGABYTE = 1_000_000
CAP = 64 << 20

pytestmark = pytest.mark.anyio


@pytest.mark.slow
@pytest.mark.bound(120)
async def test_while_a_large_log_is_digested_another_call_is_answered_before_it(open_stage: OpenStage) -> None:
    # So large a one is not unpacked for its digest.
    wire = Big("plain", 17 * MEGABYTE)
    answered: list[str] = []
    async with open_stage(wire=lambda _: wire) as stage, anyio.create_task_group() as tasks:

        async def large() -> None:
            await stage.text("get_diagnostics", sandbox_id=SANDBOX)
            answered.append("large")

        tasks.start_soon(large)
        await wire.served.wait()
        for _ in range(3):
            await stage.text("whoami")
            answered.append("small")
    assert answered == ["small", "small", "small", "large"]


@pytest.mark.slow
@pytest.mark.bound(120)
async def test_a_cancelled_call_leaves_nothing_and_the_next_one_has_the_whole_log(open_stage: OpenStage) -> None:
    wire = Big("plain", 12 * MEGABYTE)
    async with open_stage(wire=lambda _: wire) as stage:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(stage.text, "get_diagnostics", sandbox_id=SANDBOX))
            await wire.served.wait()
            await stage.text("whoami")
            tasks.cancel_scope.cancel()
        asked = wire.asked
        wire.body.given = 0
        figures = (await stage.call("get_diagnostics", sandbox_id=SANDBOX)).figures
        assert wire.asked > asked
        assert figures["bytes"] >= 12 * MEGABYTE


def told_of(shape: str, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.tools.large", shape, str(size)]
    folder = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=folder, env=untraced(), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
@pytest.mark.parametrize("shape", SHAPES)
def test_no_log_takes_more_than_three_times_the_cap(shape: str) -> None:
    # What is done to a line at once needs copies of it; and each of 64 million lines takes its time.
    size = {"one line": 40, "newlines": 8}.get(shape, 64) * MEGABYTE
    told = told_of(shape, size)
    assert told["meta"]["sandscope/log"]["bytes"] >= 0.9 * size
    assert told["grown"] <= 3 * CAP


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_a_gigabyte_is_cut_at_the_cap_which_the_answer_says() -> None:
    told = told_of("plain", 1 << 30)
    assert told["given"] <= CAP + MEGABYTE
    assert "logs are longer than 64 MB" in told["text"]
    assert told["meta"]["sandscope/log"]["complete"] == "no"
    assert told["grown"] <= 3 * CAP
