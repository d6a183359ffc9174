"""A run as the tools tell it: small flat facts, and the same facts as compact text."""

from typing import Annotated, Any, cast

from mcp_types import CallToolResult, TextContent
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.logs.captured import Row, capture
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import Ground, present
from mcp_server.platforms.codegen.models import Run, Status

# A generated setup script must come whole; a model's essay need not.
RESULT_CHARS = 16_000

RunId = Annotated[int, Field(description="Codegen run")]
OrgId = Annotated[int | None, Field(description="Default: CODEGEN_ORG_ID")]
WaitSeconds = Annotated[
    int, Field(ge=0, le=55, description="Total seconds to wait; if still running then, call `next`")
]


class RunFacts(TypedDict, total=False):
    """One run; a field without a value is absent."""

    run_id: int
    org_id: int
    status: Status
    raw_status: str
    finished: bool
    result: str
    summary: str
    created_at: str
    web_url: str
    source_type: str
    sandbox_id: int
    pull_requests: list[str]
    next: str


RunResult = Annotated[CallToolResult, RunFacts]


def clean_text(text: str | None, redactor: Redactor, limit: int = RESULT_CHARS) -> str:
    """Upstream text of several lines: sanitised, redacted, and cut with the number of characters left out."""
    if not text:
        return ""
    # Only its beginning can be shown, and a line that is cut there may end in half a secret.
    head = text if len(text) <= 20 * limit else text[: text.rfind("\n", 0, 20 * limit) + 1 or 20 * limit]
    cleaned = "\n".join(capture((Row(head),), redactor).lines)
    left_out = len(cleaned) - limit + len(text) - len(head)
    return cleaned if left_out <= 0 else f"{cleaned[:limit]}\n[{left_out} more characters]"


def facts_of(run: Run, ground: Ground, explicit_org: int | None = None, *, analyzed: bool = False) -> RunFacts:
    """The facts of a run.

    Args:
        run: As Codegen sent it.
        ground: Cleans its free text, and knows which tools there are to name.
        explicit_org: The organisation the caller named, which the next call must name too.
        analyzed: Whether the run is itself an analysis of its sandbox.
    """
    redactor = ground.redactor
    analyzable = not analyzed and "analyze_logs" in ground.registered

    def line(text: str | None) -> str:
        return clean_line(text or "", redactor)

    urls = [line(pull.url) for pull in run.github_pull_requests or () if pull.url]
    fields = present(
        run_id=run.id,
        org_id=run.organization_id,
        status=run.normal_status,
        raw_status=line(run.status),
        finished=run.finished,
        result=clean_text(run.result, redactor),
        summary=clean_text(run.summary, redactor),
        created_at=line(run.created_at),
        web_url=line(run.web_url),
        source_type=line(run.source_type),
        sandbox_id=run.sandbox_id,
        pull_requests=urls or None,
        next=_next(run, explicit_org, analyzable=analyzable),
    )
    return cast("RunFacts", fields)


def _next(run: Run, org: int | None, *, analyzable: bool) -> str:
    named = f", org_id={org}" if org else ""
    if run.normal_status == "completed":
        return ""
    if not run.finished:
        return f"get_run(run_id={run.id}, wait_seconds=25{named})"
    if analyzable and run.normal_status == "failed" and run.sandbox_id is not None:
        return f"analyze_logs(sandbox_id={run.sandbox_id}{named})"
    return f"get_run_logs(run_id={run.id}{named})"


def run_text(facts: RunFacts, title: str, note: str = "") -> str:
    """The facts as a few lines of text.

    Args:
        facts: The run.
        title: The platform's name.
        note: Said first, when there is something to say about the call itself.
    """
    values = cast("dict[str, Any]", facts)
    raw = facts.get("raw_status", "")
    status = facts.get("status", "unknown")
    said = f" ({raw})" if raw and raw.lower() != status else ""
    head = f"{title} run {facts.get('run_id')}: {status}{said}"
    details = [
        f"{name.replace('_', ' ')} {values[name]}"
        for name in ("created_at", "source_type", "sandbox_id")
        if name in values
    ]
    lines = [note, " · ".join([head, *details]), facts.get("web_url", "")]
    lines += [f"pull request: {url}" for url in facts.get("pull_requests", [])]
    lines += [f"{name}: {values[name]}" for name in ("summary", "result", "next") if name in values]
    return "\n".join(line for line in lines if line)


def run_result(run: Run, ground: Ground, *, org: int | None, note: str = "", analyzed: bool = False) -> CallToolResult:
    """The result of a tool that answers with one run.

    Args:
        run: As Codegen sent it.
        ground: Cleans its free text, and knows which tools there are to name.
        org: The organisation the caller named.
        note: Said first, when the run was started by an earlier call.
        analyzed: Whether the run is itself an analysis of its sandbox.
    """
    facts = facts_of(run, ground, org, analyzed=analyzed)
    return facts_result(facts, run_text(facts, ground.titled("Codegen"), note))


def facts_result(facts: Any, text: str) -> CallToolResult:
    """A result of structured facts and the same as compact text."""
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=facts)
