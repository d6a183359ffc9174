"""AgentBox's sandboxes: what was recorded, when it happened in the story, how it ended."""

from datetime import datetime, timedelta

from mcp_server.demo import ids
from mcp_server.demo.secret_lines import Secrets
from mcp_server.demo.story_logs import Lines, chatter, postgres_lines, proxy_lines, told
from mcp_server.platforms.agentbox.stand_in_data import Container, Pod, Runtime, Sandbox

_NAMESPACE = "t-core-dana"


def agentbox_sandboxes(now: datetime, secrets: Secrets) -> tuple[Sandbox, ...]:
    """Return the sandboxes, alive and finished."""
    return (*_failed(now, secrets), *_not_failed(now, secrets), _recycled(now))


def _failed(now: datetime, secrets: Secrets) -> list[Sandbox]:
    tests, dns, disk, env, gcc = (now - timedelta(minutes=minutes) for minutes in (4, 9, 16, 23, 31))
    gcc_uuid = ids.AGENTBOX_GCC.partition(".")[2]
    return [
        _exited(
            ids.AGENTBOX_TEST_FAILURE,
            tests,
            1,
            sandbox=told("test-deep", tests, secrets.env_dump(), at=0.02),
            postgres=chatter(postgres_lines(), tests, every_s=2),
        ),
        _exited(
            ids.AGENTBOX_DNS,
            dns,
            2,
            sandbox=told("dns", dns, secrets.curl_call(), at=0.3),
            egress_proxy=chatter(proxy_lines(), dns, every_s=0.5),
        ),
        _exited(ids.AGENTBOX_DISK_FULL, disk, 1, pod="central", sandbox=told("disk-full", disk, secrets.key_file())),
        _exited(ids.AGENTBOX_MISSING_ENV, env, 1, sandbox=told("missing-env", env, secrets.own_keys(), at=0.5)),
        _exited(gcc_uuid, gcc, 2, pool="c-builders", sandbox=told("gcc-deep", gcc)),
    ]


def _exited(
    uuid: str, end: datetime, exit_code: int, *, pool: str = "agents", pod: Pod = "live", **logs: Lines
) -> Sandbox:
    message = f"container sandbox terminated with exit code {exit_code}"
    return Sandbox(
        uuid=uuid,
        namespace=_NAMESPACE,
        pool_name=pool,
        status="Failed",
        claimed_at=end - timedelta(minutes=5),
        started_at=end - timedelta(minutes=5) + timedelta(seconds=2),
        terminated_at=end,
        failure_reason="ContainerExited",
        failure_message=message,
        exit_code=exit_code,
        status_detail=("Error", message),
        containers=tuple(Container(name=name.replace("_", "-"), lines=lines) for name, lines in logs.items()),
        pod=pod,
    )


def _not_failed(now: datetime, secrets: Secrets) -> list[Sandbox]:
    done = now - timedelta(minutes=45)
    begun = now - timedelta(minutes=2)
    steps = ("envd started", "workspace mounted at /workspace", "kernel ready")
    return [
        Sandbox(
            uuid=ids.AGENTBOX_SUCCESS,
            namespace=_NAMESPACE,
            pool_name="agents",
            status="Completed",
            claimed_at=done - timedelta(minutes=5),
            started_at=done - timedelta(minutes=5),
            terminated_at=done,
            exit_code=0,
            containers=(Container(name="sandbox", lines=told("success-python", done)),),
        ),
        Sandbox(
            uuid=ids.AGENTBOX_RUNNING,
            namespace=_NAMESPACE,
            pool_name="agents",
            status="Running",
            claimed_at=begun - timedelta(minutes=1),
            started_at=begun - timedelta(minutes=1),
            containers=(
                Container(
                    name="sandbox", lines=told("success-python", begun, (f"DATABASE_URL={secrets.database_url}",))
                ),
            ),
            runtimes=(
                Runtime(name="envd", lines=steps),
                Runtime(name="jupyter", lines=()),
                Runtime(name="shell", lines=None),
            ),
        ),
        Sandbox(
            uuid=ids.AGENTBOX_SILENT,
            namespace=_NAMESPACE,
            pool_name="agents",
            status="Starting",
            claimed_at=now - timedelta(seconds=20),
            containers=(Container(name="sandbox", lines=tuple),),
        ),
    ]


def _recycled(now: datetime) -> Sandbox:
    """Return a sandbox of yesterday: its pod and its log are gone, only history knows how it ended."""
    end = now - timedelta(hours=14)
    return Sandbox(
        uuid=ids.AGENTBOX_RECYCLED,
        namespace=_NAMESPACE,
        pool_name="agents",
        status="Failed",
        claimed_at=end - timedelta(minutes=11),
        started_at=end - timedelta(minutes=11),
        terminated_at=end,
        failure_reason="OOMKilled",
        failure_message="container sandbox was killed: memory limit of 512Mi reached",
        exit_code=137,
        status_detail=("OOMKilled", "container sandbox was killed: memory limit of 512Mi reached"),
        containers=(Container(name="sandbox", lines=tuple),),
        pod="recycled",
    )
