"""How the AgentBox stand-in reads a sandbox's log, step by step as the real handler does."""

from collections.abc import Sequence
from typing import Any, Final

from mcp_server.platforms.agentbox.stand_in_data import Container, Sandbox
from mcp_server.platforms.stand_in_web import Refusal

Json = dict[str, Any]

_RECYCLED: Final = (
    "sandbox {namespace}/{uuid} has ended and its pod was recycled; historical logs are unavailable because this "
    "deployment has no central log service configured"
)


def logs(sandbox: Sandbox, *, container: str | None, lines: int, source: str, every: bool) -> Json:
    """Return the API's SandboxLogsResult: the last `lines` lines (0: all) of a container or of a runtime.

    `every` reads all containers where none is named, `lines` of each, as older servers do.
    """
    head = {"sandboxId": sandbox.uuid, "namespace": sandbox.namespace, "podName": sandbox.pod_name}
    if source != "stdout":
        return {**head, **_runtime(sandbox, source, lines)}
    if sandbox.pod == "recycled":
        raise Refusal(404, {"error": _RECYCLED.format(namespace=sandbox.namespace, uuid=sandbox.uuid)})
    chosen = _chosen(sandbox, container, every=every)
    return {
        **head,
        **_stdout(sandbox, [(one.name, line) for one in chosen for line in _tail(one.lines(), lines)]),
        "containers": [one.name for one in sandbox.containers],
    }


def _chosen(sandbox: Sandbox, container: str | None, *, every: bool) -> Sequence[Container]:
    if container is None:
        return sandbox.containers if every else sandbox.containers[:1]
    named = [one for one in sandbox.containers if one.name == container]
    if not named:
        names = ", ".join(one.name for one in sandbox.containers)
        text = f'container "{container}" not found in sandbox {sandbox.uuid}; available containers: {names}'
        raise Refusal(400, {"error": text})
    return named


def _stdout(sandbox: Sandbox, found: list[tuple[str, str]]) -> Json:
    """Tell lines with their container's name; `truncated` is never true, whatever was left out."""
    entries = [_entry(container, line) for container, line in found]
    if sandbox.pod == "central":
        scope = f"project=default pod_name={sandbox.pod_name}"
        return {"entries": entries, "truncated": False, "totalBytes": 0, "source": "central", "scope": scope}
    total = sum(len(line.encode()) + 1 for _, line in found)
    # Go's nil slice: without a line the list is null, whatever the document says.
    return {"entries": entries or None, "truncated": False, "totalBytes": total, "source": "live"}


def _entry(container: str, line: str) -> Json:
    timestamp, _, log = line.partition(" ")
    return {"timestamp": timestamp, "container": container, "log": log}


def _runtime(sandbox: Sandbox, name: str, lines: int) -> Json:
    if sandbox.pod != "live":
        raise Refusal(400, {"error": "runtime logs are only available for active sandboxes"})
    if sandbox.status != "Running":
        raise Refusal(400, {"error": f"runtime logs are only available for running sandboxes, not {sandbox.status}"})
    log = next((one.lines for one in sandbox.runtimes if one.name == name), None)
    if log is None:
        raise Refusal(400, {"error": f'runtime "{name}" not found or has no logDir'})
    entries = [{"container": name, "log": line} for line in _tail(log, lines)]
    return {"entries": entries or None, "truncated": False, "source": "runtime", "runtimeName": name}


def _tail(lines: Sequence[str], count: int) -> Sequence[str]:
    return lines[-count:] if count else lines
