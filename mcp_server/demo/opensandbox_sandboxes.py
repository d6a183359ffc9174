"""OpenSandbox's sandboxes: what was recorded, when it happened in the story, how it ended."""

import hashlib
from datetime import datetime, timedelta

from mcp_server.demo import ids
from mcp_server.demo.secret_lines import Secrets
from mcp_server.demo.story_logs import told, went_well
from mcp_server.platforms.opensandbox.stand_in_data import Lines, Sandbox

_PYTHON = "registry.acme.internal/agent-python:3.12"
_NODE = "registry.acme.internal/agent-node:20"
_INSTALLED = (
    "Installing collected packages: urllib3, requests, botocore, boto3, flask",
    "Successfully installed boto3-1.28.0 botocore-1.31.85 flask-3.0.3 requests-2.32.3 urllib3-2.0.7",
)
_STARTED = (
    "$ python wsgi.py",
    "checkout: 14 blueprints registered, listening on 127.0.0.1:8080",
    "setup.sh: done",
)


def opensandbox_sandboxes(now: datetime, secrets: Secrets) -> tuple[Sandbox, ...]:
    """Return the sandboxes, running and finished."""
    return (*_failed(now, secrets), *_not_failed(now, secrets))


def _failed(now: datetime, secrets: Secrets) -> list[Sandbox]:
    oom, port, pip, node, merge = (now - timedelta(minutes=minutes) for minutes in (3, 7, 12, 18, 26))
    openai = (f"+ export OPENAI_API_KEY={secrets.openai_key}",)
    return [
        _sandbox(
            ids.OPENSANDBOX_OOM,
            oom,
            "feature-builder",
            ("python", "-u", "build_features.py"),
            told("oom-worker", oom, openai, at=0.01),
            exit_code=137,
            oom_killed=True,
        ),
        _sandbox(
            ids.OPENSANDBOX_PORT_IN_USE,
            port,
            "checkout-api",
            ("sh", "-c", f"API_TOKEN={secrets.bearer} ./start.sh"),
            told("port-in-use", port),
            environment={"DATABASE_URL": secrets.database_url, "SESSION_SECRET": secrets.bearer, "PORT": "8473"},
            exit_code=1,
        ),
        _sandbox(
            ids.OPENSANDBOX_DEPENDENCY_CONFLICT,
            pip,
            "checkout-setup",
            ("bash", "setup.sh"),
            told("pip-conflict", pip, _clone(secrets), at=0.0),
            exit_code=1,
        ),
        _sandbox(
            ids.OPENSANDBOX_NODE_CRASH,
            node,
            "billing-tests",
            ("npm", "test"),
            told("node-trace", node, secrets.env_dump(), at=0.01),
            image=_NODE,
            exit_code=1,
        ),
        _sandbox(
            ids.OPENSANDBOX_MERGE_CONFLICT,
            merge,
            "rate-limits-agent",
            ("bash", "merge.sh"),
            told("git-merge", merge),
            exit_code=1,
        ),
    ]


def _clone(secrets: Secrets) -> tuple[str, str]:
    return (f"$ git clone {secrets.clone_url} /workspace/checkout", "Cloning into '/workspace/checkout'...")


def _not_failed(now: datetime, secrets: Secrets) -> list[Sandbox]:
    done, earlier = now - timedelta(minutes=38), now - timedelta(minutes=74)
    return [
        _sandbox(
            ids.OPENSANDBOX_SUCCESS,
            done,
            "orders-api",
            ("bash", "setup.sh"),
            told("success-node", done),
            image=_NODE,
        ),
        _sandbox(
            ids.OPENSANDBOX_SETUP_SUCCESS,
            earlier,
            "checkout-setup",
            ("bash", "setup.sh"),
            went_well(
                "pip-conflict",
                earlier,
                ("Downloading botocore-1.31.84", *_INSTALLED),
                ("$ pip list", "$ python wsgi.py", *_STARTED),
                _clone(secrets),
            ),
        ),
        _sandbox(
            ids.OPENSANDBOX_SILENT,
            now + timedelta(minutes=4),
            "quiet",
            ("sleep", "infinity"),
            tuple,
            running=True,
        ),
    ]


def _sandbox(
    sandbox_id: str,
    end: datetime,
    name: str,
    entrypoint: tuple[str, ...],
    lines: Lines,
    *,
    image: str = _PYTHON,
    exit_code: int = 0,
    oom_killed: bool = False,
    running: bool = False,
    environment: dict[str, str] | None = None,
) -> Sandbox:
    """Return a sandbox that was made five minutes before its end."""
    created = end - timedelta(minutes=5)
    return Sandbox(
        id=sandbox_id,
        image=image,
        container_id=hashlib.sha256(sandbox_id.encode()).hexdigest()[:12],
        created_at=created,
        started_at=created + timedelta(milliseconds=487),
        expires_at=created + timedelta(hours=1),
        finished_at=None if running else end,
        entrypoint=entrypoint,
        lines=lines,
        exit_code=exit_code,
        oom_killed=oom_killed,
        metadata={"name": name, "team": "core"},
        environment=environment or {},
        memory_mib=256,
    )
