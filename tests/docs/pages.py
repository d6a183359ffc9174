"""The pages people read, taken apart: their code blocks, what stands above each, and their headings.

A block is run, parsed or compared by `test_code_blocks.py`. Two comments on the line above its fence say otherwise:
`<!-- not run: WHY -->` where running it here is impossible, `<!-- checked by: tests/docs/test_NAME.py -->` where a test of its
own does more than run it.
"""

import re
import shlex
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mcp_server.platforms import PLATFORMS
from mcp_server.settings import VARIABLES

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
)
NAMES = {
    name
    for variable in (*VARIABLES, *(variable for platform in PLATFORMS for variable in platform.variables))
    for name in (variable.name, *variable.aliases)
}
_FENCE = re.compile(r"(?P<indent> *)```(?P<language>\w*)")
_MARK = re.compile(r" *<!-- (not run|checked by|file): (.+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        page: Where it stands.
        line: Of its opening fence, 1-based.
        language: The word after the fence.
        text: Without the fences and their indentation.
        marks: What the comments above it say: `not run`, `checked by`, `file`.
    """

    page: Path
    line: int
    language: str
    text: str
    marks: dict[str, str]

    @property
    def place(self) -> str:
        """For people who look for it."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        fence = _FENCE.fullmatch(lines[at])
        if fence is None:
            assert "```" not in lines[at], f"{page.name}:{at + 1}: a fence that is not read"
            at += 1
            continue
        end = lines.index(f"{fence['indent']}```", at + 1)
        inside = [line.removeprefix(fence["indent"]) for line in lines[at + 1 : end]]
        yield Block(page, at + 1, fence["language"], "\n".join(inside) + "\n", _marks(lines, at))
        at = end + 1


def _marks(lines: list[str], at: int) -> dict[str, str]:
    """Of the comments right above a line."""
    found: dict[str, str] = {}
    while at and (mark := _MARK.fullmatch(lines[at - 1])):
        found[mark[1]] = mark[2]
        at -= 1
    return found


ALL = [block for page in PAGES for block in blocks(page)]


def without_blocks(page: Path) -> str:
    """A page's prose."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The fragments a link to a page may have, by GitHub's rule for headings."""
    found: set[str] = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", without_blocks(page)):
        words = "".join(
            char for char in heading.lower() if char in " -_" or unicodedata.category(char)[0] in {"L", "N"}
        )
        slug = words.replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found


def our_commands(text: str) -> Iterator[list[str]]:
    """The arguments of every command line of ours in a script, `uvx` and `uv run` forms included."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        for at, word in enumerate(words):
            before = words[at - 1] if at else ""
            # An option's value (`--from sandscope`), or a folder, is no command.
            if word == "sandscope" and before not in {"--from", "--directory", "--with", "--server"}:
                rest = words[at + 1 :]
                ends = [index for index, one in enumerate(rest) if one in {"&&", "||", "|", ";", "&", ">", "2>&1", "<"}]
                yield rest[: min(ends, default=len(rest))]
