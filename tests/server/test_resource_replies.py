"""What resources answer to hostile data: JSON that parses, without secrets, of a size that clients accept."""

import json
from typing import Any

import anyio
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_types import TextResourceContents

from mcp_server.server.build import build
from mcp_server.settings import Settings
from tests.stage import OpenStage, Stage

SECRET = "a8Kd03kfPq7zLw1N"
PIECES = [
    '"',
    "\\",
    "\n",
    "token",
    ": ",
    "=",
    " ghp_" + "a1B2" * 9 + " ",
    "\x1b[31m",
    "{",
    "}",
    "'",
    "https://u:p@h/",
    "\\u0041",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
BIG = 1_500_000


class Answers(httpx2.AsyncBaseTransport):
    """Answers every request with one document."""

    def __init__(self, document: Any) -> None:
        self.document = document

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url
        return httpx2.Response(200, json=self.document)


def run_of(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"id": 1, "organization_id": 1, "logs": list(steps), "total_logs": len(steps)}


async def read(stage: Stage, uri: str) -> str:
    contents = (await stage.client.read_resource(uri)).contents[0]
    assert isinstance(contents, TextResourceContents)
    assert len(json.dumps(contents.text)) <= 900_000
    return contents.text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "value",
    [
        {"password": SECRET, "user": "me"},
        {"API_TOKEN": f'{SECRET}"\\'},
        {"password": [SECRET]},
        {"args": ["--password", SECRET, None, 5, True]},
        {"passcode": 839_204_771_512},
    ],
)
async def test_a_value_is_a_secret_by_its_name(open_stage: OpenStage, value: dict[str, Any]) -> None:
    async with open_stage(wire=lambda _: Answers(run_of({"tool_input": value}))) as stage:
        text = await read(stage, "codegen://runs/1/logs")
        assert set(json.loads(text)["logs"][0]["tool_input"]) == set(value)
        assert SECRET not in text
        assert "839204771512" not in text
        assert "[redacted:" in text


@given(before=TEXTS, after=TEXTS, key=TEXTS)
@settings(max_examples=60)
def test_the_answer_parses_and_holds_no_planted_secret(before: str, after: str, key: str) -> None:
    async def answer() -> str:
        step = {"observation": before, "thought": after, "tool_input": {key: before, "password": SECRET, "n": [after]}}
        environ = {"CODEGEN_API_TOKEN": "token-0123456789", "CODEGEN_ORG_ID": "1"}
        sandscope = build(Settings.from_env(environ), wire=Answers(run_of(step)))
        (contents,) = await sandscope.server.read_resource("codegen://runs/1/logs")
        await sandscope.aclose()
        return str(contents.content)

    text = anyio.run(answer)
    assert json.loads(text)["logs"][0]["n"] == 1
    assert SECRET not in text
    assert "a1B2" * 9 not in text


@pytest.mark.anyio
async def test_steps_nested_deeply_are_cut(open_stage: OpenStage) -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = [deep]
    async with open_stage(wire=lambda _: Answers(run_of({"observation": deep}))) as stage:
        text = await read(stage, "codegen://runs/1/logs")
        assert "[more than 60 levels]" in text
        assert "bottom" not in text


@pytest.mark.anyio
@pytest.mark.parametrize("filler", ["x", '"', "é", "\\"])
async def test_a_step_larger_than_a_reply_is_cut_and_the_next_can_be_read(open_stage: OpenStage, filler: str) -> None:
    big = {"message_type": "ACTION", "observation": filler * BIG, "tool_input": {"a": filler * BIG}}
    async with open_stage(wire=lambda _: Answers(run_of(big, big))) as stage:
        answer = json.loads(await read(stage, "codegen://runs/1/logs?org_id=1"))
        assert [step["n"] for step in answer["logs"]] == [1]
        assert answer["logs"][0]["message_type"] == "ACTION"
        assert answer["logs"][0]["observation"].endswith("more characters]")
        assert answer["cut"].endswith("read on with codegen://runs/1/logs?skip=1&org_id=1")


class Lines(httpx2.AsyncBaseTransport):
    """A sandbox whose second log line is larger than a reply."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/logs"):
            return httpx2.Response(404, json={"error": "gone"})
        lines = ["short", 'a"' * BIG, "end"]
        return httpx2.Response(200, json={"entries": [{"log": line} for line in lines], "source": "live"})


@pytest.mark.anyio
async def test_a_line_larger_than_a_reply_is_cut_and_read_past(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Lines()) as stage:
        log = f"log://{(await stage.call('get_sandbox_logs', sandbox_id='sb-1')).log_id}"
        assert (await read(stage, log)).endswith("read on from start=2]\n")
        second = await read(stage, f"{log}?start=2")
        assert "more characters]\n" in second
        assert (await read(stage, f"{log}?start=3")) == "3 | end\n"


class Fat(httpx2.AsyncBaseTransport):
    """A run whose pages hold 17 MB each."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        skip = request.url.params["skip"]
        logs = [{"thought": f"{skip}.{number}", "observation": "x" * 170_000} for number in range(100)]
        return httpx2.Response(200, json={**run_of(*logs), "total_logs": 1000})


@pytest.mark.anyio
async def test_a_timeline_ends_when_its_pages_have_held_64_mb(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Fat()) as stage:
        timeline = json.loads(await read(stage, "codegen://runs/1/timeline"))
        assert timeline["warning"] == "reading stopped after 4 pages (64 MB); 600 steps in the middle are missing"
        assert len(timeline["steps"]) == 400
