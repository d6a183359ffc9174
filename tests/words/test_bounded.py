"""However much a platform says when it refuses, an agent is told little of it, on one line and without control characters."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from mcp_server.http.failures import MESSAGE_CHARS
from tests.faults.documents import RUN
from tests.faults.stage import READ_TOOLS, Faulty, served
from tests.faults.upstream import Upstream, answer, sends

pytestmark = pytest.mark.anyio

WORD = "mumble"
MUCH = f"\x1b[31m{WORD}\r\n\u202e {WORD} " * 60_000
MOST_CHARS = 700
CALLS: dict[str, dict[str, Any]] = {
    **{tool.name: dict(tool.arguments) for tool in READ_TOOLS},
    "analyze_logs": {"sandbox_id": 1},
    "generate_setup_commands": {"repo_id": 1},
    "create_run": {"prompt": "Mend it"},
    "connect_slack": {},
}


@pytest.fixture(scope="module")
async def faulty(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Faulty]:
    there = Upstream()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("no_proxy", "*")
        async with (
            there.listening() as address,
            served(there, address, tmp_path_factory.mktemp("state") / "sandscope") as opened,
        ):
            yield opened


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 418, 422, 500, 501])
@pytest.mark.parametrize("tool", CALLS)
async def test_of_a_megabyte_of_words_an_error_tells_a_few(faulty: Faulty, tool: str, status: int) -> None:
    faulty.time.ahead_s += 200_000
    body = json.dumps({"code": MUCH, "message": MUCH}).encode()
    assert len(body) > 1 << 20
    faulty.upstream.act = sends(answer(body, f"{status} Refused"))
    told = await faulty.call(tool, **CALLS[tool])
    faulty.upstream.behave()
    if tool == "whoami":
        rows = [row["error"] for row in told.facts["platforms"]]
    else:
        assert told.result.is_error
        rows = [told.text]
    for row in rows:
        assert len(row) <= MOST_CHARS
        assert row.isprintable()
        assert row.count(WORD) * len(WORD) <= MESSAGE_CHARS


async def test_of_ten_thousand_wrong_items_an_error_names_a_few(faulty: Faulty) -> None:
    told = await faulty.call("get_run_logs", run_id=RUN, message_types=[7] * 10_000)
    assert told.error["code"] == "invalid_argument"
    assert "message_types.0 must be" in told.text
    assert len(told.text) <= MOST_CHARS
