"""The plain texts of the OpenSandbox stand-in's diagnostics, laid out as genuine servers lay them out."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from mcp_server.platforms.opensandbox.stand_in_data import Sandbox

# Docker keeps a longer line in pieces of this size, and its tail counts pieces.
_FRAGMENT: Final = 16_384
_MASKED: Final = ("SECRET", "TOKEN", "PASSWORD", "KEY")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def tail(lines: Sequence[str], count: int) -> list[str]:
    """Return the last `count` pieces as lines; of a long line that does not fit whole only its end."""
    taken: list[str] = []
    left = count
    for line in reversed(lines):
        if left <= 0:
            break
        taken.append(line[-left * _FRAGMENT :])
        left -= max(1, -(-len(line) // _FRAGMENT))
    return taken[::-1]


def since(lines: Sequence[str], text: str, now: datetime) -> list[str]:
    """Return the lines of the last `text` (`90s`, `10m`, `2h`, `1d`; anything else is ten minutes)."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 600
    first = (now - timedelta(seconds=seconds)).isoformat(timespec="microseconds")[:26]
    return [line for line in lines if line[:26] >= first]


def logs(lines: Sequence[str]) -> str:
    """Return a log's text."""
    return "".join(f"{line}\n" for line in lines) or "(no logs)"


def events(sandbox: Sandbox, limit: int) -> str:
    """Return the first `limit` lines of what the container runtime knows: here, and only here, an OOM kill is named."""
    rows = [
        f"Container:  {sandbox.container_id} (sandbox-{sandbox.id})",
        f"Status:     {_docker_status(sandbox)}",
        f"Created:    {nano(sandbox.created_at)}",
        f"Started:    {nano(sandbox.started_at)}",
    ]
    if sandbox.finished_at is not None:
        rows.append(f"Finished:   {nano(sandbox.finished_at)}")
    if sandbox.oom_killed:
        rows.append("Event:      OOMKilled - container was killed due to out-of-memory")
    if sandbox.exit_code:
        rows.append(f"Event:      Exited with code {sandbox.exit_code}")
    return "\n".join(rows[:limit])


def events_json(sandbox: Sandbox) -> str:
    """Return the events as the fast-sandbox runtime tells them, as JSON text."""
    _, reason, message, at = sandbox.status
    return json.dumps({"sandboxId": sandbox.id, "events": [{"time": nano(at), "reason": reason, "message": message}]})


def inspect(sandbox: Sandbox) -> str:
    """Return the container's settings; environment values are masked by their names only."""
    finished = "0001-01-01T00:00:00Z" if sandbox.finished_at is None else nano(sandbox.finished_at)
    labels = {
        **sandbox.metadata,
        "opensandbox.io/expires-at": sandbox.expires_at.isoformat(timespec="microseconds"),
        "opensandbox.io/id": sandbox.id,
    }
    environment = {**sandbox.environment, "OPENSANDBOX_ID": sandbox.id}
    return "\n".join(
        [
            f"Container ID:   {sandbox.container_id}",
            f"Name:           sandbox-{sandbox.id}",
            f"Image:          {sandbox.image}",
            f"Status:         {_docker_status(sandbox)}",
            f"Running:        {sandbox.finished_at is None}",
            "Paused:         False",
            f"OOMKilled:      {sandbox.oom_killed}",
            f"Exit Code:      {sandbox.exit_code}",
            f"Started At:     {nano(sandbox.started_at)}",
            f"Finished At:    {finished}",
            "",
            "Resources:",
            f"  CPU:          {sandbox.cores:.2f} cores",
            f"  Memory:       {sandbox.memory_mib} MiB",
            "  PIDs Limit:   256",
            "",
            "Network:",
            "  host: ",
            "",
            "Labels:",
            *(f"  {name}={value}" for name, value in sorted(labels.items())),
            "",
            "Environment:",
            *(f"  {name}={_masked(name, value)}" for name, value in sorted(environment.items())),
        ]
    )


def summary(sandbox: Sandbox, *, lines: int, events_limit: int) -> str:
    """Return inspect, events and the last `lines` lines of the log as one text."""
    rule = "=" * 72
    parts = [f"{rule}\nSANDBOX DIAGNOSTICS SUMMARY\nSandbox ID: {sandbox.id}\n{rule}\n"]
    sections = {
        "INSPECT": inspect(sandbox),
        "EVENTS": events(sandbox, events_limit),
        f"LOGS (last {lines} lines)": logs(tail(sandbox.lines(), lines)),
    }
    thin = "-" * 40
    parts += [f"{thin}\n{title}\n{thin}\n{text}\n" for title, text in sections.items()]
    return "\n".join(parts)


def nano(at: datetime) -> str:
    """Write a moment as Docker does: UTC, trailing zeros of the fraction dropped."""
    whole, _, fraction = at.isoformat(timespec="microseconds").removesuffix("+00:00").partition(".")
    return f"{whole}.{fraction}".rstrip("0").rstrip(".") + "Z"


def _docker_status(sandbox: Sandbox) -> str:
    return "running" if sandbox.finished_at is None else "exited"


def _masked(name: str, value: str) -> str:
    return "***" if any(word in name.upper() for word in _MASKED) else value
