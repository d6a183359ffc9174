import json
import re
from pathlib import Path

from benchmarks.cause_figures import BUDGETS, OURS, Figures, Found, Labelled, Share
from benchmarks.cause_page import held_out_table, redact_table, sections, tables, throughput_table

PAGE = Path(__file__).parent.parent.parent / "docs" / "causes.md"


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
    assert {name for name, _ in found} == set(tables())
    for name, content in found:
        for table in re.findall(r"(?m)(?:^\|.*\n)+", content):
            cells = [line.count("|") for line in table.splitlines()]
            assert len(set(cells)) == 1, name
            assert re.fullmatch(r"\| ---( \| ---:)+ \|", table.splitlines()[1]), name


def test_kept_figures_are_read_as_they_were() -> None:
    assert Figures.of(json.loads(json.dumps(figures().told()))) == figures()


def test_figures_fill_the_tables_of_each_part() -> None:
    told = {name: "\n".join(table.markdown() for table in tables_of) for name, tables_of in sections(figures())}
    assert "| sandscope | 50 (25-75) |" in told["labelled"]
    assert "| sandscope over the budget | 0 | 0 | 0 | 0 |" in told["labelled"]
    assert "| tail | 0.250, 50 % |" in told["logdx"]
    assert "| sandscope, 2,000 | 90 | 90 |" in told["families"]
    assert "| tail | 80 / 80 |" in told["runs"]


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
    (row,) = held_out_table({"logdx": {"logs": 2, "groups": 1, "any": [50.0], "rec": [25.0]}}).rows
    assert list(row) == ["LogDx-CI, 2 logs of 1 repositories", "50.0 / 25.0"]
