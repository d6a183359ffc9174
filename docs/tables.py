"""Keeps the README's tables of tools and of settings what the code says: `python docs/tables.py --check` or `--write`."""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import anyio

from mcp_server.platforms import PLATFORMS
from mcp_server.server.build import build
from mcp_server.settings import VARIABLES, Settings, Variable

README = Path(__file__).parent.parent / "README.md"


def main(arguments: Sequence[str] | None = None) -> str | None:
    """Compares or rewrites; says what is wrong, if anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="fail if a table is not what the code says")
    action.add_argument("--write", action="store_true", help="rewrite the tables between their markers")
    parser.add_argument("--readme", type=Path, default=README)
    asked = parser.parse_args(arguments)
    old = asked.readme.read_text(encoding="utf-8")
    new = put(put(old, "tools", table(anyio.run(tool_rows))), "settings", table(setting_rows()))
    if asked.write:
        asked.readme.write_text(new, encoding="utf-8")
    elif new != old:
        return f"{asked.readme.name}: a table is not what the code says; run `python docs/tables.py --write`."
    return None


async def tool_rows() -> list[tuple[str, ...]]:
    """One row per registered tool, in the order of tools/list, under a heading."""
    sandscope = build(Settings.from_env({}))
    homes = {tool.function.__name__: platform.title for platform in sandscope.platforms for tool in platform.tools}
    rows: list[tuple[str, ...]] = [("tool", "platform", "what for", "effect")]
    for tool in await sandscope.server.list_tools():
        purpose = re.split(r"(?<=\.) ", tool.description or "")[0].removesuffix(".")
        hints = tool.annotations
        reads, changes = (hints.read_only_hint, hints.destructive_hint) if hints else (False, True)
        effect = "reads" if reads else "starts a run that may push code" if changes else "starts something"
        rows.append((f"`{tool.name}`", homes.get(tool.name, "all"), purpose, effect))
    await sandscope.aclose()
    return rows


def setting_rows() -> list[tuple[str, ...]]:
    """One row per environment variable, the platforms' first, under a heading."""
    rows: list[tuple[str, ...]] = [("variable", "meaning", "default")]
    rows += [row(variable) for platform in PLATFORMS for variable in platform.variables]
    return rows + [row(variable) for variable in VARIABLES]


def row(variable: Variable) -> tuple[str, ...]:
    """A variable with its other names."""
    names = ", ".join(f"`{name}`" for name in (variable.name, *variable.aliases))
    return names, variable.meaning, variable.default


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a Markdown table; the first is the heading."""
    heading, *body = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines = [heading, ["---"] * len(heading), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put(text: str, name: str, content: str) -> str:
    """The text with `content` between its markers of that name.

    Raises:
        SystemExit: The markers are missing, or there are several.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if text.count(start) != 1 or text.count(end) != 1:
        raise SystemExit(f"The README needs {start} and {end} exactly once.")
    before, _, rest = text.partition(start)
    return f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    sys.exit(main())
