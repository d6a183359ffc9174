import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cause_figures import BUDGETS, OURS, Figures, Found, Labelled, Share
from benchmarks.cause_page import PAGE, SECTIONS, put, redact_table, sections, throughput_table

ROOT = Path(__file__).parent.parent.parent


def figures() -> Figures:
    half, rivals = Share(0.5, 0.25, 0.75), (OURS, "tail")
    return Figures(
        {"set": "A set.", "logdx": "Cases.", "families": "Families.", "runs": "Runs."},
        [
            *(Labelled("set", OURS, budget, half, half, tokens=400.0, over=0) for budget in BUDGETS),
            *(Labelled("set", "tail", budget, half, half) for budget in BUDGETS),
        ],
        [
            *(Found("logdx", who, budget, 0.5, rec=0.25) for who in rivals for budget in BUDGETS),
            *(Found("families", who, 2000, 0.9, at) for who in rivals for at in ("5%", "95%")),
            *(
                Found("runs", who, budget, 0.8, kind)
                for who in rivals
                for budget in BUDGETS
                for kind in ("all", "long")
            ),
        ],
    )


def test_the_page_has_a_place_for_every_table_and_whole_tables_in_them() -> None:
    page = PAGE.read_text("utf-8")
    found = re.findall(r"(?s)<!-- (\w+) -->\n(.*?)<!-- /\1 -->", page)
    assert tuple(name for name, _ in found) == SECTIONS
    for name, content in found:
        for table in re.findall(r"(?m)(?:^\|.*\n)+", content):
            cells = [line.count("|") for line in table.splitlines()]
            assert len(set(cells)) == 1, name
            assert re.fullmatch(r"\| ---( \| ---:)+ \|", table.splitlines()[1]), name


def test_the_commands_on_the_page_are_there() -> None:
    named = set(re.findall(r"python -m benchmarks\.(\w+)", PAGE.read_text("utf-8")))
    # The last one trains, and is no part of measuring.
    assert {name for name in named if not (ROOT / "benchmarks" / f"{name}.py").is_file()} <= {"train_digest"}


def test_kept_figures_are_read_as_they_were(tmp_path: Path) -> None:
    figures().write(tmp_path / "figures.json")
    assert Figures.read(tmp_path / "figures.json") == figures()


def test_figures_fill_their_places_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "causes.md"
    page.write_text(
        "# Title\n" + "".join(f"<!-- {name} -->\nold {name}\n<!-- /{name} -->\ntext\n" for name in SECTIONS)
    )
    figures().write(tmp_path / "figures.json")
    command = [sys.executable, "-m", "benchmarks.cause_page", tmp_path / "figures.json", "--write", page]
    subprocess.run(command, check=True, cwd=ROOT)
    written = page.read_text("utf-8")
    assert "| sandscope | 50 (25-75) |" in written
    assert "| sandscope over the budget | 0 | 0 | 0 | 0 |" in written
    assert "| tail | 0.250, 50 % |" in written
    assert "| sandscope, 2,000 | 90 | 90 |" in written
    assert "| tail | 80 / 80 |" in written
    assert [name for name in SECTIONS if f"old {name}" in written] == ["throughput", "redact"]

    subprocess.run(command, check=True, cwd=ROOT)
    assert page.read_text("utf-8") == written


def test_a_page_without_a_place_says_which() -> None:
    ((name, tables), *_) = sections(figures())
    with pytest.raises(SystemExit, match="<!-- labelled -->"):
        put("# Title\n", name, tables)


def test_speed_and_redaction_have_tables_too() -> None:
    fast = throughput_table({"build": {"all": 20.0, "stall_ms": 8.0}, "other": {"all": 9.96}})
    assert fast.markdown().splitlines()[2:] == [
        "| log | all | longest stall, ms |",
        "| --- | ---: | ---: |",
        "| build | 20.0 | 8 |",
        "| other | 10.0 |  |",
    ]
    gone = redact_table(json.loads('{"keys": {"tried": 4, "gone": 3}, "logs": {"megabytes": 2.0, "hits": 1}}'))
    assert [list(row) for row in gone.rows] == [["keys", "4", "75.0 %"], ["logs", "2.0 MB", "0.50 replaced per MB"]]
