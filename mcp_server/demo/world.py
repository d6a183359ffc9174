"""One coherent story for all three stand-ins: what is in it, moved to the present moment."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mcp_server.demo.agent import DemoAgent
from mcp_server.demo.agentbox_sandboxes import agentbox_sandboxes
from mcp_server.demo.codegen_runs import codegen_runs, sandbox_of_run
from mcp_server.demo.codegen_sandboxes import codegen_sandboxes
from mcp_server.demo.ids import (
    AGENTBOX_DISK_FULL,
    AGENTBOX_DNS,
    AGENTBOX_GCC,
    AGENTBOX_MISSING_ENV,
    AGENTBOX_RECYCLED,
    AGENTBOX_RUNNING,
    AGENTBOX_SILENT,
    AGENTBOX_SUCCESS,
    AGENTBOX_TEST_FAILURE,
    CODEGEN_CUT_SHORT,
    CODEGEN_DEPENDENCY_CONFLICT,
    CODEGEN_DISK_FULL,
    CODEGEN_DNS,
    CODEGEN_GCC,
    CODEGEN_MERGE_CONFLICT,
    CODEGEN_MISSING_ENV,
    CODEGEN_NO_LOGS,
    CODEGEN_NODE_CRASH,
    CODEGEN_NODE_SUCCESS,
    CODEGEN_PORT_IN_USE,
    CODEGEN_SUCCESS,
    CODEGEN_TEST_FAILURE,
    OPENSANDBOX_DEPENDENCY_CONFLICT,
    OPENSANDBOX_MERGE_CONFLICT,
    OPENSANDBOX_NODE_CRASH,
    OPENSANDBOX_OOM,
    OPENSANDBOX_PORT_IN_USE,
    OPENSANDBOX_SETUP_SUCCESS,
    OPENSANDBOX_SILENT,
    OPENSANDBOX_SUCCESS,
    RUN_CANCELLED,
    RUN_COMPILE_ERROR,
    RUN_COMPLETED,
    RUN_FAILED,
    RUN_LINKED,
    RUN_LOOPING,
    RUN_MISSING_ENV,
    RUN_PR_FAILED,
    RUN_RUNNING,
    RUN_SETUP_COMMANDS,
)
from mcp_server.demo.keys import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY
from mcp_server.demo.opensandbox_sandboxes import opensandbox_sandboxes
from mcp_server.demo.people import ME, PLAN_LIMIT_REPO, organizations, repositories, users
from mcp_server.demo.secret_lines import Secrets, make_secrets
from mcp_server.platforms.agentbox import stand_in_data as agentbox
from mcp_server.platforms.codegen import stand_in_data as codegen
from mcp_server.platforms.opensandbox import stand_in_data as opensandbox

__all__ = [
    "AGENTBOX_DISK_FULL",
    "AGENTBOX_DNS",
    "AGENTBOX_GCC",
    "AGENTBOX_MISSING_ENV",
    "AGENTBOX_RECYCLED",
    "AGENTBOX_RUNNING",
    "AGENTBOX_SILENT",
    "AGENTBOX_SUCCESS",
    "AGENTBOX_TEST_FAILURE",
    "CODEGEN_CUT_SHORT",
    "CODEGEN_DEPENDENCY_CONFLICT",
    "CODEGEN_DISK_FULL",
    "CODEGEN_DNS",
    "CODEGEN_GCC",
    "CODEGEN_MERGE_CONFLICT",
    "CODEGEN_MISSING_ENV",
    "CODEGEN_NODE_CRASH",
    "CODEGEN_NODE_SUCCESS",
    "CODEGEN_NO_LOGS",
    "CODEGEN_PORT_IN_USE",
    "CODEGEN_SUCCESS",
    "CODEGEN_TEST_FAILURE",
    "OPENSANDBOX_DEPENDENCY_CONFLICT",
    "OPENSANDBOX_MERGE_CONFLICT",
    "OPENSANDBOX_NODE_CRASH",
    "OPENSANDBOX_OOM",
    "OPENSANDBOX_PORT_IN_USE",
    "OPENSANDBOX_SETUP_SUCCESS",
    "OPENSANDBOX_SILENT",
    "OPENSANDBOX_SUCCESS",
    "RUN_CANCELLED",
    "RUN_COMPILE_ERROR",
    "RUN_COMPLETED",
    "RUN_FAILED",
    "RUN_LINKED",
    "RUN_LOOPING",
    "RUN_MISSING_ENV",
    "RUN_PR_FAILED",
    "RUN_RUNNING",
    "RUN_SETUP_COMMANDS",
    "World",
    "world",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The data of the three platforms at the moment `now` (aware, UTC), and every secret planted in it."""

    now: datetime
    codegen: codegen.Data
    agentbox: agentbox.Data
    opensandbox: opensandbox.Data
    secrets: tuple[str, ...]


def world(now: datetime | None = None, *, seed: int = 1) -> World:
    """Build the story so that it ends at `now`. Recordings are unpacked when they are first read, once per process."""
    moment = datetime.now(UTC) if now is None else now.astimezone(UTC)
    secrets = make_secrets(seed)
    return World(
        now=moment,
        codegen=_codegen(moment, secrets),
        agentbox=agentbox.Data(
            keys=frozenset({AGENTBOX_KEY}),
            role="tenant",
            user="dana",
            team="core",
            clusters=("cluster1",),
            sandboxes=agentbox_sandboxes(moment, secrets),
        ),
        opensandbox=opensandbox.Data(
            keys=frozenset({OPENSANDBOX_KEY}), sandboxes=opensandbox_sandboxes(moment, secrets)
        ),
        secrets=secrets.all,
    )


def _codegen(now: datetime, secrets: Secrets) -> codegen.Data:
    sandboxes = codegen_sandboxes(now, secrets)
    agent = DemoAgent(sandboxes={one.id: one for one in sandboxes}, sandbox_of_run=sandbox_of_run())
    return codegen.Data(
        tokens=frozenset({CODEGEN_TOKEN}),
        user_id=ME,
        users=users(),
        organizations=organizations(),
        repositories=repositories(),
        sandboxes=sandboxes,
        runs=codegen_runs(now, secrets, agent),
        agent=agent,
        plan_limit_repo=PLAN_LIMIT_REPO,
    )
