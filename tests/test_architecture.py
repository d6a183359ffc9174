"""House rules that no linter knows, read from the syntax of every file. Each rule is also shown a file that breaks it."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("mcp_server", "tests", "examples", "benchmarks", "docs", ".ci")
CODE = {".py", ".js", ".cjs", ".mjs", ".ts", ".sh", ""}

LONGEST_FILE = 300
LONGEST_FUNCTION = 60

SEAM = "mcp_server/server/seam.py"
HTTP_LIBRARIES = {"aiohttp", "http.client", "httpcore2", "httpx", "httpx2", "requests", "urllib.request", "urllib3"}
# A file name says what is inside.
EMPTY_NAMES = {"common", "helpers", "manager", "misc", "utils"}
CODES = r"(?:\[[^\]]*\]|:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?"
EXCUSE = re.compile(rf"#\s*(?:type:\s*ignore|pyright:\s*\w+|noqa|pragma:\s*no\s+\w+){CODES}(?P<reason>.*)")


@dataclass(frozen=True)
class Source:
    """A file of ours: its path from the root, with forward slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Its syntax; empty if it is not Python."""
        return ast.parse(self.text if self.path.endswith(".py") else "")


Rule = Callable[[Source], Iterator[str]]


def file_is_short(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE:
        yield f"{source.path}: {lines} lines"


def functions_are_short(source: Source) -> Iterator[str]:
    for function in functions(source):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > LONGEST_FUNCTION:
            yield f"{source.path}:{function.lineno}: {function.name} has {lines} lines"


def only_the_seam_catches_everything(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and source.path != SEAM:
            caught = (
                {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else {"Exception"}
            )
            # Cleaning up on the way of whatever ends us catches nothing.
            passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if "Exception" in caught or ("BaseException" in caught and not passes_on):
                yield f"{source.path}:{node.lineno}: catches everything"


def excuses_give_a_reason(source: Source) -> Iterator[str]:
    python = source.text if source.path.endswith(".py") else ""
    for token in tokenize.generate_tokens(io.StringIO(python).readline):
        excuse = EXCUSE.search(token.string) if token.type == tokenize.COMMENT else None
        if excuse and not re.search(r"\w+\W+\w+", excuse["reason"]):
            yield f"{source.path}:{token.start[0]}: {token.string}"


def imports_inside_functions_are_for_start_up(source: Source) -> Iterator[str]:
    lines = source.text.splitlines()
    for function in functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and not says_start_up(lines, node.lineno - 1):
                yield f"{source.path}:{node.lineno}: import inside {function.name}"


def http_stays_in_its_folder(source: Source) -> Iterator[str]:
    if source.path.startswith("mcp_server/") and not source.path.startswith("mcp_server/http/"):
        yield from (f"{source.path}: imports {name}" for name in imports(source) if within(name, HTTP_LIBRARIES))


def stand_ins_do_not_read_our_reading(source: Source) -> Iterator[str]:
    if Path(source.path).name.startswith("stand_in") and source.path.startswith("mcp_server/"):
        yield from (
            f"{source.path}: imports {name}" for name in imports(source) if set(name.split(".")) & {"api", "models"}
        )


def names_say_what_is_inside(source: Source) -> Iterator[str]:
    if set(Path(source.path).stem.split("_")) & EMPTY_NAMES:
        yield source.path


RULES: dict[Rule, tuple[str, str]] = {
    file_is_short: ("tests/a.py", "x = 1\n" * 301),
    functions_are_short: ("tests/a.py", "def f():\n" + "    x = 1\n" * 60),
    only_the_seam_catches_everything: ("mcp_server/a.py", "try:\n    x = 1\nexcept (OSError, Exception):\n    raise\n"),
    excuses_give_a_reason: ("mcp_server/a.py", "x = 1  # noqa: S105, S106"),
    imports_inside_functions_are_for_start_up: ("mcp_server/a.py", "def f():\n    # for a while\n    import json\n"),
    http_stays_in_its_folder: ("mcp_server/logs/a.py", "from httpx2 import Client\n"),
    stand_ins_do_not_read_our_reading: (
        "mcp_server/platforms/a/stand_in_runs.py",
        "from mcp_server.platforms.a.models import Run\n",
    ),
    names_say_what_is_inside: ("mcp_server/log_utils.py", ""),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    breaches = [breach for source in sources() for breach in rule(source)]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(("rule", "broken"), RULES.items(), ids=lambda rule: getattr(rule, "__name__", ""))
def test_the_rule_sees_a_file_that_breaks_it(rule: Rule, broken: tuple[str, str]) -> None:
    assert len(list(rule(Source(*broken)))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (excuses_give_a_reason, "tests/a.py", "x = 1  # noqa: S105 - a password that guards nothing"),
        (excuses_give_a_reason, "tests/a.py", "x = 1  # noqa: S105  RFC 9110, 15.6"),
        (excuses_give_a_reason, "tests/a.py", "x = 1  # pyright: ignore[reportAny]  # the SDK leaves it open"),
        (
            imports_inside_functions_are_for_start_up,
            "mcp_server/a.py",
            "def f():\n    # Light start-up.\n    import json\n    import re\n",
        ),
        (only_the_seam_catches_everything, SEAM, "try:\n    x = 1\nexcept Exception:\n    raise\n"),
        (only_the_seam_catches_everything, "tests/a.py", "try:\n    x = 1\nexcept BaseException:\n    raise\n"),
        (http_stays_in_its_folder, "mcp_server/http/wire.py", "import httpx2\n"),
    ],
)
def test_the_rule_lets_a_good_file_pass(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def sources() -> Iterator[Source]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in CODE and "__pycache__" not in path.parts:
                text = path.read_text(encoding="utf-8")
                yield Source(path.relative_to(ROOT).as_posix(), text)


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imports(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def says_start_up(lines: list[str], at: int) -> bool:
    """Whether the import on line `at`, or the run of imports and comments above it, names its reason."""
    while at >= 0 and re.match(r"\s*(#|import |from )", lines[at]):
        if re.search(r"#.*start-?up", lines[at], re.IGNORECASE):
            return True
        at -= 1
    return False
