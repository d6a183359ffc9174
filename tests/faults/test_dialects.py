"""Servers of other versions and habits: understood, remembered, and said in the answer."""

from typing import Any, cast

import pytest

from tests.faults.documents import BOX, CAUSE, OPEN, RUN, run, step
from tests.faults.stage import Faulty, OpenFaulty
from tests.faults.upstream import Asked, answer

pytestmark = pytest.mark.anyio

LOGS = f"/organizations/1/agent/run/{RUN}/logs"
DIAGNOSTICS = f"/v1/sandboxes/{OPEN}/diagnostics"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("COMPLETE", "completed"),
        ("completed", "completed"),
        ("Failed", "failed"),
        ("ERROR", "failed"),
        ("CANCELED", "cancelled"),
        ("ACTIVE", "running"),
        ("paused_by_moon", "unknown"),
        (None, "unknown"),
    ],
)
async def test_any_word_for_a_status_is_read_and_one_nobody_knows_is_no_end(
    faulty: Faulty, word: str | None, status: str
) -> None:
    faulty.upstream.documents[f"/agent/run/{RUN}"] = run(status=word)
    faulty.upstream.documents["/agent/runs"] = {"items": [run(status=word)], "total": 1}
    facts = (await faulty.call("get_run", run_id=RUN)).facts
    assert facts["status"] == status
    assert facts["finished"] == (status in {"completed", "failed", "cancelled"})
    assert facts.get("raw_status", "") == (word or "")
    assert (await faulty.call("list_runs", status=status)).facts["runs"][0]["status"] == status


ODD: dict[str, Any] = {"tomorrow": {"a": [1]}, "": None}


def nulls(document: Any) -> Any:
    """A document in which what is a list or a figure is null, and fields nobody knows are added."""
    if not isinstance(document, dict):
        return document
    named = cast("dict[str, Any]", document)
    return {**ODD, **{name: nulls(value) if isinstance(value, dict) else None for name, value in named.items()}}


async def test_lists_and_figures_that_are_null_are_empty_and_unknown_fields_are_passed_over(faulty: Faulty) -> None:
    documents = faulty.upstream.documents
    kept = {"id", "sandboxId", "delivery"}
    for end, document in list(documents.items()):
        spoiled = nulls(document)
        spoiled |= {name: document[name] for name in kept & document.keys()}
        documents[end] = spoiled
    documents[f"/agentbox/v1/sandboxes/{BOX}"] = {"sandbox": {"sandboxId": BOX, **ODD}}
    for tool, arguments in {
        "get_sandbox_logs": {"sandbox_id": BOX},
        "get_diagnostics": {"sandbox_id": OPEN},
        "get_run_logs": {"run_id": RUN},
        "get_run": {"run_id": RUN},
        "list_runs": {},
        "list_users": {},
        "list_sandboxes": {},
        "whoami": {},
    }.items():
        faulty.time.ahead_s += 200_000
        told = await faulty.call(tool, **arguments)
        assert not told.result.is_error, told.text
        for name in ("runs", "users", "sandboxes"):
            assert not told.facts.get(name)


async def test_run_logs_are_found_under_either_path_and_the_one_there_is_is_remembered(
    open_faulty: OpenFaulty,
) -> None:
    async with open_faulty() as faulty:
        documents = faulty.upstream.documents
        documents[f"/v1{LOGS}"] = documents.pop(f"/alpha{LOGS}")
        for _ in range(3):
            faulty.time.ahead_s += 10
            assert CAUSE in (await faulty.call("get_run_logs", run_id=RUN)).text
        assert faulty.upstream.paths() == [f"/codegen/v1/alpha{LOGS}", *[f"/codegen/v1{LOGS}"] * 3]


def unscoped(kind: str) -> Any:
    """The dialect of 0.2.0: what names a scope is not implemented, the plain form is text."""

    def told(asked: Asked) -> bytes:
        if "scope" in asked.query:
            return answer(b'{"code": "DIAGNOSTICS_NOT_IMPLEMENTED", "message": "not here"}', "501 Not Implemented")
        return answer(f"{kind}: {CAUSE}\n".encode(), Content_Type="text/plain")

    return told


async def test_a_server_without_scopes_is_read_by_its_plain_form_which_is_said_and_remembered(
    open_faulty: OpenFaulty,
) -> None:
    async with open_faulty() as faulty:
        for kind in ("logs", "events"):
            faulty.upstream.documents[f"{DIAGNOSTICS}/{kind}"] = unscoped(kind)
        for _ in range(2):
            faulty.time.ahead_s += 10
            told = await faulty.call("get_diagnostics", sandbox_id=OPEN)
            assert CAUSE in told.text
            assert any("deprecated plain form" in warning for warning in told.figures["warnings"])
        asked = [asked for asked in faulty.upstream.asked if asked.path.endswith("/logs")]
        assert ["scope" in each.query for each in asked] == [True, False, False]


@pytest.mark.parametrize("truncated", [False, None])
async def test_a_server_that_says_nothing_was_cut_is_not_believed_where_all_it_may_give_came(
    faulty: Faulty, *, truncated: bool | None
) -> None:
    def told(asked: Asked) -> bytes:
        lines = [f"line {number}" for number in range(3000)]
        if "scope" in asked.query:
            return answer(
                f'{{"delivery": "inline", "truncated": {str(bool(truncated)).lower()}, "content": "{chr(92)}n'.encode()
                + "\\n".join(lines[-100:]).encode()
                + b'"}'
            )
        return answer("\n".join(lines).encode(), Content_Type="text/plain")

    faulty.time.ahead_s += 200_000
    faulty.upstream.documents[f"{DIAGNOSTICS}/logs"] = told
    answered = await faulty.call("get_diagnostics", sandbox_id=OPEN)
    assert answered.figures["lines"] >= 3000


@pytest.mark.parametrize("entries", [None, []])
async def test_no_entries_may_be_none_or_may_not_have_been_read_which_is_left_open(
    faulty: Faulty, entries: list[Any] | None
) -> None:
    faulty.time.ahead_s += 200_000
    faulty.upstream.documents[f"/{BOX}/logs"] = {"entries": entries, "truncated": False, "source": "live"}
    faulty.upstream.documents = {
        f"/{BOX}/logs": faulty.upstream.documents.pop(f"/{BOX}/logs"),
        **faulty.upstream.documents,
    }
    told = await faulty.call("get_sandbox_logs", sandbox_id=BOX)
    assert not told.result.is_error
    assert told.figures["complete"] == "unknown"


async def test_as_many_lines_as_asked_for_are_not_all_whatever_truncated_says(faulty: Faulty) -> None:
    faulty.time.ahead_s += 200_000
    lines = {"entries": [{"log": f"line {number}"} for number in range(10)], "truncated": False, "source": "live"}
    faulty.upstream.documents = {f"/{BOX}/logs": lines, **faulty.upstream.documents}
    told = await faulty.call("get_sandbox_logs", sandbox_id=BOX, lines=10)
    assert told.figures["complete"] == "no"


async def test_steps_of_types_nobody_knows_are_shown(faulty: Faulty) -> None:
    faulty.time.ahead_s += 200_000
    odd = step(1, message_type="DREAM", tool_input=[1, {"a": None}], observation=7, thought=None)
    faulty.upstream.documents[f"/alpha{LOGS}"] = run(logs=[odd], total_logs=1)
    told = await faulty.call("get_run_logs", run_id=RUN, limit=10)
    assert "#1 DREAM" in told.text


@pytest.mark.parametrize("entries", ["none", {"log": "x"}, ["odd"], [{"log": 7}], [{"log": "x", "timestamp": [1]}]])
async def test_entries_that_are_no_lines_are_a_bad_response(faulty: Faulty, entries: Any) -> None:
    faulty.time.ahead_s += 200_000
    faulty.upstream.documents = {f"/{BOX}/logs": {"entries": entries, "source": "live"}, **faulty.upstream.documents}
    told = await faulty.call("get_sandbox_logs", sandbox_id=BOX)
    assert told.error["code"] == "bad_response"
    assert "entries" in told.text
