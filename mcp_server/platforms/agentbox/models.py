"""AgentBox documents as the native API sends them (`/v1`)."""

from mcp_server.platforms.vendor_model import CamelModel, Rows, VendorModel


class LogEntry(CamelModel):
    """One line of a container, or of a runtime's log file (which has no timestamps)."""

    timestamp: str | None = None
    container: str | None = None
    log: str = ""


class SandboxLogs(CamelModel):
    """Answer of `GET /sandboxes/{id}/logs`; `entries` is null when there are none, or when they could not be read."""

    entries: tuple[LogEntry, ...] = ()
    truncated: bool | None = None
    source: str | None = None
    containers: Rows[str] = ()


class StatusDetail(CamelModel):
    """Why a sandbox is in its state."""

    reason: str | None = None
    message: str | None = None


class Sandbox(CamelModel):
    """A sandbox, also after it has ended."""

    sandbox_id: str = ""
    pool_name: str | None = None
    status: str = "unknown"
    claimed_at: str | None = None
    started_at: str | None = None
    terminated_at: str | None = None
    failure_reason: str | None = None
    failure_message: str | None = None
    exit_code: int | None = None
    status_detail: StatusDetail | None = None


class SandboxAnswer(VendorModel):
    """Answer of `GET /sandboxes/{id}`."""

    sandbox: Sandbox


class SandboxList(VendorModel):
    """Answer of `GET /sandboxes`; the server gives at most 100, whatever is asked."""

    items: Rows[Sandbox] = ()
    total: int | None = None


class WhoAmI(VendorModel):
    """Answer of `GET /auth/whoami`."""

    role: str | None = None
    user: str | None = None
    team: str | None = None


class Cluster(VendorModel):
    """One worker cluster; its id prefixes sandbox ids of other clusters."""

    id: str = ""
    name: str | None = None


class ClusterList(VendorModel):
    """Answer of `GET /clusters`."""

    clusters: Rows[Cluster] = ()
