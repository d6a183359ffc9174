import re
from pathlib import Path

import pytest

from mcp_server.cli import parsers
from mcp_server.settings import VARIABLES

PAGE = (Path(__file__).parent.parent.parent / "docs" / "command-line.md").read_text("utf-8")
_, COMMANDS = parsers()


def section(command: str) -> str:
    """What the page says of a command."""
    return PAGE.partition(f"\n## {command}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_on_the_page(command: str) -> None:
    options = set(re.findall(r"(--[a-z][a-z-]+)", COMMANDS[command].format_usage()))
    assert {option for option in options - {"--log-level"} if option not in section(command)} == set()
    assert section(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_names_no_option_that_there_is_not(command: str) -> None:
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", section(command)))
    known = set(re.findall(r"(--[a-z][a-z-]+)", COMMANDS[command].format_help()))
    assert named - known == set()


def test_the_lines_of_the_page_are_understood() -> None:
    lines = re.findall(r"(?m)^(?:.*\| )?sandscope (\w+) ?(.*?)(?: \|\| .*)?$", PAGE)
    assert len(lines) > 8
    for command, rest in lines:
        COMMANDS[command].parse_args(rest.split())


def test_variables_on_the_page_are_read() -> None:
    assert set(re.findall(r"SANDSCOPE_\w+", PAGE)) <= {variable.name for variable in VARIABLES}
