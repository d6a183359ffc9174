"""Pages that shift or repeat while they are read: nothing twice, no reading for ever, and what is missing is said."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.documents import RUN, run, step, user
from tests.faults.stage import Faulty
from tests.faults.upstream import Asked, answer

pytestmark = pytest.mark.anyio

USERS = "/organizations/1/users"
LOGS = f"/alpha/organizations/1/agent/run/{RUN}/logs"
PAGE = 100


def users_from(start: Callable[[int], int], total: int | None) -> Any:
    """Pages of a hundred users, of which the first is what `start` says for what was asked."""

    def told(asked: Asked) -> bytes:
        first = start(int(asked.query["skip"]))
        items = [user(number, role="ADMIN") for number in range(first, first + PAGE)]
        return answer(json.dumps({"items": items, "total": total}).encode())

    return told


@pytest.mark.parametrize("total", [1000, None])
async def test_a_list_whose_pages_repeat_has_nobody_twice_and_says_that_more_may_exist(
    faulty: Faulty, total: int | None
) -> None:
    faulty.time.ahead_s += 200_000
    faulty.upstream.documents = {USERS: users_from(lambda _: 1, total)}
    told = await faulty.call("list_users", role="ADMIN")
    ids = [row["user_id"] for row in told.facts["users"]]
    assert ids == sorted(set(ids))
    assert len(faulty.upstream.asked) == 2
    assert told.facts["scanned"] == PAGE
    assert "more" in told.text


async def test_a_list_that_shifts_while_it_is_read_has_nobody_twice(faulty: Faulty) -> None:
    faulty.time.ahead_s += 200_000
    # Somebody joined at the front between two pages, so that the second begins with the last of the first.
    faulty.upstream.documents = {USERS: users_from(lambda skip: skip - skip // PAGE, 300)}
    told = await faulty.call("list_users", role="ADMIN", skip=50, limit=100)
    ids = [row["user_id"] for row in told.facts["users"]]
    assert len(ids) == len(set(ids)) == 100
    assert told.facts["scanned"] == 298


def steps_from(start: Callable[[int], int], total: int | None, served: int = PAGE) -> Any:
    """Pages of steps, of which the first is what `start` says for what was asked."""

    def told(asked: Asked) -> bytes:
        skip, limit = int(asked.query["skip"]), int(asked.query["limit"])
        first = start(skip)
        logs = [step(number) for number in range(first, min(first + min(limit, served), total or 10**9))]
        return answer(json.dumps(run(logs=logs, total_logs=total)).encode())

    return told


@pytest.mark.parametrize("total", [1000, None])
async def test_a_run_log_whose_pages_repeat_is_read_once_and_the_gap_is_said(faulty: Faulty, total: int | None) -> None:
    faulty.time.ahead_s += 200_000
    faulty.upstream.documents = {LOGS: steps_from(lambda _: 0, total)}
    told = await faulty.call("get_run_logs", run_id=RUN)
    assert "the same steps again" in told.text
    assert told.figures["complete"] == "no"
    assert len(faulty.upstream.asked) == 2
    assert "100 entries" in told.text


@pytest.mark.parametrize("by", [1, 30, -30])
async def test_a_run_log_that_shifts_while_it_is_read_has_no_step_twice_and_the_gap_is_said(
    faulty: Faulty, by: int
) -> None:
    faulty.time.ahead_s += 200_000
    faulty.upstream.documents = {LOGS: steps_from(lambda skip: max(0, skip - by * (skip // PAGE)), 300)}
    told = await faulty.call("get_run_logs", run_id=RUN, max_tokens=20_000)
    log_id = told.figures["log_id"]
    for number in (99, 100, 150, 169, 199, 215):
        found = await faulty.call("read_log", log_id=log_id, find=rf"command: step {number}\b")
        assert "2 match" not in found.text
    assert told.figures["complete"] == "no"
