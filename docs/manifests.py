"""Keeps `server.json` and the bundle what the code says: `python docs/manifests.py --check` or `--write`.

`server.json` is for the MCP registry (its schema of 2025-12-11), `bundle/` for hosts that install `.mcpb` files (manifest 0.4).
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio

from mcp_server import __version__
from mcp_server.commands.clients.asked import ASKED
from mcp_server.platforms import PLATFORMS
from mcp_server.server.build import build
from mcp_server.settings import Settings, Variable

ROOT = Path(__file__).parent.parent
# Whoever publishes proves to own the namespace, and that the package on the index says `mcp-name: NAME` in its README.
NAME = "io.github.sandscope/sandscope"
DESCRIPTION = "Tells an agent why a cloud sandbox or coding-agent run failed; bounded, redacted, within limits."
SYSTEMS = ("darwin", "linux", "win32")
PYTHON = ">=3.11"


def main(arguments: Sequence[str] | None = None) -> str | None:
    """Compares or rewrites; says what is wrong, if anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="fail if a file is not what the code says")
    action.add_argument("--write", action="store_true", help="rewrite the files")
    parser.add_argument("--root", type=Path, default=ROOT)
    asked = parser.parse_args(arguments)
    stale: list[str] = []
    for name, text in files().items():
        path = asked.root / name
        if asked.write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    return f"{', '.join(stale)}: not what the code says; run `python docs/manifests.py --write`." if stale else None


def files() -> dict[str, str]:
    """Text by path."""
    return {
        "server.json": json.dumps(registry_entry(), indent=2) + "\n",
        "bundle/manifest.json": json.dumps(manifest(anyio.run(tools)), indent=2) + "\n",
        "bundle/pyproject.toml": project(),
    }


def registry_entry() -> dict[str, Any]:
    """The server as the MCP registry lists it."""
    variables = [variable for platform in PLATFORMS for variable in platform.variables]
    package = {
        "registryType": "pypi",
        "identifier": "sandscope",
        "version": __version__,
        "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
        "environmentVariables": [environment_variable(variable) for variable in variables],
    }
    return {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": NAME,
        "title": "sandscope",
        "description": DESCRIPTION,
        "version": __version__,
        "packages": [package],
    }


def environment_variable(variable: Variable) -> dict[str, Any]:
    """A variable as the registry has it: all are optional, for one platform is enough."""
    default = f"; default: {variable.default}" if variable.default else ""
    meaning = f"{variable.meaning}{default}".replace("`", "")
    return {"name": variable.name, "description": meaning, "isRequired": False, "isSecret": variable.secret}


async def tools() -> list[dict[str, str]]:
    """Name and purpose of every tool."""
    sandscope = build(Settings.from_env({}))
    listed = await sandscope.server.list_tools()
    await sandscope.aclose()
    return [{"name": tool.name, "description": re.split(r"(?<=\.) ", tool.description or "")[0]} for tool in listed]


def manifest(listed: list[dict[str, str]]) -> dict[str, Any]:
    """The bundle's manifest. Hosts leave `${user_config.x}` as it is where there is no value, so each has an empty default."""
    questions = {each.name.lower(): each for each in ASKED}
    return {
        "manifest_version": "0.4",
        "name": "sandscope",
        "display_name": "sandscope",
        "version": __version__,
        "description": DESCRIPTION,
        "author": {"name": "The sandscope authors"},
        "license": "MIT",
        "keywords": ["logs", "diagnostics", "sandbox", "codegen", "agentbox", "opensandbox"],
        "server": {
            "type": "uv",
            "entry_point": "server.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "server.py"],
                "env": {each.name: f"${{user_config.{key}}}" for key, each in questions.items()},
            },
        },
        "tools": listed,
        "compatibility": {"platforms": list(SYSTEMS), "runtimes": {"python": PYTHON}},
        "user_config": {
            key: {
                "type": "string",
                "title": each.name,
                "description": each.question,
                "sensitive": each.secret,
                "required": False,
                "default": "",
            }
            for key, each in questions.items()
        },
    }


def project() -> str:
    """What the host installs before it starts `server.py`."""
    return f"""[project]
name = "sandscope-bundle"
version = "{__version__}"
requires-python = "{PYTHON}"
dependencies = ["sandscope=={__version__}"]

[tool.uv]
package = false
"""


if __name__ == "__main__":
    sys.exit(main())
