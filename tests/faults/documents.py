"""What the three platforms answer when nothing is wrong, by the end of the path; the more telling end comes first."""

from typing import Any

from tests.faults.canaries import FOREIGN, KEYS

RUN = 101
BOX = "box-1"
OPEN = "open-1"
CAUSE = "ModuleNotFoundError: No module named 'left_pad'"


def run(**fields: Any) -> dict[str, Any]:
    """A run that failed."""
    return {
        "id": RUN,
        "organization_id": 1,
        "status": "failed",
        "created_at": "2026-11-20T10:00:00Z",
        "web_url": "https://codegen.com/agent/trace/101",
        "result": CAUSE,
        "source_type": "API",
        "metadata": {"sandbox_id": 201},
        **fields,
    }


def step(number: int, **fields: Any) -> dict[str, Any]:
    """A step of a run's log."""
    return {
        "agent_run_id": RUN,
        "created_at": f"2026-11-20T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "message_type": "ACTION",
        "tool_name": "RunCommand",
        "tool_input": {"command": f"step {number}"},
        "observation": f"step {number} done",
        **fields,
    }


def user(number: int, **fields: Any) -> dict[str, Any]:
    """A member of the organisation."""
    return {
        "id": number,
        "email": f"u{number}@example.com",
        "github_username": f"u{number}",
        "role": "MEMBER",
        **fields,
    }


def leaky(lines: int = 20) -> list[str]:
    """A log with its cause, and with every key in it."""
    quiet = [f"[{number}] resolving package" for number in range(lines)]
    return [*quiet, *(f"export {name}={key}" for name, key in KEYS.items()), f"token {FOREIGN}", CAUSE]


def documents() -> dict[str, Any]:
    """All of them, to be changed by whoever got them."""
    log = leaky()
    failed = step(2, message_type="ERROR", observation="\n".join(log))
    return {
        f"/alpha/organizations/1/agent/run/{RUN}/logs": run(logs=[step(1), failed], total_logs=2),
        f"/agent/run/{RUN}": run(),
        "/agent/runs": {"items": [run()], "total": 1},
        "/users/me": user(7, full_name="Ada"),
        "/organizations/1/users": {"items": [user(7, full_name="Ada")], "total": 1},
        "/v1/organizations": {"items": [{"id": 1, "name": "acme"}], "total": 1},
        f"/agentbox/v1/sandboxes/{BOX}/logs": {
            "entries": [{"timestamp": None, "container": "main", "log": line} for line in log],
            "truncated": False,
            "source": "live",
            "containers": ["main"],
        },
        f"/agentbox/v1/sandboxes/{BOX}": {"sandbox": {"sandboxId": BOX, "status": "Failed", "exitCode": 1}},
        "/agentbox/v1/sandboxes": {"items": [{"sandboxId": BOX, "status": "Failed"}], "total": 1},
        "/agentbox/v1/auth/whoami": {"user": "ada", "team": "core", "role": "admin"},
        "/agentbox/v1/clusters": {"clusters": [{"id": "cluster1"}]},
        f"/v1/sandboxes/{OPEN}/diagnostics/logs": {"delivery": "inline", "content": "\n".join(log), "truncated": False},
        f"/v1/sandboxes/{OPEN}/diagnostics/events": {"delivery": "inline", "content": "Event: Exited with code 1"},
        f"/v1/sandboxes/{OPEN}": {"id": OPEN, "status": {"state": "Failed", "message": "exited with code 1"}},
        "/v1/sandboxes": {"items": [{"id": OPEN, "status": {"state": "Failed"}}], "pagination": {"totalItems": 1}},
        "/health": {"status": "healthy"},
        "/version": {"version": "1.1.1"},
    }
