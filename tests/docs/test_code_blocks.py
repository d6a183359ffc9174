"""What a page shows is so: scripts run, data parses, entries of clients name what exists, and what cannot be run says why."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from mcp_server.cli import (
    _with_command,  # pyright: ignore[reportPrivateUsage]  what the command line takes is said nowhere else
    parsers,
)
from tests.docs.pages import ALL, NAMES, PAGES, ROOT, Block, anchors, our_commands, without_blocks
from tests.security.namespaces import way

SCRIPTS = {"sh": ".sh", "python": ".py"}
DATA = {"json", "toml", "yaml"}
# Steps of a walk through files, which a test of its own follows.
WALK = ROOT / "docs" / "adding-a-platform.md"
# Shown, not used: a test of its own must compare it, or a reason be given.
SHOWN = {"text", "console"}
RUN = [block for block in ALL if block.language in SCRIPTS and not block.marks]


def place(block: Block) -> str:
    """Where a block stands, as the name of its test."""
    return block.place


@pytest.mark.parametrize("block", ALL, ids=place)
def test_a_block_is_run_or_parsed_or_says_why_not(block: Block) -> None:
    if "file" in block.marks:
        assert block.page == WALK, f"{block.place}: nothing writes this file"
        return
    assert block.language in {*SCRIPTS, *DATA, *SHOWN}, f"{block.place}: say what it is after the fence"
    if block.language in SHOWN:
        assert {"not run", "checked by"} & set(block.marks), f"{block.place}: nothing checks it"
    if "checked by" in block.marks:
        checker = ROOT / block.marks["checked by"]
        assert checker.name.startswith("test_")
        assert block.page.stem in checker.read_text(encoding="utf-8"), f"{checker.name} does not read {block.page.name}"
    if "not run" in block.marks:
        assert len(block.marks["not run"].split()) > 2, f"{block.place}: give a reason"


def test_what_is_not_run_is_counted_and_listed(record_property: Callable[[str, object], None]) -> None:
    left = [f"{block.place}: {block.marks['not run']}" for block in ALL if "not run" in block.marks]
    record_property("not run", left)
    print(f"{len(left)} of {len(ALL)} blocks are not run:", *left, sep="\n  ")  # noqa: T201  for `pytest -s`
    assert len(left) < len(ALL) / 2


@pytest.mark.parametrize("block", [block for block in ALL if block.language in {"sh", "console"}], ids=place)
def test_command_lines_of_ours_are_taken(block: Block) -> None:
    for arguments in our_commands(block.text.replace("$ ", "")):
        if not {"--help", "-h", "--version"} & set(arguments):
            assert parsers()[0].parse_args(_with_command(arguments)).command


@pytest.mark.parametrize("block", [block for block in ALL if block.language in DATA], ids=place)
def test_data_parses_and_entries_of_clients_name_what_exists(block: Block) -> None:
    document = _parsed(block)
    for name in _variables(document):
        assert name in NAMES or name.startswith("OTEL_"), f"{block.place}: there is no variable {name}"
    for arguments in _arguments(document):
        for given in our_commands(" ".join(arguments)):
            assert parsers()[0].parse_args(_with_command(given)).command == "serve"


def test_variables_that_pages_name_exist() -> None:
    unknown: list[str] = []
    for page in PAGES:
        named = set(re.findall(r"`((?:CODEGEN|AGENTBOX|OPEN_SANDBOX|SANDSCOPE)_[A-Z_]+)", without_blocks(page)))
        unknown += [f"{page.name}: {name}" for name in named - NAMES if name not in OF_TESTS]
    assert unknown == []


# Read by the tests and benchmarks, not by the server; and a name that is wrong on purpose.
OF_TESTS = {"CODEGEN_TOKEN", "SANDSCOPE_NODE", "SANDSCOPE_NPM_PREFIX"}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Status and output of every block that is run, by its place."""
    folder = tmp_path_factory.mktemp("blocks")
    names = {f"block{number:03}": block for number, block in enumerate(RUN)}
    for name, block in names.items():
        (folder / f"{name}{SCRIPTS[block.language]}").write_text(block.text, encoding="utf-8")
    prefix, why = way()
    command = [*prefix, sys.executable, "-m", "tests.docs.run_blocks", str(folder), *([] if why else ["--alone"])]
    subprocess.run(command, cwd=ROOT, env=dict(os.environ), check=True, timeout=900)
    return {block.place: (folder / f"{name}.said").read_text(encoding="utf-8") for name, block in names.items()}


@pytest.mark.slow
@pytest.mark.parametrize("block", RUN, ids=place)
def test_a_script_runs_as_it_stands(block: Block, said: dict[str, str]) -> None:
    status, _, output = said[block.place].partition("\n")
    assert status == "0", f"{block.place}\n{output}"
    assert "defect in" not in output


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.name if page.parent == ROOT else str(page.relative_to(ROOT))
)
def test_links_lead_somewhere(page: Path) -> None:
    broken: list[str] = []
    for target in _links(page):
        path, _, fragment = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (fragment and fragment not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        ahead += [(page.parent / target.partition("#")[0]).resolve() for target in _links(page)]
    assert [page.name for page in PAGES if page not in reached] == []


def _links(page: Path) -> list[str]:
    """Targets inside the repository, of links and pictures alike."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_blocks(page))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def _parsed(block: Block) -> Any:
    if block.language == "json":
        return json.loads(block.text)
    if block.language == "toml":
        return tomllib.loads(block.text)
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed, which nothing else needs")
    return yaml.safe_load(block.text)


def _entries(document: Any) -> Iterator[dict[str, Any]]:
    """Every object at whatever depth."""
    if isinstance(document, dict):
        entry = cast("dict[str, Any]", document)
        yield entry
        for value in entry.values():
            yield from _entries(value)
    elif isinstance(document, list):
        for value in cast("list[Any]", document):
            yield from _entries(value)


def _variables(document: Any) -> Iterator[str]:
    for entry in _entries(document):
        for name in ("env", "keys", "env_vars"):
            yield from entry.get(name, ())


def _arguments(document: Any) -> Iterator[list[str]]:
    for entry in _entries(document):
        if isinstance(entry.get("command"), str):
            yield [entry["command"], *entry.get("args", ())]
