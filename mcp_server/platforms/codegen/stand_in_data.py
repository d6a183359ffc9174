"""What the Codegen stand-in serves: people, repositories, sandboxes and runs as plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A member of an organisation (the API's UserResponse)."""

    id: int
    org_id: int
    github_user_id: str
    github_username: str
    email: str | None = None
    full_name: str | None = None
    role: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    """An organisation the token belongs to."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository: `files` maps the manifest files at its root to their text."""

    id: int
    org_id: int
    name: str
    files: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """A sandbox of a run: `setup_log` gives the text of its setup, None where nothing was kept."""

    id: int
    org_id: int
    setup_log: Callable[[], str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One entry of a run's log; what is None is null on the wire. An undated step has a null `created_at`."""

    message_type: str | None
    thought: str | None = None
    tool_name: str | None = None
    tool_input: Json | None = None
    tool_output: Json | None = None
    observation: Json | str | None = None
    dated: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PullRequest:
    """A pull request that a run opened."""

    id: int
    title: str
    url: str
    head_branch_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What a run does: its steps (three or more), how it ends, how many seconds that takes."""

    steps: tuple[Step, ...]
    status: str = "completed"
    result: str | None = None
    summary: str | None = None
    pull_requests: tuple[PullRequest, ...] = ()
    seconds: float = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run as it stood when the server started.

    `created_at` is aware. A `live` run starts with the server; any other is over. `counted` is False where the log
    pages carry null for their totals.
    """

    id: int
    org_id: int
    user_id: int
    created_at: datetime
    work: Callable[[], Work]
    source_type: str = "API"
    metadata: Json | None = None
    live: bool = False
    counted: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What somebody asked a new or resumed run to do."""

    prompt: str
    repository: Repository | None = None
    metadata: Json = field(default_factory=dict[str, Any])


class Agent(Protocol):
    """The coding agent behind the API: decides what each kind of run does."""

    def analyze(self, sandbox: Sandbox, log: str) -> Work:
        """Explain a sandbox's setup log."""
        ...

    def set_up(self, repository: Repository, prompt: str | None) -> Work:
        """Write setup commands for a repository."""
        ...

    def work(self, task: Task) -> Work:
        """Do what the prompt says."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Everything the stand-in knows. A run asked for `plan_limit_repo` meets the billing plan's limit (402)."""

    tokens: frozenset[str]
    user_id: int
    users: tuple[User, ...]
    organizations: tuple[Organization, ...]
    repositories: tuple[Repository, ...]
    sandboxes: tuple[Sandbox, ...]
    runs: tuple[Run, ...]
    agent: Agent
    plan_limit_repo: int
