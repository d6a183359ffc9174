"""Judges of other makers on the shipped server, each held to a bar; they run with no network but loopback, where allowed."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp_types import TextContent

from mcp_server.demo import ids
from mcp_server.server.build import build
from mcp_server.settings import Settings
from tests.conformance.calls import CALLS, PROMPT
from tests.conformance.offline import offline
from tests.conformance.serving import SERVE_DEMO, serving

pytestmark = [pytest.mark.judge, pytest.mark.slow]

Record = Callable[[str, object], None]

PROMPTS: dict[str, dict[str, str]] = {
    PROMPT[0]: PROMPT[1],
    "troubleshoot_sandbox": {"sandbox_id": ids.AGENTBOX_DNS, "platform": "agentbox"},
    "verify_setup": {"repo_id": "301"},
    "audit_run": {"run_id": str(ids.RUN_FAILED)},
}


class Judges:
    """The installed judges.

    Attributes:
        network: What a score says about the network they had.
    """

    def __init__(self, folder: Path, *, cut_off: bool) -> None:
        self.folder = folder
        self.network = "offline" if cut_off else "network not cut off: not allowed here"

    def run(self, package: str, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.folder / package / "bin" / program), *arguments]
        # The scanner's model library would fetch a price list.
        env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=110, env=env)

    def scan(self, *arguments: str) -> str:
        """What Cisco's scanner says, by its YARA rules alone."""
        done = self.run("cisco-ai-mcp-scanner", "mcp-scanner", "--analyzers", "yara", "--format", "raw", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(name="panel")
def judges_offline(judges: Path) -> Generator[Judges]:
    with offline() as cut_off:
        yield Judges(judges, cut_off=cut_off)


def captured_log(url: str) -> str:
    """The handle of a log this server has captured."""

    async def capture() -> str:
        async with Client(url) as client:
            answer = await client.call_tool("get_sandbox_logs", CALLS["get_sandbox_logs"])
            return (answer.meta or {})["sandscope/log"]["log_id"]

    return anyio.run(capture)


def prompts_in_full() -> list[dict[str, str]]:
    """Every prompt as a list shows it, with all that it says as its description."""

    async def said() -> list[dict[str, str]]:
        sandscope = build(Settings.from_env({}))
        async with Client(sandscope.server) as client:
            got = {name: await client.get_prompt(name, arguments) for name, arguments in PROMPTS.items()}
        await sandscope.aclose()
        return [
            {"name": name, "description": message.content.text}
            for name, prompt in got.items()
            for message in prompt.messages
            if isinstance(message.content, TextContent)
        ]

    return anyio.run(said)


def verdict(probe: "subprocess.CompletedProcess[str]") -> dict[str, list[str]]:
    """Names of the tools by what the probe thought of them."""
    report = json.loads(probe.stdout)
    assert (report["verdict"], report["strict"]) == ("PASS", True), probe.stdout
    assert report["servers"][0]["findings"] == []
    by_status: dict[str, list[str]] = {}
    for tool in report["servers"][0]["tools"]:
        by_status.setdefault(tool["status"], []).append(tool["name"])
    return by_status


def test_the_probe_calls_every_tool_without_a_warning(panel: Judges, tmp_path: Path, record_property: Record) -> None:
    record_property("judge", "amagi-mcp-probe http")
    given = tmp_path / "arguments.json"
    with serving("http") as url:
        given.write_text(json.dumps({**CALLS, "read_log": {"log_id": captured_log(url)}}), encoding="utf-8")
        options = ("--strict", "--format", "json", "--allow-destructive", "--args", str(given))
        found = verdict(panel.run("amagi-mcp-probe", "amagi-mcp-probe", *options, "--url", url))
    assert found.keys() == {"pass"}
    assert sorted(found["pass"]) == sorted([*CALLS, "read_log"])
    record_property("score", f"strict: {len(found['pass'])} tools pass, no warning; {panel.network}")


def test_the_probe_starts_the_server_itself(panel: Judges, tmp_path: Path, record_property: Record) -> None:
    record_property("judge", "amagi-mcp-probe stdio")
    given = tmp_path / "arguments.json"
    given.write_text(json.dumps(CALLS), encoding="utf-8")
    # A log must be captured before it can be read again, and the probe carries nothing from one call to the next.
    options = ("--strict", "--format", "json", "--allow-destructive", "--args", str(given), "--skip", "read_log")
    found = verdict(panel.run("amagi-mcp-probe", "amagi-mcp-probe", *options, "--", *SERVE_DEMO))
    assert sorted(found["pass"]) == sorted(CALLS)
    assert found["skip"] == ["read_log"]
    record_property("score", f"strict: {len(found['pass'])} tools pass, no warning; {panel.network}")


def test_the_audit_scores_what_this_surface_can_reach(panel: Judges, record_property: Record) -> None:
    record_property("judge", "audit-mcp")
    with serving("http") as url:
        done = panel.run("audit-mcp", "audit-mcp", "--json", "--evals", url)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    pillars = {name: report["pillars"][name] for name in ("security", "compliance", "desc_schema")}
    shown = " ".join(f"{name} {score}" for name, score in pillars.items())
    record_property("score", f"overall {report['score']} {shown}; {panel.network}")
    assert report["score"] >= 87
    assert pillars["security"] == 100
    assert pillars["compliance"] >= 94
    assert pillars["desc_schema"] >= 92
    assert report["evals"]["findings"] == []


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_the_quality_suite_finds_a_sound_contract(panel: Judges, transport: str, record_property: Record) -> None:
    record_property("judge", f"mcp-quality {transport}")
    families = ("--security", "--safety", "--legibility", "--json")
    if transport == "stdio":
        done = panel.run("mcp-quality", "mcp-quality", "run", *families, " ".join(SERVE_DEMO))
    else:
        with serving(transport) as url:
            done = panel.run("mcp-quality", "mcp-quality", "run", *families, url)
    report: dict[str, Any] = json.loads(done.stdout)
    scores = {name: family["score"] for name, family in report["families"].items()}
    shown = " ".join(f"{name} {score:g}" for name, score in sorted(scores.items()))
    record_property("score", f"overall {report['overall']['score']} {shown}; {panel.network}")
    assert report["overall"]["score"] >= 85
    assert report["verdict"]["passed"]
    assert scores["contract"] >= 90
    assert scores["security"] >= 95


def test_the_scanner_finds_every_tool_safe(panel: Judges, record_property: Record) -> None:
    record_property("judge", "mcp-scanner yara")
    with serving("http") as url:
        results = json.loads(panel.scan("remote", "--server-url", url))["scan_results"]
    assert [result["tool_name"] for result in results if not result["is_safe"]] == []
    assert {result["status"] for result in results} == {"completed"}
    assert len(results) == len(CALLS) + 1
    record_property("score", f"{len(results)} tools safe; {panel.network}")


# Not the page for people: the rules are for what a model reads, and every script looks to them like an injection.
@pytest.mark.parametrize(
    ("what", "options"), [("instructions", ()), ("resources", ("--mime-types", "text/plain,text/markdown"))]
)
def test_the_scanner_finds_what_the_server_says_safe(
    panel: Judges, what: str, options: tuple[str, ...], record_property: Record
) -> None:
    record_property("judge", "mcp-scanner yara")
    with serving("http") as url:
        said = panel.scan(what, "--server-url", url, *options)
    counts = {name.lower(): int(number) for name, number in re.findall(r"(Safe|Unsafe|Failed)[^:\n]*: (\d+)", said)}
    assert counts["safe"] == 1, said
    assert counts["unsafe"] == 0, said
    assert counts.get("failed", 0) == 0, said
    record_property("score", f"{what} safe")


def test_the_scanner_finds_every_prompt_safe(panel: Judges, tmp_path: Path, record_property: Record) -> None:
    record_property("judge", "mcp-scanner yara")
    # It would ask for each prompt with empty values, which are refused: here it reads them filled in.
    prompts = tmp_path / "prompts.json"
    prompts.write_text(json.dumps({"prompts": prompts_in_full()}), encoding="utf-8")
    results = json.loads(panel.scan("static", "--prompts", str(prompts)))["scan_results"]
    assert [result["prompt_name"] for result in results if not result["is_safe"]] == []
    assert {result["prompt_name"] for result in results} == PROMPTS.keys()
    record_property("score", f"{len(results)} prompts safe")
