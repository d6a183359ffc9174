"""From settings to a server: open http, connect the platforms, register what they offer."""

import inspect
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.tools import Tool as SdkTool
from mcp.server.subscriptions import InMemorySubscriptionBus

from mcp_server import __version__
from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import effective_groups
from mcp_server.budget.ledger import SEEN, SEEN_S, GroupState, Ledger
from mcp_server.errors import NotConfigured
from mcp_server.http.stack import Opener, silence_library_logs
from mcp_server.http.wire import Wire
from mcp_server.log_lines import scrub_log
from mcp_server.logs.redact import Redactor
from mcp_server.platforms import PLATFORMS
from mcp_server.platforms.base import Connected, Ground, Tool
from mcp_server.prompts import PROMPTS
from mcp_server.server.arguments import Verbatim, structured_arguments
from mcp_server.server.instructions import INSTRUCTIONS
from mcp_server.server.on_demand import serve_on_demand
from mcp_server.server.resources import Pages, register_resources
from mcp_server.server.results import Results
from mcp_server.server.schemas import slim
from mcp_server.server.seam import SeamServer
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import State, open_state
from mcp_server.store.captured_logs import CapturedLogs, LogMemory
from mcp_server.store.read_through import ReadThrough
from mcp_server.tasks.ends import Ends
from mcp_server.tasks.extension import TasksExtension
from mcp_server.tasks.runs import RunWork
from mcp_server.tasks.task_ids import TaskIds
from mcp_server.tasks.work import Work
from mcp_server.telemetry import Telemetry
from mcp_server.tools.list_sandboxes import ListSandboxes
from mcp_server.tools.read_log import ReadLog
from mcp_server.tools.whoami import WhoAmI

# The order of tools/list, from looking to acting; fixed, so that clients' caches of it hold.
TOOL_ORDER = (
    "get_sandbox_logs",
    "get_diagnostics",
    "get_run_logs",
    "read_log",
    "analyze_logs",
    "generate_setup_commands",
    "get_run",
    "list_runs",
    "create_run",
    "list_sandboxes",
    "whoami",
    "list_users",
    "connect_slack",
)

# What is listed changes only with the server's own version and settings; what is read may change at once.
_LISTED = CacheHint(ttl_ms=3_600_000, scope="private")
CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    "prompts/list": _LISTED,
    "resources/list": _LISTED,
    "resources/read": CacheHint(ttl_ms=0, scope="private"),
    "resources/templates/list": _LISTED,
    "server/discover": _LISTED,
    "tools/list": _LISTED,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tools are registered.

    Attributes:
        read_only: Leave out every tool that starts or changes something.
        names: Only these; empty is all.
    """

    read_only: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sandscope:
    """A server ready to serve, and what it stands on."""

    server: SeamServer
    tasks: TasksExtension
    platforms: tuple[Connected, ...]
    budget: Budget
    redactor: Redactor
    state: State
    logs: CapturedLogs
    telemetry: Telemetry

    async def aclose(self) -> None:
        """Closes every connection and file, and sends what was counted last."""
        for platform in self.platforms:
            await platform.aclose()
        await self.state.aclose()
        await self.telemetry.aclose()


def build(
    settings: Settings,
    *,
    choice: Choice | None = None,
    wire: Wire | None = None,
    state: State | None = None,
    memory: LogMemory | None = None,
    secrets_beside: Iterable[str] = (),
) -> Sandscope:
    """A server over `settings`.

    Args:
        settings: What was read from the environment.
        choice: Which tools to register; None is all.
        wire: Replaces the network, for the demo and for tests.
        state: Replaces what the settings name.
        memory: Replaces a memory for logs of its own, where several servers share one.
        secrets_beside: What must never be shown, beside the keys in the settings.

    Raises:
        NotConfigured: A variable cannot be used, or `choice` names an unknown tool.
    """
    silence_library_logs()
    configurations = [platform.configure(settings.environ) for platform in PLATFORMS]
    state = state or open_state(settings, Clock())
    budget = _budget(settings, state)
    keys = [key for configuration in configurations for key in configuration.secrets]
    scrub_log([*keys, *secrets_beside])
    telemetry = Telemetry(state.scope)
    redactor = Redactor([*keys, *secrets_beside], key=state.key, enabled=settings.redact, counted=telemetry.redacted)
    opener = Opener(budget, redactor, settings.timeout_s, wire, telemetry)
    # Where blobs are not shared, processes need not agree on who asks, and logs are in memory once already.
    shared = settings.cache_on_disk
    known = ReadThrough(state.own if shared else None, state.blobs, state.clock)
    logs = CapturedLogs(state.blobs if shared else None, memory or LogMemory(), state.scope)
    ground = Ground(settings, opener, redactor, state, known, logs, _boundary, set())
    platforms = tuple(configuration.connect(ground) for configuration in configurations)
    tools = _chosen(_tools(platforms, ground), choice or Choice())
    ground.registered.update(tool.function.__name__ for tool in tools)
    results = Results(_budget_states(tools, platforms, budget), {"sandscope/demo": True} if settings.demo else {})
    ends = Ends(state.own, state.blobs)
    tasks = TasksExtension(_works(tools), TaskIds(state.key), ends, state.clock, results.outcome)
    bus = InMemorySubscriptionBus()
    server = SeamServer(
        "sandscope",
        title="sandscope",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[_sdk_tool(tool) for tool in tools],
        results=results,
        telemetry=telemetry,
        extensions=[tasks, Pages()],
        log_level="WARNING",
        cache_hints=CACHE_HINTS,
        subscriptions=bus,
    )
    serve_on_demand(server, register_resources(server, platforms, ground), bus, tasks.around)
    for prompt in PROMPTS:
        server.add_prompt(Prompt.from_function(prompt, description=_one_line(prompt)))
    return Sandscope(server, tasks, platforms, budget, redactor, state, logs, telemetry)


def _budget(settings: Settings, state: State) -> Budget:
    groups = effective_groups(
        (group for platform in PLATFORMS for group in platform.groups), settings.limits, settings.budget_cap
    )
    return Budget(Ledger(state.cells, groups, settings.timeout_s, clock=state.clock), state.clock)


def _boundary() -> str:
    return secrets.token_hex(4)


def _tools(platforms: tuple[Connected, ...], ground: Ground) -> list[Tool]:
    own = [tool for platform in platforms for tool in platform.tools]
    return [
        *own,
        ReadLog(platforms, ground).tool(),
        ListSandboxes(platforms, ground).tool(),
        WhoAmI(platforms, ground).tool(),
    ]


def _chosen(tools: Iterable[Tool], choice: Choice) -> list[Tool]:
    by_name = {tool.function.__name__: tool for tool in tools}
    unknown = sorted(set(choice.names) - set(by_name))
    if unknown:
        raise NotConfigured(f"--tools names the unknown tool {unknown[0]}; the tools are: {', '.join(TOOL_ORDER)}.")
    return [
        by_name[name]
        for name in TOOL_ORDER
        if name in by_name
        and (not choice.names or name in choice.names)
        and (not choice.read_only or by_name[name].annotations.read_only_hint)
    ]


def _sdk_tool(tool: Tool) -> SdkTool:
    made = SdkTool.from_function(
        tool.function,
        title=tool.title,
        description=_one_line(tool.function),
        annotations=tool.annotations,
        meta={"ui": {"resourceUri": tool.app}} if tool.app else None,
    )
    made.parameters = slim(made.parameters)
    structured = structured_arguments(made.parameters)
    made.fn_metadata = Verbatim.model_construct(**dict(made.fn_metadata), structured=structured)
    if made.fn_metadata.output_schema is not None:
        made.fn_metadata.output_schema = slim(made.fn_metadata.output_schema, drop=("title", "description"))
    return made


def _works(tools: Iterable[Tool]) -> dict[str, Work]:
    return {tool.function.__name__: RunWork(tool.job) for tool in tools if tool.job is not None}


def _one_line(function: Callable[..., object]) -> str:
    """A docstring as the model reads it."""
    return " ".join((inspect.getdoc(function) or "").split())


def _budget_states(
    tools: Iterable[Tool], platforms: Iterable[Connected], budget: Budget
) -> Callable[[str], Awaitable[Mapping[str, GroupState]]]:
    groups: Mapping[str, tuple[str, ...]] = {tool.function.__name__: tool.groups for tool in tools}
    accounts = {group: platform.account for platform in platforms for group in platform.groups}

    async def states(name: str) -> Mapping[str, GroupState]:
        named = groups.get(name, ())
        seen = SEEN.get({})
        known = ((group, seen.get((accounts[group], group))) for group in named)
        found = {group: at.state for group, at in known if at and budget.clock.now() - at.seen_at < SEEN_S}
        for account, others in groupby((group for group in named if group not in found), accounts.__getitem__):
            found |= await budget.states(account, tuple(others))
        return {group: found[group] for group in named}

    return states
