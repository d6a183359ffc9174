"""AgentBox documents as the native API sends them (`/v1`)."""

from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, InstanceOf

from mcp_server.platforms.vendor_model import CamelModel, Rows, VendorModel


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a container, or of a runtime's log file (which has no timestamps)."""

    log: str
    timestamp: str
    container: str


def _entries(rows: Any) -> Any:
    """Lines as they are kept, each in the place of the document it came as: there may be hundreds of thousands."""
    if not isinstance(rows, list):
        return rows
    listed = cast("list[Any]", rows)
    containers: dict[str, str] = {}
    for number, row in enumerate(listed):
        # What is not as documented stays, and is found to be no line.
        listed[number] = _entry(cast("dict[str, Any]", row), containers) if isinstance(row, dict) else row
    return listed


def _entry(row: dict[str, Any], containers: dict[str, str]) -> Any:
    log, timestamp, container = (
        "" if row.get(name) is None else row[name] for name in ("log", "timestamp", "container")
    )
    if not (isinstance(log, str) and isinstance(timestamp, str) and isinstance(container, str)):
        return row
    return LogEntry(log, timestamp, containers.setdefault(container, container))


class SandboxLogs(CamelModel):
    """Answer of `GET /sandboxes/{id}/logs`; `entries` is null when there are none, or when they could not be read."""

    entries: Annotated[tuple[InstanceOf[LogEntry], ...], BeforeValidator(_entries)] = ()
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
