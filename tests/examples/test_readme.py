"""The examples' README, and what the examples may import."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


def test_every_example_has_one_line():
    rows = re.findall(r"^\| `([\w/.]+)` \|", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*(path.name for path in SCRIPTS), "attach/", "typescript/"])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_an_example_imports_mcp_and_the_standard_library_only(script: Path):
    tree = ast.parse(script.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = {*sys.stdlib_module_names, "mcp", "connection"}
    assert {name for name in imported if name.partition(".")[0] not in allowed} == set()
