"""Setup commands worked out from what a repository contains and for what they are asked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_server.platforms.codegen.stand_in_data import Repository

_ENVIRONMENTS: Final = {
    "production": r"\bprod(uction)?\b",
    "staging": r"\bstaging\b",
    "test": r"\b(ci|testing|test)\b",
    "development": "",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """Some commands, why they are there, and the file that says so."""

    source: str
    why: str
    commands: tuple[str, ...]


def environment_of(prompt: str | None) -> str:
    """Return the environment a prompt names: production, staging, test, otherwise development."""
    text = (prompt or "").lower()
    return next(name for name, pattern in _ENVIRONMENTS.items() if re.search(pattern, text))


def setup_script(repository: Repository, prompt: str | None) -> str:
    """Return a bash script that can be run as it is from the root of a fresh clone."""
    environment = environment_of(prompt)
    parts = parts_of(repository, environment)
    sources = ", ".join(dict.fromkeys(part.source for part in parts)) or "no manifest at all"
    head = [
        "#!/usr/bin/env bash",
        f"# Setup of {repository.name} for {environment}, from: {sources}.",
        "# Run it from the root of a fresh clone; it can be run again.",
        "set -euo pipefail",
    ]
    blocks = [[f"# {part.why} ({part.source})", *part.commands] for part in parts]
    return "\n".join("\n".join(block) + "\n" for block in [head, *blocks])


def parts_of(repository: Repository, environment: str) -> list[_Part]:
    """Return the parts of the script in the order in which they must run."""
    files = repository.files
    live = environment in ("production", "staging")
    found = [_apt(files), _python(files, live=live), _node(files, live=live), _make(files), _dotenv(files, live=live)]
    found += [_services(files, live=live), _migrations(files), _tests(files, live=live)]
    return [part for part in found if part is not None]


def _apt(files: Mapping[str, str]) -> _Part | None:
    if "apt-packages.txt" not in files:
        return None
    packages = " ".join(files["apt-packages.txt"].split())
    commands = (
        'if [ "$(uname -s)" = Linux ]; then',
        f"  sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}",
        "else",
        "  xcode-select -p >/dev/null || xcode-select --install",
        "fi",
    )
    return _Part("apt-packages.txt", "System packages", commands)


def _python(files: Mapping[str, str], *, live: bool) -> _Part | None:
    name = "requirements.txt" if live else "requirements-dev.txt"
    if name not in files:
        return None
    version = files.get(".python-version", "3").strip()
    commands = (
        f"python{version} -m venv .venv",
        ". .venv/bin/activate",
        "python -m pip install --upgrade pip",
        f"python -m pip install -r {name}",
        "python -m pip check",
    )
    return _Part(name, f"Python {version} and its packages", commands)


def _node(files: Mapping[str, str], *, live: bool) -> _Part | None:
    if "package.json" not in files:
        return None
    install = "npm ci" if "package-lock.json" in files else "npm install"
    commands = [f'node --version | grep -q "^v{files[".nvmrc"].strip()}\\."'] if ".nvmrc" in files else []
    commands.append(install)
    if live and "build" in json.loads(files["package.json"]).get("scripts", {}):
        commands += ["NODE_ENV=production npm run build"]
    return _Part("package.json", "Node packages", tuple(commands))


def _make(files: Mapping[str, str]) -> _Part | None:
    if not re.search(r"^all:", files.get("Makefile", ""), re.MULTILINE):
        return None
    return _Part("Makefile", "Build", ('make -j"$(getconf _NPROCESSORS_ONLN)" all',))


def _dotenv(files: Mapping[str, str], *, live: bool) -> _Part | None:
    if ".env.example" not in files:
        return None
    names = re.findall(r"^(\w+)=$", files[".env.example"], re.MULTILINE)
    if live:
        checks = tuple(f': "${{{name}:?set {name} before the setup}}"' for name in names)
        return _Part(".env.example", "Settings that must come from the environment", checks)
    return _Part(".env.example", "Local settings", ("[ -f .env ] || cp .env.example .env",))


def _services(files: Mapping[str, str], *, live: bool) -> _Part | None:
    if live or "docker-compose.yml" not in files:
        return None
    names = " ".join(re.findall(r"^  (\w+):$", files["docker-compose.yml"], re.MULTILINE))
    return _Part("docker-compose.yml", "Services the application needs", (f"docker compose up -d --wait {names}",))


def _migrations(files: Mapping[str, str]) -> _Part | None:
    if "alembic.ini" not in files:
        return None
    return _Part("alembic.ini", "Database schema", ("python -m alembic upgrade head",))


def _tests(files: Mapping[str, str], *, live: bool) -> _Part | None:
    """Prove the setup by running the tests, but never on a machine that serves people."""
    if live:
        return None
    target = re.search(r"^(test|check):", files.get("Makefile", ""), re.MULTILINE)
    if target is not None:
        return _Part("Makefile", "Proof that it works", (f"make {target[1]}",))
    if "test" in json.loads(files.get("package.json", "{}")).get("scripts", {}):
        return _Part("package.json", "Proof that it works", ("npm test",))
    return None
