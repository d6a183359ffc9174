"""The list tools and `connect_slack`: small flat facts, and text that says the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.server.build import Choice
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio


async def test_sandboxes_come_failed_first_from_both_platforms(stage: Stage) -> None:
    facts = await stage.facts("list_sandboxes", limit=100)
    rows = facts["sandboxes"]
    failed = [row.get("exit_code", 0) != 0 or row["state"] == "Failed" for row in rows]
    assert failed == sorted(failed, reverse=True)
    assert {row["platform"] for row in rows} == {"agentbox", "opensandbox"}
    assert facts["scanned"] == len(rows)
    assert "warnings" not in facts


async def test_within_failed_and_not_failed_the_newest_comes_first_whatever_the_platform(stage: Stage) -> None:
    rows = (await stage.facts("list_sandboxes", limit=100))["sandboxes"]
    for failed in (True, False):
        of_kind = [row for row in rows if (row.get("exit_code", 0) != 0 or row["state"] == "Failed") is failed]
        created = [datetime.fromisoformat(row["created_at"]) for row in of_kind]
        assert created == sorted(created, reverse=True)
        assert len({row["platform"] for row in of_kind}) == 2


async def test_the_first_line_says_how_many_match_and_what_reads_one(stage: Stage) -> None:
    failed = len((await stage.facts("list_sandboxes", state="failed"))["sandboxes"])
    scanned = (await stage.facts("list_sandboxes"))["scanned"]
    read = "Read one with get_sandbox_logs (agentbox) or get_diagnostics (opensandbox)."
    text = await stage.text("list_sandboxes", state="failed", limit=failed - 1)
    head = f"{failed - 1} of {failed} matching (demo), failed first ({scanned} newest scanned). {read}"
    assert text.splitlines()[0] == head
    assert await stage.text("list_sandboxes", state="odd") == f"0 of 0 matching (demo) ({scanned} newest scanned)."


async def test_only_a_tool_that_is_registered_is_named(open_stage: OpenStage) -> None:
    async with open_stage(choice=Choice(names=("list_sandboxes",))) as stage:
        assert "Read one" not in await stage.text("list_sandboxes")


async def test_sandboxes_are_filtered_by_state_and_platform(stage: Stage) -> None:
    facts = await stage.facts("list_sandboxes", platform="opensandbox", state="failed")
    assert {row["state"] for row in facts["sandboxes"]} == {"Failed"}
    assert ids.OPENSANDBOX_OOM in {row["sandbox_id"] for row in facts["sandboxes"]}
    assert facts["scanned"] > len(facts["sandboxes"])
    assert all("agentbox" not in asked.template for asked in stage.journal)


async def test_a_limit_cuts_the_rows(stage: Stage) -> None:
    assert len((await stage.facts("list_sandboxes", limit=2))["sandboxes"]) == 2


async def test_a_platform_that_cannot_be_asked_is_a_warning_beside_the_other(open_stage: OpenStage) -> None:
    async with open_stage(environ={"AGENTBOX_API_KEY": "agbx_wrong"}) as stage:
        facts = await stage.facts("list_sandboxes")
        assert {row["platform"] for row in facts["sandboxes"]} == {"opensandbox"}
        assert "AGENTBOX_API_KEY" in facts["warnings"][0]
        assert "warning: " in await stage.text("list_sandboxes")


class NoAgentBox(httpx2.AsyncBaseTransport):
    """An empty OpenSandbox beside an AgentBox that refuses the key."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if "agentbox" in request.url.path:
            return httpx2.Response(401, json={"error": "no"})
        return httpx2.Response(200, json={"items": []})


async def test_an_empty_list_beside_a_platform_that_fails_is_no_error(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: NoAgentBox()) as stage:
        facts = await stage.facts("list_sandboxes")
        assert facts["sandboxes"] == []
        assert "AGENTBOX_API_KEY" in facts["warnings"][0]


async def test_all_platforms_failing_is_an_error(open_stage: OpenStage) -> None:
    async with open_stage(environ={"AGENTBOX_API_KEY": "wrong", "OPEN_SANDBOX_API_KEY": "wrong"}) as stage:
        assert (await stage.error("list_sandboxes"))["code"] == "unauthorized"


async def test_a_platform_that_alone_was_asked_and_fails_is_an_error(open_stage: OpenStage) -> None:
    async with open_stage(environ={"AGENTBOX_API_KEY": "agbx_wrong"}) as stage:
        assert (await stage.error("list_sandboxes", platform="agentbox"))["code"] == "unauthorized"


async def test_without_any_sandbox_platform_the_variables_are_named(open_stage: OpenStage) -> None:
    none = {"AGENTBOX_API_KEY": None, "OPEN_SANDBOX_API_KEY": None, "OPEN_SANDBOX_DOMAIN": None}
    async with open_stage(environ=none) as stage:
        error = await stage.error("list_sandboxes")
        assert error["code"] == "not_configured"
        assert "AGENTBOX_API_KEY" in error["text"]
        assert "OPEN_SANDBOX_DOMAIN" in error["text"]


async def test_runs_are_listed_newest_first(stage: Stage) -> None:
    facts = await stage.facts("list_runs", limit=3)
    assert len(facts["runs"]) == 3
    created = [row["created_at"] for row in facts["runs"]]
    assert created == sorted(created, reverse=True)
    assert facts["total"] >= 8
    assert "scanned" not in facts


async def test_runs_are_filtered_by_status_among_the_newest_hundred(stage: Stage) -> None:
    facts = await stage.facts("list_runs", status="Failed")
    assert {row["status"] for row in facts["runs"]} == {"failed"}
    assert ids.RUN_FAILED in {row["run_id"] for row in facts["runs"]}
    assert facts["scanned"] >= len(facts["runs"])
    second = await stage.facts("list_runs", status="failed", skip=1, limit=1)
    assert second["runs"] == facts["runs"][1:2]


async def test_a_status_that_no_run_has_says_what_occurs(open_stage: OpenStage) -> None:
    runs = [{"id": 1, "status": "ACTIVE"}, {"id": 2, "status": "complete"}, {"id": 3, "status": "completed"}]
    async with open_stage(wire=lambda _: Listed(runs)) as stage:
        text = await stage.text("list_runs", status="failed")
        assert text == "Codegen (demo): 0 runs (3 newest scanned); statuses found: completed 2, running 1"
        assert [row["run_id"] for row in (await stage.facts("list_runs", status="active"))["runs"]] == [1]
        error = await stage.error("list_runs", status="success")
        assert error["code"] == "invalid_argument"
        assert "running, completed, failed, cancelled, unknown" in error["text"]


async def test_without_any_run_nothing_occurs(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Listed([])) as stage:
        assert await stage.text("list_runs", status="failed") == "Codegen (demo): 0 runs (0 newest scanned)"


class Listed(httpx2.AsyncBaseTransport):
    """Rows in pages that may be shorter than what is asked for."""

    def __init__(self, rows: Sequence[Mapping[str, object]], page: int = 100) -> None:
        self.rows = rows
        self.page = page

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        skip = int(request.url.params["skip"])
        return httpx2.Response(200, json={"items": self.rows[skip : skip + self.page], "total": len(self.rows)})


async def test_runs_are_filtered_by_source(stage: Stage) -> None:
    facts = await stage.facts("list_runs", source_type="SETUP_COMMANDS")
    assert {row["source_type"] for row in facts["runs"]} == {"SETUP_COMMANDS"}


async def test_users_are_listed_and_filtered_by_role(stage: Stage) -> None:
    everyone = await stage.facts("list_users")
    admins = await stage.facts("list_users", role="ADMIN")
    assert {row["role"] for row in admins["users"]} == {"ADMIN"}
    assert admins["scanned"] == admins["total"] == everyone["total"]
    assert any("email" not in row for row in everyone["users"])


async def test_one_user_is_looked_up(stage: Stage) -> None:
    one = (await stage.facts("list_users", limit=1))["users"][0]
    assert (await stage.facts("list_users", user_id=one["user_id"]))["users"] == [one]
    assert (await stage.error("list_users", user_id=999_999))["code"] == "not_found"
    assert (await stage.error("list_users", user_id=1, role="ADMIN"))["code"] == "invalid_argument"


async def test_a_short_page_is_not_the_last_while_the_total_says_so(open_stage: OpenStage) -> None:
    users = [{"id": number, "role": "MEMBER"} for number in range(1, 26)]
    async with open_stage(wire=lambda _: Listed(users, page=10)) as stage:
        facts = await stage.facts("list_users", role="MEMBER")
        assert (len(facts["users"]), facts["scanned"], facts["total"]) == (25, 25, 25)
        assert "more" not in await stage.text("list_users", role="MEMBER")
    async with open_stage(wire=lambda _: Listed(users, page=2)) as stage:
        text = await stage.text("list_users", role="MEMBER", limit=1)
        assert text.startswith("Codegen (demo): 1 users (20 scanned, 25 in all, more exist)")


class ManyUsers(httpx2.AsyncBaseTransport):
    """An organisation without end."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        skip = int(request.url.params["skip"])
        users = [{"id": skip + number, "role": "MEMBER"} for number in range(1, 101)]
        return httpx2.Response(200, json={"items": users, "total": None})


async def test_a_filter_by_role_stops_after_ten_pages_and_says_how_many_it_saw(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: ManyUsers()) as stage:
        facts = await stage.facts("list_users", role="MEMBER", limit=2)
        assert facts["scanned"] == 1000
        assert [row["user_id"] for row in facts["users"]] == [1, 2]
        assert "total" not in await stage.facts("list_users")
        assert "1000 scanned, more may exist" in await stage.text("list_users", role="ADMIN")


async def test_a_slack_token_comes_with_the_exact_message_and_only_once(stage: Stage) -> None:
    facts = await stage.facts("connect_slack")
    assert facts["send"] == f"Connect my account: {facts['token']}"
    assert facts["expires_in_minutes"] == 10
    assert (await stage.facts("connect_slack"))["token"] != facts["token"]


class OddToken(httpx2.AsyncBaseTransport):
    """Answers with a token that is not text."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path.endswith("/slack-connect/generate-token")
        return httpx2.Response(200, json={"token": "a\nb"})


async def test_a_slack_token_with_control_characters_is_refused(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: OddToken()) as stage:
        assert (await stage.error("connect_slack"))["code"] == "bad_response"
