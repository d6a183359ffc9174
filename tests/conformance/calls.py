"""What every client asks of this server: each tool once with good arguments, and calls that must fail in words.

Plain JSON, so that scripts of other languages and other Pythons are handed the same.
"""

from typing import Any, NamedTuple

from mcp_server.demo import ids

# `read_log` follows from an answer of `get_sandbox_logs`, and each client asks it for itself.
CALLS: dict[str, dict[str, Any]] = {
    "get_sandbox_logs": {"sandbox_id": ids.AGENTBOX_MISSING_ENV},
    "get_diagnostics": {"sandbox_id": ids.OPENSANDBOX_OOM},
    "get_run_logs": {"run_id": ids.RUN_FAILED},
    "analyze_logs": {"sandbox_id": ids.CODEGEN_DEPENDENCY_CONFLICT, "wait_seconds": 0},
    "generate_setup_commands": {"repo_id": 301, "wait_seconds": 0},
    "get_run": {"run_id": ids.RUN_FAILED},
    "list_runs": {},
    "create_run": {"prompt": "Fix the pins", "repo_id": 301},
    "list_sandboxes": {},
    "whoami": {},
    "list_users": {},
    "connect_slack": {},
}


class Failing(NamedTuple):
    """A call that must fail, and words its text must have."""

    tool: str
    arguments: dict[str, Any]
    words: str


FAILING = (
    Failing("get_run", {"run_id": "no number"}, "run_id must be a valid integer"),
    Failing("get_run", {"run_id": ids.RUN_FAILED, "zoom": 1}, "Unknown argument zoom. get_run takes: run_id,"),
    Failing("get_run", {}, "run_id is required"),
    Failing("get_run", {"run_id": 999_999}, "Look up the id with list_runs"),
    Failing("read_log", {"log_id": "nonesuch"}, "log_id is unknown to this server"),
)
# Of a server that has no keys.
UNCONFIGURED = (
    Failing("list_sandboxes", {}, "Set AGENTBOX_API_KEY"),
    Failing("get_run", {"run_id": 1}, "Set CODEGEN_API_TOKEN"),
    Failing("get_sandbox_logs", {"sandbox_id": "x"}, "Set AGENTBOX_API_KEY"),
)
RESOURCE = "sandscope://budget"
PROMPT = ("troubleshoot_run", {"run_id": str(ids.RUN_FAILED)})


def asked(calls: dict[str, dict[str, Any]], failing: tuple[Failing, ...]) -> dict[str, Any]:
    """The same as JSON for a script."""
    return {
        "calls": [{"name": tool, "arguments": arguments} for tool, arguments in calls.items()],
        "failing": [{"name": each.tool, "arguments": each.arguments} for each in failing],
        "resource": RESOURCE,
        "prompt": {"name": PROMPT[0], "arguments": PROMPT[1]},
    }
