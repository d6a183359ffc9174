"""Codegen documents as the developer API sends them (`/v1`)."""

from typing import Any, Literal, cast

from pydantic import Field

from mcp_server.platforms.vendor_model import Page, Rows, VendorModel

Status = Literal["running", "completed", "failed", "cancelled", "unknown"]

# The document names no words; these are the vendor's own clients' and examples', compared without case.
_STATUS: dict[str, Status] = {
    "active": "running",
    "in_progress": "running",
    "pending": "running",
    "queued": "running",
    "running": "running",
    "complete": "completed",
    "completed": "completed",
    "error": "failed",
    "failed": "failed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "stopped": "cancelled",
}

# From the guide on run logs; the document itself leaves the word open.
MESSAGE_TYPES = (
    "ACTION",
    "PLAN_EVALUATION",
    "FINAL_ANSWER",
    "ERROR",
    "USER_MESSAGE",
    "USER_GITHUB_ISSUE_COMMENT",
    "INITIAL_PR_GENERATION",
    "DETECT_PR_ERRORS",
    "FIX_PR_ERRORS",
    "PR_CREATION_FAILED",
    "PR_EVALUATION",
    "COMMIT_EVALUATION",
    "AGENT_RUN_LINK",
)


class PullRequest(VendorModel):
    """A pull request a run made."""

    title: str | None = None
    url: str | None = None


class Run(VendorModel):
    """An agent run; nothing but its id is needed, for a run that was started must not be lost."""

    id: int
    organization_id: int = 0
    status: str | None = None
    created_at: str | None = None
    web_url: str | None = None
    result: str | None = None
    summary: str | None = None
    source_type: str | None = None
    github_pull_requests: Rows[PullRequest] = ()
    metadata: Any = None

    @property
    def normal_status(self) -> Status:
        """The status in our words; a word we do not know is `unknown`, which is not an end."""
        return _STATUS.get((self.status or "").lower(), "unknown")

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self.normal_status in {"completed", "failed", "cancelled"}

    @property
    def sandbox_id(self) -> int | None:
        """The run's sandbox; its metadata is the only place where Codegen may name it."""
        metadata = self.metadata
        if not isinstance(metadata, dict):
            return None
        value = cast("dict[str, Any]", metadata).get("sandbox_id")
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


class LogEntry(VendorModel):
    """One step of a run. The open fields hold whatever the tool took and gave."""

    created_at: str | None = None
    tool_name: str | None = None
    message_type: str | None = None
    thought: str | None = None
    observation: Any = None
    tool_input: Any = None
    tool_output: Any = None


class RunLogs(Run):
    """A run with one page of its log, oldest first."""

    logs: tuple[LogEntry, ...] = ()
    total_logs: int | None = None


class RunPage(Page):
    """A page of runs, newest first."""

    items: Rows[Run] = ()
    total: int | None = None


class Analysis(VendorModel):
    """Answer of analyze-logs: the run that reads the logs."""

    agent_run_id: int
    status: str | None = None


class SetupCommands(VendorModel):
    """Answer of setup-commands/generate: the run that writes them."""

    agent_run_id: int
    status: str | None = None
    url: str | None = None


class User(VendorModel):
    """A member of an organisation."""

    id: int
    email: str | None = None
    github_username: str | None = None
    full_name: str | None = None
    role: str | None = None


class UserPage(Page):
    """A page of users."""

    items: Rows[User] = ()
    total: int | None = None


class Organization(VendorModel):
    """An organisation the token may act for."""

    id: int
    name: str = ""


class OrganizationPage(VendorModel):
    """A page of organisations; all must be readable, for a paid start takes the only one."""

    items: tuple[Organization, ...] = ()
    total: int | None = None


class SlackToken(VendorModel):
    """A one-time token that connects a Slack account."""

    token: str = Field(repr=False)
    expires_in_minutes: int | None = None
