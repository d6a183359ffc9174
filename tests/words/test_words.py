"""Whoever reads a text of ours knows what happened and what to do next: no shouting, no vague words, no names of nothing."""

import ast
import re
from collections.abc import Sequence
from typing import Any, cast

import pytest
from mcp import Client

from mcp_server.demo import ids
from mcp_server.platforms import PLATFORMS
from mcp_server.server.build import build
from mcp_server.settings import VARIABLES, Settings
from tests.stage import Stage
from tests.words.gathered import Text, texts
from tests.words.rules import WHEN, faults, sentences, unknown_names

pytestmark = pytest.mark.anyio

MOST_CHARS, MOST_SENTENCES = 420, 3
ALL = texts()
RAISED = [text for text in ALL if text.raised]
# Their ends are made elsewhere, or they are told to nobody.
ENDS_ELSEWHERE = ("server/seam.py", "http/public_document.py", "server/arguments.py", "server/hosted/profiles.py")
VARIABLE_NAMES = {
    name
    for each in (*VARIABLES, *(variable for platform in PLATFORMS for variable in platform.variables))
    for name in (each.name, *each.aliases)
}
BAD = {
    "PLEASE set it": "'PLEASE'",
    "Please set it.": "'Please'",
    "It cannot be handled.": "'handled'",
    "Something went wrong.": "'Something went wrong'",
    "Try again later.": "'Try again'",
    "It failed!": "'!'",
    "Invalid argument.": "'Invalid'",
    "STOP now": "'STOP'",
    "You forgot the key.": "'You forgot'",
    "Simply call it.": "'Simply'",
}
LOG_CALLS: Sequence[tuple[str, dict[str, Any]]] = (
    ("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_GCC}),
    ("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_GCC, "find": "error"}),
    ("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_GCC, "find": "Eror"}),
    ("get_diagnostics", {"sandbox_id": ids.OPENSANDBOX_OOM}),
    ("get_run_logs", {"run_id": ids.RUN_FAILED}),
    ("get_run_logs", {"run_id": ids.RUN_LOOPING, "skip": 0, "limit": 5}),
    ("get_run_logs", {"run_id": ids.RUN_FAILED, "message_types": ["ACTION"], "limit": 1}),
)


@pytest.mark.parametrize(("said", "word"), BAD.items())
def test_what_shouts_or_is_vague_is_found(said: str, word: str) -> None:
    assert any(fault.startswith(word) for fault in faults(said))


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.place)
def test_no_text_of_the_source_shouts_or_is_vague(text: Text) -> None:
    assert [*faults(text.said)] == []


@pytest.mark.parametrize("text", RAISED, ids=lambda text: text.place)
def test_an_error_is_at_most_three_short_sentences(text: Text) -> None:
    assert len(text.said) <= MOST_CHARS
    assert sentences(text.said) <= MOST_SENTENCES


def test_an_error_that_time_mends_says_when() -> None:
    later = [text for text in RAISED if text.raised and text.raised.retryable]
    starts = [text for text in later if "list_runs before you call again" in text.said]
    silent = [text.place for text in later if text not in starts and not WHEN.search(text.said)]
    assert [place for place in silent if not place.startswith(ENDS_ELSEWHERE)] == []
    assert len(later) > 10


async def test_no_text_that_a_client_lists_shouts_or_is_vague() -> None:
    sandscope = build(Settings.from_env({}))
    async with Client(sandscope.server) as client:
        listed = [
            *(await client.list_tools()).tools,
            *(await client.list_prompts()).prompts,
            *(await client.list_resources()).resources,
            *(await client.list_resource_templates()).resource_templates,
        ]
    await sandscope.aclose()
    told = [text for each in listed for text in descriptions(each.model_dump(mode="json"))]
    assert len(told) > 80
    assert [fault for text in told for fault in faults(text)] == []


def descriptions(document: Any) -> list[str]:
    """Every `description` and `title` in a document."""
    if isinstance(document, list):
        return [text for item in cast("list[Any]", document) for text in descriptions(item)]
    if not isinstance(document, dict):
        return []
    fields = cast("dict[str, Any]", document)
    own = [fields[name] for name in ("description", "title") if isinstance(fields.get(name), str)]
    return [*own, *(text for value in fields.values() for text in descriptions(value))]


async def test_an_error_names_only_tools_arguments_and_variables_that_exist() -> None:
    sandscope = build(Settings.from_env({}))
    tools = await sandscope.server.list_tools()
    await sandscope.aclose()
    known = {tool.name for tool in tools} | {name for tool in tools for name in tool.input_schema["properties"]}
    named = {word for text in RAISED for word in unknown_names(text.said, ()) if not word.startswith("--")}
    assert {"list_runs", "read_log"} <= named
    assert {word for word in named if word not in known | VARIABLE_NAMES} == set()


@pytest.mark.parametrize("max_tokens", [200, 1000, 2000])
@pytest.mark.parametrize(("tool", "arguments"), LOG_CALLS)
async def test_every_call_that_a_footer_names_can_be_made(
    stage: Stage, tool: str, arguments: dict[str, Any], max_tokens: int
) -> None:
    text = await stage.text(tool, **arguments, max_tokens=max_tokens)
    footer = text.rpartition(">>>")[2]
    assert [*faults(re.sub(r"`[^`]*`|\"[^\"]*\"|: [^:]*\)\.", "", footer))] == []
    for name, call in calls(footer):
        answer = await stage.call(name, **call)
        assert not answer.is_error, answer.text


@pytest.mark.parametrize("run_id", range(ids.RUN_FAILED, ids.RUN_MISSING_ENV + 1))
async def test_every_next_call_of_a_run_can_be_made(stage: Stage, run_id: int) -> None:
    facts = await stage.facts("get_run", run_id=run_id)
    assert bool(facts.get("next")) == (facts["status"] != "completed")
    for name, call in calls(facts.get("next", "")):
        answer = await stage.call(name, **call)
        assert answer.meta.get("sandscope/error", {}).get("code") in {None, "no_logs"}, answer.text


def test_calls_are_read_as_a_reader_would_make_them() -> None:
    assert calls('Next: read_log(log_id="x", find="a\\\\(b)") or find=<RE2>.') == [
        ("read_log", {"log_id": "x", "find": "a\\(b)"})
    ]


def calls(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls a text names, as a reader would make them."""
    found: list[tuple[str, dict[str, Any]]] = []
    for match in re.finditer(r"\b[a-z]+(?:_[a-z]+)+\(", text):
        # To the first bracket that makes it whole: an argument may hold brackets.
        for end in re.finditer(r"\)", text[match.start() :]):
            try:
                node = ast.parse(text[match.start() : match.start() + end.end()], mode="eval").body
            except SyntaxError:
                continue
            assert isinstance(node, ast.Call)
            arguments = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in node.keywords}
            found.append((match.group()[:-1], arguments))
            break
    return found
