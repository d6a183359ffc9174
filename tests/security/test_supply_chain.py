"""What we are made of: declared with floors that keep known holes out, pinned where it is installed to build and judge."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import mcp_server

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?>=([0-9.]+)")
# The first releases without a hole that reaches us; whoever raises one says why.
FLOORS = {
    "starlette": (1, 3, 1),
    "python-multipart": (0, 0, 31),
    "pyjwt": (2, 13),
    "cryptography": (50,),
}
PINNED = sorted([ROOT / "constraints.txt", ROOT / ".ci/scanners.txt", *(ROOT / ".ci/judges").glob("*.txt")])


def floors() -> dict[str, tuple[int, ...]]:
    """The lowest allowed version of each declared dependency, extras' too."""
    declared = [
        *PROJECT["dependencies"],
        *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    ]
    matches = {requirement: REQUIREMENT.match(requirement) for requirement in declared}
    assert [requirement for requirement, match in matches.items() if match is None] == []
    return {_normal(match[1]): tuple(map(int, match[2].split("."))) for match in matches.values() if match}


def _normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_that_is_imported_is_declared_with_a_floor() -> None:
    imported: set[str] = set()
    for path in Path(mcp_server.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    # Parts of the SDK and of pydantic that come with them, at their very versions.
    foreign = imported - sys.stdlib_module_names - {"mcp_server", "mcp_types", "pydantic_core"}
    assert {"mcp", "pydantic"} <= foreign
    homes = packages_distributions()
    declared = floors().keys()
    assert [name for name in foreign if not {_normal(home) for home in homes.get(name, [name])} & declared] == []


@pytest.mark.parametrize(("package", "least"), FLOORS.items())
def test_a_release_with_a_known_hole_cannot_be_installed(package: str, least: tuple[int, ...]) -> None:
    assert floors()[package] >= least


def test_every_action_is_pinned_by_its_commit() -> None:
    workflows = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
    used = re.findall(r"uses:\s*(\S+)", workflows)
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_what_is_installed_to_build_and_judge_has_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    rows = [row for row in text.splitlines() if row.strip() and not row.startswith("#")]
    assert rows
    assert [row[:60] for row in rows if "==" not in row or "--hash=sha256:" not in row] == []


HOLE: Any = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}
ANSWERS: dict[str, tuple[Any, int, str]] = {
    "a hole": ({"dependencies": [{"name": "a", "version": "1", "vulns": [HOLE]}]}, 1, "a 1: PYSEC-1, mended in 2"),
    "no hole": ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0, "1 packages audited, 0 known holes"),
    "one unknown": (
        {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "x"}]},
        0,
        "NOT AUDITED: b",
    ),
    "all unknown": ({"dependencies": [{"name": "b", "skip_reason": "x"}]}, 0, "NOT RUN: no list of known holes"),
    "no network": (None, 0, "NOT RUN: no list of known holes"),
}


@pytest.mark.skipif(os.name == "nt", reason="a script with a #! stands for pip-audit")
@pytest.mark.parametrize("answer", ANSWERS)
def test_an_audit_fails_on_a_hole_and_says_aloud_what_it_could_not_ask(tmp_path: Path, answer: str) -> None:
    document, status, words = ANSWERS[answer]
    printed = "ConnectionError" if document is None else json.dumps(document)
    stand_in = tmp_path / "pip-audit"
    stand_in.write_text(f"#!/bin/sh\necho '{printed}'\nexit 1\n")
    stand_in.chmod(0o700)
    done = subprocess.run(
        [sys.executable, ROOT / ".ci/audit.py", stand_in, "constraints.txt"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, words in done.stdout) == (status, True), done.stdout + done.stderr
