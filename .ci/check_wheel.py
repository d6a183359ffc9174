"""Checks a built wheel before anybody installs it: small, with all the server needs and nothing else."""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 5_000_000
NEEDED = (
    "mcp_server/apps/page.html",
    "mcp_server/__main__.py",
    "mcp_server/cli.py",
    "mcp_server/logs/o200k_merges.txt",
    "mcp_server/logs/trees.json",
    "mcp_server/py.typed",
)
RECORDINGS = ("mcp_server/demo/", ".xz")


def faults(wheel: Path) -> Iterator[str]:
    """What is wrong with the wheel, a sentence each."""
    if wheel.stat().st_size > MOST_BYTES:
        yield f"{wheel.stat().st_size} bytes; at most {MOST_BYTES}."
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    yield from (f"{name} is missing." for name in NEEDED if name not in names)
    folder, suffix = RECORDINGS
    if not any(name.startswith(folder) and name.endswith(suffix) for name in names):
        yield f"no recording ({suffix}) under {folder}."
    for name in names:
        top = name.partition("/")[0]
        if top != "mcp_server" and not top.endswith(".dist-info"):
            yield f"{name} does not belong to the package."


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1])))
    sys.exit("\n".join(found) if found else 0)
