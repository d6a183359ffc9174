"""Bad input is a result that names the argument or variable and the next step; the server goes on."""

from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPError

from mcp_server.demo import ids
from mcp_server.errors import NotConfigured
from mcp_server.platforms import PLATFORMS
from mcp_server.platforms.base import Platform
from mcp_server.server.build import Choice, build
from mcp_server.settings import Settings
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("get_sandbox_logs", {}, "sandbox_id is required"),
    ("get_sandbox_logs", {"sandbox_id": 7}, "sandbox_id"),
    ("get_sandbox_logs", {"sandbox_id": "x", "lines": -1}, "lines"),
    ("get_sandbox_logs", {"sandbox_id": "x", "lines": 10_001}, "10000"),
    ("get_sandbox_logs", {"sandbox_id": "x", "line": 5}, "takes: sandbox_id, container, lines"),
    ("get_sandbox_logs", {"sandbox_id": "x", "max_tokens": 199}, "200"),
    ("get_sandbox_logs", {"sandbox_id": "x", "max_tokens": 20_001}, "20000"),
    ("get_sandbox_logs", {"sandbox_id": "../../v1/clusters"}, "sandbox_id is not an id"),
    ("get_sandbox_logs", {"sandbox_id": ".."}, "sandbox_id is not an id"),
    ("get_sandbox_logs", {"sandbox_id": ""}, "sandbox_id is not an id"),
    ("get_diagnostics", {"sandbox_id": "a\nb"}, "sandbox_id is not an id"),
    ("get_diagnostics", {"sandbox_id": "x", "kind": "metrics"}, "'all', 'logs' or 'events'"),
    ("get_run", {"run_id": "abc"}, "run_id"),
    ("get_run", {"run_id": True}, "must be an integer"),
    ("get_run", {"run_id": 101, "wait_seconds": 56}, "55"),
    ("get_run_logs", {"run_id": 101, "limit": 0}, "limit"),
    ("get_run_logs", {"run_id": 101, "find": "(?<=x)y"}, "find"),
    ("analyze_logs", {"sandbox_id": ids.AGENTBOX_DNS}, "sandbox_id"),
    ("list_runs", {"limit": 101}, "100"),
    ("list_users", {"role": "OWNER"}, "'ADMIN', 'MANAGER' or 'MEMBER'"),
    ("create_run", {"prompt": ""}, "prompt"),
    ("create_run", {"prompt": "\ud800"}, "prompt holds half of a surrogate pair"),
    ("create_run", {"prompt": "x", "metadata": {"a": ["\udfff"]}}, "metadata holds half"),
    ("get_run", {"run_id": 10**30}, "too large"),
    ("create_run", {"prompt": "x", "metadata": "no"}, "metadata"),
]


@pytest.mark.parametrize(("tool", "arguments", "told"), WRONG)
async def test_a_wrong_argument_is_named_with_what_is_allowed(
    stage: Stage, tool: str, arguments: dict[str, Any], told: str
) -> None:
    error = await stage.error(tool, **arguments)
    assert error["code"] == "invalid_argument"
    assert error["retryable"] is False
    assert told in error["text"]
    assert await stage.text("whoami", platform="agentbox")


async def test_a_rejected_value_is_never_repeated(stage: Stage) -> None:
    error = await stage.error("get_run", run_id="sk-live-1234567890abcdef", **{"x\x1b[31m" * 20: 1})
    assert "sk-live" not in error["text"]
    assert "\x1b" not in error["text"]


async def test_an_unknown_tool_is_a_protocol_error(stage: Stage) -> None:
    with pytest.raises(MCPError) as caught:
        await stage.client.call_tool("get_logs", {})
    assert caught.value.error.code == -32602
    assert "get_sandbox_logs" in caught.value.error.message


@pytest.mark.parametrize(
    ("tool", "arguments", "variables"),
    [
        ("get_run", {"run_id": 101}, ["CODEGEN_API_TOKEN"]),
        ("get_sandbox_logs", {"sandbox_id": "x"}, ["AGENTBOX_API_KEY", "AGENTBOX_ENDPOINT"]),
        ("get_diagnostics", {"sandbox_id": "x"}, ["OPEN_SANDBOX_DOMAIN", "OPEN_SANDBOX_API_KEY"]),
    ],
)
async def test_a_platform_that_is_not_configured_names_its_variables(
    open_stage: OpenStage, tool: str, arguments: dict[str, Any], variables: list[str]
) -> None:
    none = ("CODEGEN_API_TOKEN", "AGENTBOX_API_KEY", "OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN")
    async with open_stage(environ=dict.fromkeys(none), demo=False) as stage:
        error = await stage.error(tool, **arguments)
        assert error["code"] == "not_configured"
        assert all(variable in error["text"] for variable in variables)
        assert len((await stage.client.list_tools()).tools) == 13


@pytest.mark.parametrize(
    ("variable", "tool", "arguments"),
    [
        ("CODEGEN_API_TOKEN", "get_run", {"run_id": 101}),
        ("AGENTBOX_API_KEY", "get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_DNS}),
        ("OPEN_SANDBOX_API_KEY", "get_diagnostics", {"sandbox_id": ids.OPENSANDBOX_OOM}),
    ],
)
async def test_a_revoked_key_names_its_variable_and_not_itself(
    open_stage: OpenStage, variable: str, tool: str, arguments: dict[str, Any]
) -> None:
    async with open_stage(environ={variable: "revoked-key-0123456789"}) as stage:
        error = await stage.error(tool, **arguments)
        assert error["code"] == "unauthorized"
        assert variable in error["text"]
        assert "revoked-key" not in error["text"]


class Organizations(httpx2.AsyncBaseTransport):
    """A token with as many organisations as told."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/organizations"):
            self.asked += 1
            items = [{"id": number, "name": f"org {number}"} for number in range(5, 5 + self.count)]
            return httpx2.Response(200, json={"items": items, "total": self.count})
        assert "/organizations/5/" in request.url.path
        return httpx2.Response(200, json={"items": [], "total": 0})


async def test_the_only_organisation_is_found_once(open_stage: OpenStage) -> None:
    wire = Organizations(1)
    async with open_stage(wire=lambda _: wire, environ={"CODEGEN_ORG_ID": None}) as stage:
        await stage.facts("list_runs")
        await stage.facts("list_runs")
        assert wire.asked == 1


@pytest.mark.parametrize(("count", "told"), [(0, "no organisation"), (2, "5, 6")])
async def test_no_or_several_organisations_are_told(open_stage: OpenStage, count: int, told: str) -> None:
    async with open_stage(wire=lambda _: Organizations(count), environ={"CODEGEN_ORG_ID": None}) as stage:
        error = await stage.error("list_runs")
        assert error["code"] == "invalid_argument"
        assert told in error["text"]
        assert "CODEGEN_ORG_ID" in error["text"]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"CODEGEN_API_TOKEN": "a\x1bb"}, "CODEGEN_API_TOKEN"),
        ({"CODEGEN_ORG_ID": "acme"}, "CODEGEN_ORG_ID"),
        ({"CODEGEN_API_BASE_URL": "api.codegen.com"}, "CODEGEN_API_BASE_URL"),
        ({"AGENTBOX_AUTH": "basic"}, "AGENTBOX_AUTH"),
        ({"AGENTBOX_ENDPOINT": "ftp://x"}, "AGENTBOX_ENDPOINT"),
        ({"OPEN_SANDBOX_PROTOCOL": "ws"}, "OPEN_SANDBOX_PROTOCOL"),
        ({"OPEN_SANDBOX_DOMAIN": "[::1"}, "OPEN_SANDBOX_DOMAIN"),
        ({"OPEN_SANDBOX_DOMAIN": "user:secret@host"}, "OPEN_SANDBOX_DOMAIN"),
        ({"OPEN_SANDBOX_DOMAIN": "host:99999"}, "OPEN_SANDBOX_DOMAIN"),
        ({"SANDSCOPE_LIMITS": "codegen.nothing=1/1"}, "codegen.analyze"),
    ],
)
async def test_a_variable_that_cannot_be_used_is_refused_at_the_start(environ: dict[str, str], told: str) -> None:
    with pytest.raises(NotConfigured, match=told) as caught:
        build(Settings.from_env(environ))
    assert "secret" not in str(caught.value)


async def test_only_reading_tools_are_registered_when_asked(open_stage: OpenStage) -> None:
    async with open_stage(choice=Choice(read_only=True)) as stage:
        names = {tool.name for tool in (await stage.client.list_tools()).tools}
        assert len(names) == 9
        assert not names & {"analyze_logs", "generate_setup_commands", "create_run", "connect_slack"}


async def test_only_the_named_tools_are_registered(open_stage: OpenStage) -> None:
    async with open_stage(choice=Choice(names=("read_log", "whoami"))) as stage:
        assert [tool.name for tool in (await stage.client.list_tools()).tools] == ["read_log", "whoami"]


async def test_an_unknown_tool_cannot_be_chosen() -> None:
    with pytest.raises(NotConfigured, match="get_logs"):
        build(Settings.from_env({}), choice=Choice(names=("get_logs",)))


async def test_another_organisation_is_forbidden(stage: Stage) -> None:
    error = await stage.error("list_runs", org_id=2)
    assert error["code"] == "forbidden"
    assert "CODEGEN_API_TOKEN" in error["text"]


async def test_a_limit_that_somebody_else_used_up_is_told_and_then_kept(open_stage: OpenStage) -> None:
    """Without a budget of our own the platform refuses; from then on nothing is sent until it may answer again."""
    async with open_stage(environ={"SANDSCOPE_LIMITS": "codegen.analyze=off"}) as stage:
        for _ in range(5):
            await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
        error = await stage.error("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
        assert error["code"] == "rate_limited"
        assert error["retry_after_s"] == 60
        held = await stage.error("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
        assert held["code"] == "rate_budget_spent"
        assert [asked.status for asked in stage.journal].count(429) == 1


class Elsewhere(httpx2.AsyncBaseTransport):
    """Hands out a URL of a machine's own metadata service."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.host == "demo.invalid"
        if "/diagnostics/" not in request.url.path:
            return httpx2.Response(200, json={"id": "sb", "status": {"state": "Failed"}})
        url = "http://169.254.169.254/latest/meta-data/?signature=abc123"
        return httpx2.Response(200, json={"delivery": "url", "contentUrl": url})


async def test_a_url_that_points_elsewhere_is_not_opened_and_not_shown(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Elsewhere()) as stage:
        error = await stage.error("get_diagnostics", sandbox_id="sb")
        assert error["code"] == "unsafe_url"
        assert error["platform"] == "opensandbox"
        assert "169.254" not in error["text"]
        assert "OPEN_SANDBOX_CONTENT_HOSTS" in error["text"]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_no_configuration_shows_its_key(platform: Platform) -> None:
    keys = {
        "CODEGEN_API_TOKEN": "k-0123456789",
        "AGENTBOX_API_KEY": "k-0123456789",
        "OPEN_SANDBOX_API_KEY": "k-0123456789",
    }
    configuration = platform.configure(keys)
    assert configuration.secrets == ("k-0123456789",)
    assert "k-0123456789" not in repr(configuration)


@pytest.mark.parametrize("text", ["null", "[404]", "{}", "true", "7"])
async def test_text_that_looks_like_json_stays_text(stage: Stage, text: str) -> None:
    answer = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS, find=text.replace("{", r"\{"))
    assert answer.figures["view"] == "find"


async def test_a_list_may_come_as_json_in_a_string(stage: Stage) -> None:
    text = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, message_types='["ERROR"]')
    assert "#8 ERROR" in text
    assert "#2 " not in text
