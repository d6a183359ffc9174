"""The page on hosting says what the server does: its commands are taken, its file is read, its figures are the code's."""

import re
import shlex
from pathlib import Path

import pytest
from mcp.server.transport_security import DEFAULT_MAX_REQUEST_BODY_SIZE

from mcp_server.cli import parsers
from mcp_server.server.hosted.hosting import CALLER_LIMIT, LEAST_TOKEN
from mcp_server.server.hosted.profiles import read_profiles
from mcp_server.server.hosted.serving import MAX_CONNECTIONS
from mcp_server.server.hosted.signing_keys import ASKED_AGAIN_S, KEPT_S, REFRESHED_S
from mcp_server.server.hosted.tenants import LONGEST_CALL_S, MAX_PER_CALLER, MAX_SESSIONS
from mcp_server.server.seam import MAX_CALLS

PAGE = (Path(__file__).parents[2] / "docs" / "hosting.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", blocks("sh"))
def test_its_commands_are_taken(block: str) -> None:
    words = shlex.split(block)
    arguments = words[words.index("sandscope") + 1 :]
    assert parsers()[0].parse_args(arguments).transport == "http"


def test_its_profiles_can_be_used(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    path = tmp_path / "profiles.toml"
    path.write_text(block)
    path.chmod(0o600)
    assert [profile.name for profile in read_profiles(path, {})] == ["acme", "nightly-agent"]


@pytest.mark.parametrize(
    "figure",
    [
        f"at least {LEAST_TOKEN} characters",
        f"{CALLER_LIMIT.limit} in {CALLER_LIMIT.window_s:g} s",
        f"| {DEFAULT_MAX_REQUEST_BODY_SIZE >> 20} MiB |",
        f"| {MAX_SESSIONS} in all, {MAX_PER_CALLER} of one caller |",
        f"| {MAX_CONNECTIONS:,} |",
        f"| {MAX_CALLS} |",
        f"every {REFRESHED_S / 60:g} minutes",
        f"at most every {ASKED_AGAIN_S:g} seconds",
        {3600.0: "counts for an hour"}[KEPT_S],
        {60.0: "or a minute later"}[LONGEST_CALL_S],
    ],
)
def test_its_figures_are_those_of_the_code(figure: str) -> None:
    assert figure in re.sub(r"\s+", " ", PAGE)
