"""What a platform is: a descriptor that reads its variables, and what it offers once connected."""

from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from mcp_types import CallToolResult, ToolAnnotations

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Group
from mcp_server.errors import NotConfigured
from mcp_server.http.client import Client
from mcp_server.http.stack import Opener
from mcp_server.logs.redact import Redactor
from mcp_server.settings import Environ, Settings, Variable
from mcp_server.state.clock import Clock
from mcp_server.state.state import State
from mcp_server.store.captured_logs import CapturedLogs
from mcp_server.store.read_through import ReadThrough

ApiT = TypeVar("ApiT")

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
READS_OWN = READS.model_copy(update={"open_world_hint": False})
STARTS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
CHANGES = STARTS.model_copy(update={"destructive_hint": True})

FRESH_S: Final[ContextVar[float]] = ContextVar("sandscope_fresh_s", default=0.0)
"""Set by the function of a resource: for so many seconds its text is what it is, and clients need not read it again."""


@dataclass(slots=True)
class Leave:
    """Given to a call whose caller comes back by himself: it starts what it must, and does not wait for the end.

    Attributes:
        taken: Whether the call would have waited.
    """

    taken: bool = False


RUN_TIMELINE: Final = "ui://sandscope/run-timeline.html"
"""The page that shows a run on a time axis."""

LEAVE: Final[ContextVar[Leave | None]] = ContextVar("sandscope_leave", default=None)


@dataclass(frozen=True, slots=True)
class Job:
    """The run a tool waits for, to be asked about again when the call is long over.

    Attributes:
        look: For organisation, run, and whether the caller had named the organisation: the tool's result as it stands.
        left: Likewise; what becomes of the run when nobody waits for it any more.
        every_s: Seconds between looks that are worth while.
    """

    look: Callable[[int, int, bool], Awaitable[CallToolResult]]
    left: Callable[[int, int, bool], str]
    every_s: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as it is registered; its name is the function's, its description the function's docstring.

    Attributes:
        function: An annotated async function.
        title: For people.
        annotations: One of `READS`, `READS_OWN`, `STARTS`, `CHANGES`.
        groups: Budget groups a call is charged to.
        job: What it waits for, if it has the argument `wait_seconds`.
        app: The page that shows its answer to people (MCP Apps).
    """

    function: Callable[..., Awaitable[CallToolResult]]
    title: str
    annotations: ToolAnnotations
    groups: tuple[str, ...] = ()
    job: Job | None = None
    app: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a resource tells, where it changes by itself.

    Attributes:
        name: Of what is watched; resources that tell of the same thing share one watch.
        follow: Looks, and says at each change what kind of change it is, until there is nothing more to see.
        kinds: The changes that are to be seen in the resource.
    """

    name: str
    follow: Callable[[Callable[[str], Awaitable[None]]], Awaitable[None]]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class ResourceTemplate:
    """One resource or template as it is registered.

    Attributes:
        uri: RFC 6570 template, or a plain URI.
        name: For programs.
        description: For the model.
        mime_type: Of the text the function returns.
        function: An async function whose arguments are the template's variables.
        watch: Likewise; what there is to watch, or None where nothing changes any more. Absent where nothing ever does by
            itself.
        meta: Of the listed resource and of what is read.
    """

    uri: str
    name: str
    description: str
    mime_type: str
    function: Callable[..., Awaitable[str]]
    watch: Callable[..., Awaitable[Watched | None]] | None = None
    meta: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SandboxRow:
    """One sandbox in a list, as any platform can fill it."""

    sandbox_id: str
    state: str
    failed: bool
    reason: str = ""
    exit_code: int | None = None
    name: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class SandboxRows:
    """The newest sandboxes of a platform and how many it has in all, if it says so."""

    rows: tuple[SandboxRow, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Connected:
    """A platform ready to be asked.

    Attributes:
        name: `codegen`, `agentbox` or `opensandbox`.
        title: For people.
        configured_by: The variable that configured it; None if it is not configured.
        account: Whom its requests are charged to.
        groups: Names of its budget groups.
        tools: The platform's own tools.
        identify: Asks who the key is; facts by name.
        aclose: Closes its connections.
        resources: The platform's own resources.
        sandboxes: Lists its newest sandboxes, where the platform has such a list.
    """

    name: str
    title: str
    configured_by: str | None
    account: str
    groups: tuple[str, ...]
    tools: tuple[Tool, ...]
    identify: Callable[[], Awaitable[dict[str, str]]]
    aclose: Callable[[], Awaitable[None]]
    resources: tuple[ResourceTemplate, ...] = ()
    sandboxes: Callable[[], Awaitable[SandboxRows]] | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What every platform is connected on.

    Attributes:
        settings: What is common.
        opener: Opens clients over the shared budget.
        redactor: Knows every loaded key.
        state: What processes share.
        known: What need not be asked for again.
        logs: Where captured logs are kept.
        boundary: A new random word per call, to fence log text with.
        registered: Names of the registered tools: no text names another as the next call. Filled when they are.
    """

    settings: Settings
    opener: Opener
    redactor: Redactor
    state: State
    known: ReadThrough
    logs: CapturedLogs
    boundary: Callable[[], str]
    registered: set[str]

    @property
    def clock(self) -> Clock:
        """The clock of budget and waiting."""
        return self.state.clock

    @property
    def budget(self) -> Budget:
        """What every request is charged to."""
        return self.opener.budget

    def titled(self, title: str) -> str:
        """A platform's title, marked where the built-in stand-ins answer."""
        return f"{title} (demo)" if self.settings.demo else title


class Configuration(Protocol):
    """A platform's own variables, read."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys that must never be shown."""
        ...

    def connect(self, ground: Ground) -> Connected:
        """Opens the platform's client and binds its tools to it."""
        ...


@dataclass(frozen=True, slots=True)
class Platform:
    """The descriptor of one vendor, as data.

    Attributes:
        name: `codegen`, `agentbox` or `opensandbox`.
        title: For people.
        variables: Its environment variables, the vendor's own names first.
        groups: Its budget groups with the documented limits.
        configure: Reads its variables.
    """

    name: str
    title: str
    variables: tuple[Variable, ...]
    groups: tuple[Group, ...]
    configure: Callable[[Environ], Configuration]

    def not_configured(self, *variables: str) -> NotConfigured:
        """The error of a call to a platform that is not configured."""
        return NotConfigured(
            f"{self.title} is not configured. Set {' and '.join(variables)} in this server's environment and restart it; "
            "`sandscope doctor` checks the result.",
            platform=self.name,
        )


class Access(Generic[ApiT]):
    """The current caller's API of one platform: called, it gives the API or says how to configure it.

    Args:
        opened: The client and the account it is charged to; None if the platform is not configured.
        make: The API over a client and the account it is charged to.
        missing: The error of a call while it is not configured.
    """

    def __init__(
        self,
        opened: tuple[Client, str] | None,
        make: Callable[[Client, str], ApiT],
        missing: Callable[[], NotConfigured],
    ) -> None:
        self._client, self.account = opened or (None, "")
        self._api = make(self._client, self.account) if self._client else None
        self._missing = missing

    def __call__(self) -> ApiT:
        """The API.

        Raises:
            NotConfigured: Naming the variables to set.
        """
        if self._api is None:
            raise self._missing()
        return self._api

    async def aclose(self) -> None:
        """Closes the connections, if there are any."""
        if self._client:
            await self._client.aclose()


def accounts_of(platforms: Iterable[Connected]) -> tuple[str, ...]:
    """The accounts of those that are configured."""
    return tuple(platform.account for platform in platforms if platform.account)


def present(**fields: Any) -> dict[str, Any]:
    """The fields that have a value: absent is cheaper for a model to read than null."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}
