"""Every refusal, in every shape its words come in: the right code, the request's id, and words that are short and clean."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.canaries import echo
from tests.faults.stage import READ_TOOLS, Faulty, ReadTool, each_tool
from tests.faults.upstream import answer, sends

pytestmark = pytest.mark.anyio

CODES = {
    400: "invalid_argument",
    401: "unauthorized",
    402: "plan_limit",
    403: "forbidden",
    404: "not_found",
    422: "invalid_argument",
    # Of requests that go at once, one is refused and the others are held back for it.
    429: "rate_limited|rate_budget_spent",
    500: "upstream_error",
    501: "unsupported_scope",
    502: "upstream_unavailable",
    503: "upstream_unavailable",
    504: "upstream_unavailable",
}
HELD = 429
# What each says to do about it; an AgentBox id is looked up elsewhere than a run.
ADVICE = {
    400: "Check the arguments",
    401: "Set a valid key and restart",
    402: "Raise the plan",
    403: "Use a key with that permission",
    404: "ook",
    422: "Check the arguments",
    429: "Call again in 36",
    500: "Call again once",
    501: "does not implement that",
    502: "Call again in 60 s",
    503: "Call again in 60 s",
    504: "Call again in 60 s",
}
SHAPES: dict[str, Callable[[str], Any]] = {
    "code and message": lambda words: {"code": f"E {words}", "message": words},
    "message and status code": lambda words: {"message": words, "status_code": 0},
    "error, code and detail": lambda words: {"error": words, "errorCode": words, "detail": {}},
    "detail": lambda words: {"detail": words},
    "a list of details": lambda words: {"detail": [{"loc": ["query", "limit"], "msg": words, "input": words}]},
    "text": lambda words: words,
}


def words(first: int) -> str:
    """Words that are long and dirty."""
    return f"why it failed\r\n\x1b[31m\u202e {echo(first)} " + "and on " * 100


def refusal(status: int, body: Any) -> bytes:
    plain = isinstance(body, str)
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/plain" if plain else "application/json"
    keys = echo()
    headers = {"X-Request-Id": f"req-42 {keys}", "X-Echo": keys, "WWW-Authenticate": keys}
    return answer(data, f"{status} {keys}", Content_Type=kind, Retry_After="3600", **headers)


@each_tool
@pytest.mark.parametrize("status", CODES)
async def test_a_refusal_has_its_code_its_advice_and_its_request_id_in_words_that_are_short_and_clean(
    faulty: Faulty, status: int, tool: ReadTool
) -> None:
    for number, shape in enumerate(SHAPES.values()):
        faulty.time.ahead_s += 4000
        # Short as they are kept, every key comes first once.
        faulty.upstream.act = sends(refusal(status, shape(words(number * 5))))
        said = (ADVICE[status], *(["why it failed"] if status != HELD else []))
        told = await faulty.fails(tool, CODES[status], *said)
        if tool.name == "whoami":
            assert all(len(row["error"]) < 1000 for row in told.facts["platforms"])
        elif told.error["code"] != "rate_budget_spent":
            assert len(told.text) < 1000
            assert told.error["request_id"].startswith("req-42 ")
            assert len(told.error["request_id"]) <= 300
            assert "\n" not in told.text
        assert not {"\x1b", "\u202e", "\r"} & set(told.text)
    await faulty.recovers(tool)


@each_tool
@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_refusal_that_may_pass_is_asked_again_and_what_comes_then_is_the_answer(
    faulty: Faulty, status: int, tool: ReadTool
) -> None:
    spoiled = {"left": 1}
    good = faulty.upstream.good

    async def act(stream: Any, asked: Any) -> None:
        left, spoiled["left"] = spoiled["left"], 0
        await stream.send(answer(b"{}", f"{status} Oops", Retry_After="0") if left else good(asked))

    faulty.time.ahead_s += 200_000
    faulty.upstream.act = act
    told = await faulty.call(tool.name, **tool.arguments)
    assert tool.shows in told.text
    assert not spoiled["left"]


async def test_a_server_that_refuses_everything_has_not_told_what_it_implements(faulty: Faulty) -> None:
    diagnostics = next(tool for tool in READ_TOOLS if tool.name == "get_diagnostics")
    faulty.upstream.act = sends(refusal(501, {"message": "why it failed"}))
    await faulty.fails(diagnostics, "unsupported_scope")
    await faulty.recovers(diagnostics)
    assert all("scope" in asked.query for asked in faulty.upstream.asked if "/diagnostics/" in asked.path)
