"""What the OpenSandbox stand-in serves: sandboxes, each one Docker container with its log, as plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Lines = Callable[[], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """A sandbox; `finished_at` None means running. Moments are aware.

    `lines` gives log lines that each begin with an RFC3339Nano timestamp and a space; `others` are the logs of
    further containers by name (Kubernetes), `environment` what `inspect` shows, masked by name only.
    """

    id: str
    image: str
    container_id: str
    created_at: datetime
    started_at: datetime
    expires_at: datetime
    entrypoint: tuple[str, ...]
    lines: Lines
    others: Mapping[str, Lines] = field(default_factory=dict[str, Lines])
    finished_at: datetime | None = None
    exit_code: int = 0
    oom_killed: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    cores: float = 0.5
    memory_mib: int = 128

    @property
    def status(self) -> tuple[str, str, str, datetime]:
        """State, reason, message and the moment of the last transition, in the words of a genuine server."""
        if self.finished_at is None:
            return "Running", "CONTAINER_RUNNING", "Sandbox container is running.", self.created_at
        message = f"Sandbox container exited with code {self.exit_code}."
        if self.exit_code:
            return "Failed", "CONTAINER_EXITED_ERROR", message, self.finished_at
        return "Terminated", "CONTAINER_EXITED", message, self.finished_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Everything the stand-in knows. Without keys the server asks for none."""

    keys: frozenset[str]
    sandboxes: tuple[Sandbox, ...]
