"""`whoami`: every platform in a row, and in it what is wrong."""

import anyio
import httpx2
import pytest

from mcp_server.demo.app import Options
from mcp_server.http.wire import in_process
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio


async def test_whoami_tells_every_platform_and_its_budget(stage: Stage) -> None:
    facts = await stage.facts("whoami")
    assert [row["platform"] for row in facts["platforms"]] == ["codegen", "agentbox", "opensandbox"]
    codegen = facts["platforms"][0]
    assert codegen["configured_by"] == "CODEGEN_API_TOKEN"
    assert codegen["identity"]["role"] == "ADMIN"
    assert codegen["budget"]["codegen.analyze"] == "5 of 5 per 60 s left"
    assert facts["platforms"][1]["budget"]["agentbox.all"] == "no limit known"


async def test_only_the_demo_says_that_stand_ins_answer(stage: Stage, open_stage: OpenStage) -> None:
    assert (await stage.text("whoami")).startswith("demo: ")
    async with open_stage(demo=False) as real:
        answer = await real.call("whoami")
        assert answer.text.startswith("codegen (CODEGEN_API_TOKEN)")
        assert "sandscope/demo" not in answer.meta


async def test_a_domain_may_carry_its_own_scheme(open_stage: OpenStage) -> None:
    environ = {"OPEN_SANDBOX_DOMAIN": "http://demo.invalid", "OPEN_SANDBOX_PROTOCOL": "https"}
    async with open_stage(environ=environ) as stage:
        assert (await stage.facts("list_sandboxes", platform="opensandbox"))["sandboxes"]


async def test_whoami_says_what_is_wrong_without_failing(open_stage: OpenStage) -> None:
    async with open_stage(environ={"CODEGEN_API_TOKEN": None, "AGENTBOX_API_KEY": "agbx_wrong"}) as stage:
        codegen, agentbox, _ = (await stage.facts("whoami"))["platforms"]
        assert "CODEGEN_API_TOKEN" in codegen["error"]
        assert "configured_by" not in codegen
        assert "AGENTBOX_API_KEY" in agentbox["error"]
        assert "agbx_wrong" not in str(await stage.facts("whoami"))


class AllAtOnce(httpx2.AsyncBaseTransport):
    """Answers only when every platform has been asked."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.all_asked = anyio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.add(request.url.path.split("/")[1])
        if len(self.asked) == 3:
            self.all_asked.set()
        await self.all_asked.wait()
        return httpx2.Response(500, json={"error": "no"})


async def test_whoami_asks_all_platforms_at_once_and_tells_each_error_in_its_row(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: AllAtOnce()) as stage:
        with anyio.fail_after(5):
            rows = (await stage.facts("whoami"))["platforms"]
        assert [row["error"].split()[0] for row in rows] == ["Codegen", "AgentBox", "OpenSandbox"]


async def test_an_organisation_the_token_does_not_have_is_named_with_those_it_has(open_stage: OpenStage) -> None:
    async with open_stage(environ={"CODEGEN_ORG_ID": "424242"}) as stage:
        row = (await stage.facts("whoami", platform="codegen"))["platforms"][0]
        assert row["error"].startswith("CODEGEN_ORG_ID is 424242, which is not among the token's organisations: ")
        assert "none" not in row["error"]
        assert "identity" not in row


async def test_agentbox_with_a_key_alone_is_configured_and_lacks_its_endpoint(open_stage: OpenStage) -> None:
    async with open_stage(environ={"AGENTBOX_ENDPOINT": None}) as stage:
        row = (await stage.facts("whoami", platform="agentbox"))["platforms"][0]
        assert row["configured_by"] == "AGENTBOX_API_KEY"
        assert row["error"].startswith("AGENTBOX_ENDPOINT is not set.")
        error = await stage.error("get_sandbox_logs", sandbox_id="x")
        assert (error["code"], error["platform"]) == ("not_configured", "agentbox")
        assert "AGENTBOX_ENDPOINT is not set." in error["text"]
        assert "AGENTBOX_ENDPOINT is not set." in (await stage.facts("list_sandboxes"))["warnings"][0]


async def test_whoami_asks_one_platform_if_told(stage: Stage) -> None:
    facts = await stage.facts("whoami", platform="agentbox")
    assert [row["platform"] for row in facts["platforms"]] == ["agentbox"]
    assert all("agentbox" in asked.template for asked in stage.journal)


async def test_an_old_server_that_hides_its_version_is_no_error(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: NoVersion(in_process(app)), options=Options()) as stage:
        facts = await stage.facts("whoami", platform="opensandbox")
        assert facts["platforms"][0]["identity"] == {"health": "healthy"}


class NoVersion(httpx2.AsyncBaseTransport):
    """Refuses to tell versions and clusters."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith(("/version", "/clusters")):
            return httpx2.Response(403, json={"error": "no"})
        return await self.inner.handle_async_request(request)


async def test_a_key_that_may_not_list_clusters_still_has_an_identity(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: NoVersion(in_process(app))) as stage:
        facts = await stage.facts("whoami", platform="agentbox")
        assert "clusters" not in facts["platforms"][0]["identity"]
