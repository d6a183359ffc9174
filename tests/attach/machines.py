"""Machines of every kind, in a folder of this one."""

from collections.abc import Mapping
from pathlib import Path

from mcp_server.commands.clients.machine import Machine

CLONE = Path("/path/to/sandscope")


def machine(
    home: Path = Path("/home/me"),
    platform: str = "linux",
    environ: Mapping[str, str] | None = None,
    programs: Mapping[str, str] | None = None,
    checkout: Path | None = CLONE,
) -> Machine:
    return Machine(platform, home, environ or {}, home / "project", (programs or {}).get, checkout)
