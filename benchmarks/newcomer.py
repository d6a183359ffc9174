"""A newcomer's walk, timed: from a clone to a client that has called a tool.

    python -m benchmarks.newcomer [--from URL_OR_PATH]

Each step is what the README tells people to type, in an empty home and with empty caches; packages come from wherever `pip` and
`uv` are set up to take them. The last step starts the entry exactly as it was written, with the MCP SDK as the client.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).parent.parent
# Whatever would let the walk find something of ours, or of whoever runs it, already there.
FORGOTTEN = ("AGENTBOX_", "CLAUDE_", "CODEGEN_", "OPEN_SANDBOX_", "PYTHONPATH", "SANDSCOPE_", "VIRTUAL_ENV")


def main() -> None:
    """Walks, and prints the seconds of each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", default=str(ROOT), help="what to clone (default: this repository)")
    source = parser.parse_args().source
    with tempfile.TemporaryDirectory(prefix="newcomer-", ignore_cleanup_errors=True) as folder:
        walk(source, Path(folder))


def walk(source: str, folder: Path) -> None:
    """The steps, in order."""
    home, clone = folder / "home", folder / "sandscope"
    home.mkdir()
    venv.create(folder / "python", with_pip=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
    environ = {**kept, "HOME": str(home), "PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    environ |= {"UV_CACHE_DIR": str(folder / "cache"), "PIP_NO_CACHE_DIR": "1", "UV_NO_PROGRESS": "1"}
    install = ["uv", "run", "sandscope", "install", "claude-code", "--from-checkout", "--write"]
    steps: dict[str, Callable[[], object]] = {
        "git clone": lambda: said(["git", "clone", "--quiet", source, str(clone)], folder, environ),
        "pip install uv": lambda: said(["pip", "install", "--quiet", "uv"], clone, environ),
        " ".join(install): lambda: said(install, clone, environ),
        "the client starts the entry and calls whoami": lambda: anyio.run(
            attached, entry(home / ".claude.json"), environ
        ),
    }
    began = time.perf_counter()
    for name, step in steps.items():
        begins = time.perf_counter()
        step()
        print(f"{time.perf_counter() - begins:6.1f} s  {name}", flush=True)
    print(f"{time.perf_counter() - began:6.1f} s  in all")


def said(command: list[str], folder: Path, environ: Mapping[str, str]) -> str:
    """What a command says; whatever fails ends the walk."""
    return subprocess.run(command, cwd=folder, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout


def entry(settings: Path) -> dict[str, Any]:
    """The server as the client's settings have it."""
    return json.loads(settings.read_text(encoding="utf-8"))["mcpServers"]["sandscope"]


async def attached(entry: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Starts the server as the entry says, and asks it who it is.

    Raises:
        SystemExit: It answers with an error.
    """
    server = StdioServerParameters(command=entry["command"], args=entry["args"], env=dict(environ))
    async with Client(server) as client:
        answer = await client.call_tool("whoami", {})
    if answer.is_error or not answer.structured_content:
        sys.exit(f"whoami failed: {answer.content}")


if __name__ == "__main__":
    main()
