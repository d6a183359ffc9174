"""The comparison has figures of ours and of others in every row that claims any, and every command it names exists."""

import re

import pytest

from benchmarks.servers import END, NOT_MEASURED, PAGE, SERVERS, START, Figures, put, table
from tests.docs.pages import ROOT

FIGURES = Figures(version="1.2", tools=3, annotated=2, tokens=1234, cpu=0.5, memory=40.4, wall=0.75)


def rows() -> dict[str, list[str]]:
    """Cells by the server's name."""
    told = PAGE.read_text("utf-8").partition(START)[2].partition(END)[0]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"(?m)^\|.*$", told)[2:]]
    return {name: rest for name, *rest in cells}


def test_every_server_has_a_row_with_all_figures_or_the_reason_why_not() -> None:
    assert list(rows()) == [*(server.package for server in SERVERS), *NOT_MEASURED]
    for version, *figures in rows().values():
        if version.startswith("not measured: "):
            assert set(figures) == {""}
        else:
            assert all(re.fullmatch(r"[\d,.]+", figure) for figure in figures)
    assert not rows()["sandscope"][0].startswith("not measured")


def test_it_says_when_it_was_measured() -> None:
    assert re.search(r"(?m)^Measured on \d{4}-\d\d-\d\d, Python 3\.\d+, \d+ cores, ", PAGE.read_text("utf-8"))


def test_the_commands_it_names_are_there() -> None:
    named = set(re.findall(r"python -m benchmarks\.(\w+)", PAGE.read_text("utf-8")))
    assert [name for name in named if not (ROOT / "benchmarks" / f"{name}.py").is_file()] == []


def test_figures_fill_their_place_and_nothing_else() -> None:
    told = table({"ours": FIGURES, "other": "is not installed here"}, networked=True)
    assert "| ours | 1.2 | 3 | 2 | 1,234 | 0.50 | 40 | 0.75 |" in told
    assert "| other | not measured: is not installed here |" in told
    assert put(f"before\n{START}old\n{END}\nafter\n", told) == f"before\n{START}{told}{END}\nafter\n"
    with pytest.raises(SystemExit):
        put("no place", told)
