"""The sandboxes of Codegen's runs: integers, each with the log of its setup."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from mcp_server.demo import ids
from mcp_server.demo.people import ACME
from mcp_server.demo.secret_lines import Secrets
from mcp_server.demo.story_logs import told
from mcp_server.platforms.codegen.stand_in_data import Sandbox

_RECORDED: Final = {
    ids.CODEGEN_DEPENDENCY_CONFLICT: "pip-conflict",
    ids.CODEGEN_SUCCESS: "success-python",
    ids.CODEGEN_NODE_SUCCESS: "success-node",
    ids.CODEGEN_TEST_FAILURE: "test-deep",
    ids.CODEGEN_GCC: "gcc-deep",
    ids.CODEGEN_DISK_FULL: "disk-full",
    ids.CODEGEN_MISSING_ENV: "missing-env",
    ids.CODEGEN_NODE_CRASH: "node-trace",
    ids.CODEGEN_DNS: "dns",
    ids.CODEGEN_MERGE_CONFLICT: "git-merge",
    ids.CODEGEN_CUT_SHORT: "oom-worker",
    ids.CODEGEN_PORT_IN_USE: "port-in-use",
}


def codegen_sandboxes(now: datetime, secrets: Secrets) -> tuple[Sandbox, ...]:
    """Return the sandboxes; one of them kept no log."""
    kept = [
        Sandbox(id=number, org_id=ACME, setup_log=_setup_log(name, now - timedelta(minutes=2 * n), secrets))
        for n, (number, name) in enumerate(_RECORDED.items(), 5)
    ]
    return (*kept, Sandbox(id=ids.CODEGEN_NO_LOGS, org_id=ACME, setup_log=None))


def _setup_log(name: str, end: datetime, secrets: Secrets) -> Callable[[], str]:
    lines = told(name, end, secrets.env_dump(), at=0.01)

    @cache
    def text() -> str:
        return "\n".join(lines()) + "\n"

    return text
