"""Every sentence of the package that somebody reads, taken from its source: where it stands, and what becomes of its values."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mcp_server import errors
from mcp_server.errors import SandscopeError

PACKAGE = Path(errors.__file__).parent
# What is no text of ours for anybody: stories and stand-ins speak as platforms do, the rest holds patterns, SQL and Lua.
_OTHERS = re.compile(
    r"demo/|stand_in|state/(?:sqlite_|database|redis_link)|warm_up"
    r"|logs/(?:assignments|issuer_keys|judge|other_lines|places|redaction|signals|tokens|features|pem|pool|run_failures"
    r"|token_formats|own_keys|sanitise|captured)"
)
_WORDS = re.compile(r"[A-Za-z']{2,}")
_LEAST_WORDS = 4
VALUE = "{}"
"""Stands for what is put into a text."""


@dataclass(frozen=True)
class Text:
    """A text as it is written.

    Attributes:
        place: File and line.
        said: The text, with `VALUE` for each value.
        raised: The error it is raised as, if it is.
    """

    place: str
    said: str
    raised: type[SandscopeError] | None = None


def texts() -> list[Text]:
    """Every text of the package; docstrings only where they are shown (those of tools come from the server)."""
    return [text for path in sorted(PACKAGE.rglob("*.py")) for text in _of_file(path)]


def _of_file(path: Path) -> Iterator[Text]:
    name = path.relative_to(PACKAGE).as_posix()
    if _OTHERS.search(name):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = _inside(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (kind := _error(node)) and node.args and (said := _said(node.args[0])):
            yield Text(f"{name}:{node.lineno}", said, kind)
            passed |= set(ast.walk(node.args[0]))
    for node in ast.walk(tree):
        if node not in passed and isinstance(node, ast.expr) and (said := _said(node)):
            passed |= set(ast.walk(node))
            if len(_WORDS.findall(said)) >= _LEAST_WORDS:
                yield Text(f"{name}:{node.lineno}", said)


def _inside(tree: ast.AST) -> set[ast.AST]:
    """Docstrings and other texts that stand alone, and annotations."""
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return {node for node in alone if isinstance(node, ast.Constant)}


def _error(node: ast.Call) -> type[SandscopeError] | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, SandscopeError) else None


def _said(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_said(part) or VALUE for part in node.values)
    return ""
