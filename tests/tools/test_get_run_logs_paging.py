"""`get_run_logs` and servers whose pages are not what they should be: what is told is true, and what is missing is told."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest

from tests.stage import FakeTime, OpenStage

pytestmark = pytest.mark.anyio

Steps = Callable[[int, int], list[int]]


class Served(httpx2.AsyncBaseTransport):
    """A run whose server chooses itself which step numbers it answers to `skip` and `limit`."""

    def __init__(self, steps: Steps, total: int | None, *, stalls_at: int | None = None) -> None:
        self.steps = steps
        self.total = total
        self.stalls_at = stalls_at
        self.time: FakeTime | None = None
        self.asked: list[tuple[int, int]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        params = request.url.params
        skip, limit = int(params["skip"]), int(params["limit"])
        self.asked.append((skip, limit))
        if skip == self.stalls_at:
            await anyio.sleep_forever()
        if self.time is not None:
            self.time.seconds += 19.9
        logs = [{"message_type": "ACTION", "thought": f"step {number}"} for number in self.steps(skip, limit)]
        run = {"id": 1, "organization_id": 1, "status": "completed", "logs": logs, "total_logs": self.total}
        return httpx2.Response(200, json=run)


def capped(cap: int, steps: int) -> Steps:
    return lambda skip, limit: list(range(skip + 1, min(skip + min(limit, cap), steps) + 1))


async def figures(open_stage: OpenStage, served: Served, **arguments: Any) -> tuple[str, Any, str]:
    async with open_stage(wire=lambda _: served) as stage:
        result = await stage.call("get_run_logs", run_id=1, **arguments)
        assert not result.is_error, result.text
        return result.figures["complete"], result.figures["warnings"], result.text


@pytest.mark.parametrize("total", [450, None])
async def test_a_server_that_ignores_skip_does_not_invent_steps(open_stage: OpenStage, total: int | None) -> None:
    served = Served(lambda _, limit: list(range(1, limit + 1)), total)
    complete, warnings, text = await figures(open_stage, served)
    missing = "; 350 steps are missing" if total else ""
    assert (complete, warnings) == (
        "no",
        [f"reading stopped after 1 page (Codegen sent the same steps again){missing}"],
    )
    assert "100 entries" in text
    assert len(served.asked) == 2


async def test_a_server_that_ends_on_its_last_page_for_ever_is_noticed(open_stage: OpenStage) -> None:
    served = Served(lambda skip, _: list(range(min(skip, 100) + 1, min(skip, 100) + 101)), None)
    complete, warnings, _ = await figures(open_stage, served)
    assert (complete, warnings) == ("no", ["reading stopped after 2 pages (Codegen sent the same steps again)"])


async def test_a_server_that_ignores_limit_is_not_read_on(open_stage: OpenStage) -> None:
    served = Served(lambda skip, _: list(range(skip + 1, 251)), 250)
    complete, warnings, text = await figures(open_stage, served)
    assert (complete, warnings) == ("no", ["reading stopped after 1 page (Codegen sent more steps than asked for)"])
    assert "250 entries" in text
    assert len(served.asked) == 1
    _, warnings, text = await figures(open_stage, served, skip=100, limit=5)
    assert warnings == ["reading stopped after 1 page (Codegen sent more steps than asked for)"]
    assert "0 of 250 entries shown" in text


async def test_a_further_page_with_more_than_asked_for_is_left_out(open_stage: OpenStage) -> None:
    served = Served(lambda skip, _: list(range(skip + 1, skip + 101 + skip)), 300)
    complete, warnings, _ = await figures(open_stage, served)
    assert complete == "no"
    assert warnings == ["reading stopped after 1 page (Codegen sent more steps than asked for); 200 steps are missing"]


@pytest.mark.parametrize(("total", "starts"), [(250, [0, 200, 150, 100, 50]), (None, [0, 50, 100, 150, 200, 250])])
async def test_a_server_that_serves_less_at_once_is_read_whole(
    open_stage: OpenStage, total: int | None, starts: list[int]
) -> None:
    served = Served(capped(50, 250), total)
    complete, warnings, text = await figures(open_stage, served)
    assert (complete, warnings) == ("yes", [])
    assert "250 entries" in text
    assert [skip for skip, _ in served.asked] == starts


async def test_steps_a_short_page_leaves_out_are_counted(open_stage: OpenStage) -> None:
    served = Served(lambda skip, _: list(range(skip + 1, skip + (61 if skip == 100 else 101))), 300)
    complete, warnings, _ = await figures(open_stage, served)
    assert (complete, warnings) == ("no", ["40 steps could not be read"])


async def test_a_total_without_steps_is_not_complete(open_stage: OpenStage) -> None:
    complete, warnings, _ = await figures(open_stage, Served(lambda _, __: [], 7))
    assert (complete, warnings) == ("no", ["7 steps could not be read"])


async def test_a_run_without_steps_is_complete(open_stage: OpenStage) -> None:
    served = Served(lambda _, __: [], None)
    complete, warnings, _ = await figures(open_stage, served)
    assert (complete, warnings, len(served.asked)) == ("yes", [], 1)


async def test_a_slice_of_a_log_of_unknown_length_offers_what_follows(open_stage: OpenStage) -> None:
    served = Served(capped(100, 1000), None)
    _, _, text = await figures(open_stage, served, skip=100, limit=5)
    assert "of 105" not in text
    assert "Next: get_run_logs(run_id=1, skip=105, limit=5)" in text
    assert served.asked == [(100, 100)]


async def test_a_slice_behind_the_end_offers_nothing(open_stage: OpenStage) -> None:
    _, _, text = await figures(open_stage, Served(capped(100, 50), None), skip=200, limit=5)
    assert "Next:" not in text


async def test_a_slice_that_reaches_the_end_knows_the_total(open_stage: OpenStage) -> None:
    served = Served(capped(100, 50), None)
    _, _, text = await figures(open_stage, served, skip=45, limit=20, max_tokens=5000)
    assert "5 of 50 entries shown." in text
    assert "Next:" not in text
    assert served.asked == [(0, 100), (50, 100)]


@pytest.mark.parametrize("total", [250, None])
async def test_a_slice_from_a_server_that_serves_less_at_once_is_whole(
    open_stage: OpenStage, total: int | None
) -> None:
    served = Served(capped(50, 250), total)
    _, warnings, text = await figures(open_stage, served, skip=60, limit=60, max_tokens=20000)
    assert warnings == []
    assert "step 61\n" in text
    assert "step 120\n" in text
    assert served.asked == [(0, 100), (60, 100), (110, 100)]


async def test_a_slice_ends_with_the_log(open_stage: OpenStage) -> None:
    served = Served(capped(100, 250), 250)
    await figures(open_stage, served, skip=240, limit=100)
    assert served.asked == [(200, 100)]


async def test_a_slice_keeps_what_it_has_when_its_second_page_repeats_the_first(open_stage: OpenStage) -> None:
    served = Served(lambda _, limit: list(range(1, limit + 1)), None)
    _, warnings, text = await figures(open_stage, served, skip=95, limit=10, max_tokens=5000)
    assert warnings == ["reading stopped after 1 page (Codegen sent the same steps again)"]
    assert "step 100\n" in text
    assert "#101 " not in text


async def test_a_page_that_stalls_does_not_lose_what_was_read(open_stage: OpenStage) -> None:
    served = Served(capped(100, 450), 450, stalls_at=400)
    async with open_stage(wire=lambda _: served) as stage:
        served.time = stage.time
        result = await stage.call("get_run_logs", run_id=1)
    assert result.figures["warnings"] == ["reading stopped after 1 page; 350 steps are missing"]
    assert "100 entries" in result.text


async def test_an_expression_that_is_none_costs_no_request(open_stage: OpenStage) -> None:
    served = Served(capped(100, 5), 5)
    async with open_stage(wire=lambda _: served) as stage:
        assert (await stage.error("get_run_logs", run_id=1, find="(?=x)"))["code"] == "invalid_argument"
    assert served.asked == []


async def test_what_follows_is_asked_as_the_caller_asked(open_stage: OpenStage) -> None:
    asked = {"skip": 10, "limit": 5, "org_id": 7, "max_tokens": 900}
    _, _, text = await figures(open_stage, Served(capped(100, 40), 40), **asked)
    assert "Next: get_run_logs(run_id=1, skip=15, limit=5, max_tokens=900, org_id=7)" in text
