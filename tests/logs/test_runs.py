import json

import pytest

from mcp_server.logs.redact import Redactor
from mcp_server.logs.runs import RunEntry, capture_run, text_of

REDACTOR = Redactor([], key=b"k")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("as it is\n", "as it is\n"),
        ({"exit_code": 1, "ok": False, "none": None}, "exit_code: 1\nok: false\nnone: null"),
        ({"stderr": "Traceback\n  File x\n", "cmd": "ls"}, "stderr:\nTraceback\n  File x\ncmd: ls"),
        ({"files": ["a.py", "b.py"], "empty": [], "no": {}}, "files:\n  - a.py\n  - b.py\nempty: []\nno: {}"),
        ({"a": {"b": {"c": 1.5}}}, "a:\n  b:\n    c: 1.5"),
        ([1, [2]], "- 1\n-\n  - 2"),
        ({"long": "x" * 300}, "long:\n" + "x" * 300),
        ({"nan": float("nan")}, "nan: NaN"),
        (7, "7"),
        ("", ""),
        ({}, ""),
    ],
)
def test_json_becomes_text_to_read(value: object, text: str):
    assert text_of(value) == text


def test_endless_nesting_is_cut():
    value: object = "deep"
    for _ in range(5000):
        value = [value]
    assert text_of(value).endswith("…")
    assert text_of(json.loads('{"a":' * 40 + "1" + "}" * 40)).count("a:") == 12


def test_each_entry_is_opened_and_labelled_and_knows_its_lines():
    run = capture_run(
        [
            RunEntry(1, "USER_MESSAGE", time="2026-11-21T10:00:00Z", thought="do it\nsoon\n"),
            RunEntry(
                2,
                "ACTION",
                "shell",
                thought="try",
                tool_input="cmd: make",
                tool_output="exit_code: 2",
                observation="it failed",
            ),
            RunEntry(3),
        ],
        REDACTOR,
    )
    assert run.log.lines == (
        "#1 USER_MESSAGE",
        "thought: do it",
        "soon",
        "#2 ACTION shell",
        "thought: try",
        "input: cmd: make",
        "output: exit_code: 2",
        "observation: it failed",
        "#3",
    )
    assert [(entry.first, entry.answer, entry.last) for entry in run.entries] == [(1, 4, 3), (4, 7, 8), (9, 10, 9)]
    assert run.log.sources[4] == "#2 shell"
    assert run.log.times[0] == "2026-11-21T10:00:00Z"
    assert run.entries[1].call
    assert not run.entries[0].call


def test_names_from_upstream_are_cleaned_and_secrets_replaced():
    run = capture_run(
        [RunEntry(1, "ERR\x1b[31mOR\n", "to\u202eol " + "x" * 200, "t" * 99, tool_output="password=hunter22\ra\r\nb")],
        REDACTOR,
    )
    entry = run.entries[0]
    assert entry.type == "ERROR"
    assert entry.tool.startswith("tool xxx")
    assert len(entry.tool) == len(entry.time) == 60
    assert run.log.lines[1:] == ("a", "b")
    assert "hunter22" not in "".join(run.log.lines)


def test_a_secret_in_place_of_a_name_or_a_time_is_shown_nowhere():
    token = "ghp_Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"
    run = capture_run([RunEntry(n, token, token, token, tool_output="done") for n in (1, 2)], REDACTOR)
    shown = [*run.log.lines, *run.log.sources, *run.log.times]
    shown += [text for entry in run.entries for text in (entry.type, entry.tool, entry.time)]
    assert [text for text in shown if token in text] == []
    assert run.log.sources[-1].startswith("#2 [redacted:github:")


def test_equal_calls_are_known_by_tool_and_input():
    run = capture_run([RunEntry(n, tool="t", tool_input=text) for n, text in enumerate(("a", "a", "b"), 1)], REDACTOR)
    first, second, third = (entry.call for entry in run.entries)
    assert first == second != third
