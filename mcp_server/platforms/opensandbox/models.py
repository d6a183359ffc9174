"""OpenSandbox documents as the server sends them (`/v1`)."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from mcp_server.platforms.vendor_model import CamelModel, Rows, VendorModel

# The only place where the server tells an exit code is this sentence.
_EXIT_CODE = re.compile(r"exited with code (-?\d{1,10})\b")


class SandboxStatus(CamelModel):
    """State of a sandbox and why."""

    state: str = "unknown"
    reason: str | None = None
    message: str | None = None
    last_transition_at: str | None = None

    @property
    def exit_code(self) -> int | None:
        """The exit code, if the message names one."""
        found = _EXIT_CODE.search(self.message or "")
        return int(found[1]) if found else None


class Sandbox(CamelModel):
    """A sandbox."""

    id: str = ""
    status: SandboxStatus = SandboxStatus()
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])
    created_at: str | None = None

    @property
    def name(self) -> str:
        """The name it was given, if any."""
        return str(self.metadata.get("name") or "")


class Pagination(CamelModel):
    """Where a page of sandboxes stands."""

    total_items: int | None = None


class SandboxPage(CamelModel):
    """A page of sandboxes, newest first."""

    items: Rows[Sandbox] = ()
    pagination: Pagination | None = None


class Descriptor(CamelModel):
    """Diagnostics text, inline or behind a URL, which may be signed. `truncated` is not to be believed when it is false."""

    delivery: str = "inline"
    content: str | None = None
    content_url: str | None = Field(None, repr=False)
    expires_at: Any = None
    truncated: bool | None = None
    warnings: Rows[str] = ()

    @property
    def by_url(self) -> bool:
        """Whether the text is behind the URL."""
        return self.delivery == "url" or (self.content is None and self.content_url is not None)

    def lapsed(self, now_s: float) -> bool:
        """Whether `expiresAt` is no later than `now_s` seconds since 1970; what is no time of day lapses never."""
        try:
            ends = datetime.fromisoformat(str(self.expires_at))
        except ValueError:
            return False
        return ends.replace(tzinfo=ends.tzinfo or UTC).timestamp() <= now_s


class Health(VendorModel):
    """Answer of `GET /health`."""

    status: str = "unknown"


class Version(VendorModel):
    """Answer of `GET /version`."""

    version: str = "unknown"
