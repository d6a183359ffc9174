"""The page of each platform names its variables, limits and tools, all of them and no others."""

import re
from pathlib import Path

import pytest

from mcp_server.platforms import PLATFORMS
from mcp_server.platforms.base import Platform
from mcp_server.server.build import build
from mcp_server.settings import Settings

pytestmark = pytest.mark.anyio

FOLDER = Path(__file__).parents[2] / "docs" / "platforms"
each = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
WHAT_READERS_WANT = ("Set up", "What it gives", "must be allowed", "Limits", "ialects", "does not tell")


def page(platform: Platform) -> str:
    return (FOLDER / f"{platform.name}.md").read_text(encoding="utf-8")


def section(platform: Platform, title: str) -> str:
    return page(platform).partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_platform_has_a_page_and_none_is_left_over() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(platform.name for platform in PLATFORMS)


@each
def test_its_page_says_what_readers_come_for(platform: Platform) -> None:
    headings = re.findall(r"(?m)^## (.+)$", page(platform))
    assert [wanted for wanted in WHAT_READERS_WANT if not any(wanted in heading for heading in headings)] == []


@each
def test_its_variables_are_those_of_the_code(platform: Platform) -> None:
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", section(platform, "Set up")))
    assert named == {name for one in platform.variables for name in (one.name, *one.aliases)}


@each
def test_its_limits_are_those_of_the_code(platform: Platform) -> None:
    rows = re.findall(r"(?m)^\| `([a-z.]+)` \| (.+?) \|", section(platform, "Limits"))
    said = {
        group.name: f"{group.limit} in {group.window_s:g} s" if group.limit else "none" for group in platform.groups
    }
    assert dict(rows) == said


@each
async def test_its_tools_are_those_of_the_code(platform: Platform) -> None:
    sandscope = build(Settings.from_env({}))
    (connected,) = [one for one in sandscope.platforms if one.name == platform.name]
    cells = re.findall(r"(?m)^\| (`.+?`) \|", section(platform, "What it gives"))
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    across = {"list_sandboxes"} if connected.sandboxes else set[str]()
    assert named == {tool.function.__name__ for tool in connected.tools} | across
    await sandscope.aclose()
