"""The threat model: every threat names what shows the defence, and what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ATTACKERS = {
    "log text",
    "a platform's server",
    "another user of the machine",
    "another tenant",
    "a web page in the browser",
    "the network",
    "a dependency",
}


def threats() -> list[list[str]]:
    """Cells of each row: who, threat, what we do, shown by."""
    table = PAGE.partition("| who |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table.splitlines()[2:]]


@pytest.mark.parametrize("row", threats(), ids=lambda row: f"{row[0]}: {row[1]}")
def test_a_threat_is_answered_and_names_tests_that_exist(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)
    tests = re.findall(r"`([^`]+)`", row[3])
    assert tests
    assert [path for path in tests if not (ROOT / path).is_file() or not Path(path).name.startswith("test_")] == []


def test_nobody_who_may_attack_is_forgotten() -> None:
    assert {row[0] for row in threats()} >= ATTACKERS


@pytest.mark.parametrize("heading", ["Report a hole", "Supported versions", "What is guarded", "Out of scope"])
def test_the_page_says_what_who_comes_to_it_looks_for(heading: str) -> None:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    assert len(section.split()) > 10


def test_the_readme_leads_to_it() -> None:
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
