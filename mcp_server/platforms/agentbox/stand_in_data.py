"""What the AgentBox stand-in serves: clusters and sandboxes with their containers' logs, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Pod = Literal["live", "central", "recycled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A container and its log: `lines` gives lines that each begin with an RFC3339Nano timestamp and a space."""

    name: str
    lines: Callable[[], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """A runtime inside a sandbox: lines of its log file without timestamps, None where it has no log directory."""

    name: str
    lines: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """A sandbox, alive or remembered.

    `uuid` is its id without a cluster. `pod` says where its log is: on the pod, in the central store, or gone with
    the recycled pod. The first container is the one the server reads when none is named. Moments are aware.
    """

    uuid: str
    namespace: str
    pool_name: str
    status: str
    claimed_at: datetime
    containers: tuple[Container, ...]
    pod: Pod = "live"
    started_at: datetime | None = None
    terminated_at: datetime | None = None
    failure_reason: str | None = None
    failure_message: str | None = None
    exit_code: int | None = None
    status_detail: tuple[str, str] | None = None
    runtimes: tuple[Runtime, ...] = ()

    @property
    def pod_name(self) -> str:
        """The pod that runs, or ran, the sandbox."""
        return f"{self.pool_name}-{self.uuid[-5:]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Everything the stand-in knows; the first cluster is the local one."""

    keys: frozenset[str]
    role: str
    user: str
    team: str
    clusters: tuple[str, ...]
    sandboxes: tuple[Sandbox, ...]
