"""`sandscope doctor`: one line per platform: configured by what, reachable, who you are, budget."""

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

import anyio

from mcp_server.budget.words import standing
from mcp_server.commands.progress import progress
from mcp_server.errors import SandscopeError
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms import misnamed
from mcp_server.platforms.base import Connected
from mcp_server.platforms.together import all_of
from mcp_server.server.build import Sandscope, build
from mcp_server.settings import Settings

SYMBOLS = {"ok": "ok  ", "failed": "FAIL", "not configured": "-   "}


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints a line per platform.

    Returns:
        0 if everything configured works; 1 if something does not, or nothing is configured.
    """
    sandscope = build(Settings.from_env(environ).asking_anew())
    with progress("Asking the platforms", environ=environ):
        findings = anyio.run(_examine, sandscope)
    warnings = misnamed(environ)
    if arguments.json:
        print(json.dumps({"platforms": findings, "warnings": warnings}))
    else:
        print("\n".join([*_lines(findings), *(f"!    {warning}" for warning in warnings)]))
    states = {finding["state"] for finding in findings}
    return 0 if "ok" in states and "failed" not in states else 1


async def _examine(sandscope: Sandscope) -> list[dict[str, Any]]:
    answers = await all_of([platform.identify for platform in sandscope.platforms])
    findings = [
        await _finding(sandscope, platform, who) for platform, who in zip(sandscope.platforms, answers, strict=True)
    ]
    await sandscope.aclose()
    return findings


async def _finding(sandscope: Sandscope, platform: Connected, who: dict[str, str] | SandscopeError) -> dict[str, Any]:
    finding: dict[str, Any] = {"platform": platform.name, "title": platform.title}
    if platform.configured_by is None:
        return {**finding, "state": "not configured", "detail": str(who)}
    finding["configured_by"] = platform.configured_by
    if isinstance(who, SandscopeError):
        return {**finding, "state": "failed", "detail": str(who), "code": who.code}
    states = await sandscope.budget.states(platform.account, platform.groups)
    budget = {name: standing(state) for name, state in states.items()}
    identity = {name: clean_line(value, sandscope.redactor) for name, value in who.items()}
    return {**finding, "state": "ok", "identity": identity, "budget": budget}


def _lines(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [_line(finding) for finding in findings]
    if all(finding["state"] == "not configured" for finding in findings):
        lines.append("Nothing is configured. To see what sandscope does without a key: sandscope demo")
    return lines


def _line(finding: Mapping[str, Any]) -> str:
    symbol = SYMBOLS[finding["state"]]
    if finding["state"] == "not configured":
        return f"{symbol} {finding['detail']}"
    configured = f"{symbol} {finding['title']} ({finding['configured_by']})"
    if finding["state"] == "failed":
        return f"{configured}: {finding['detail']}"
    who = ", ".join(f"{name} {value}" for name, value in finding["identity"].items())
    budget = "; ".join(f"{name} {words}" for name, words in finding["budget"].items())
    return f"{configured}: reachable; {who}; budget: {budget}"
