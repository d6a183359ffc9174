"""An entry is added to a JSON file, and nothing else of the file changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.commands.clients.json_merge import merged_json, rendered
from mcp_server.errors import NotConfigured

OURS: dict[str, Any] = {
    "inputs": [{"id": "a"}, {"id": "b"}],
    "servers": {"sandscope": {"command": "uvx", "args": ["sandscope"], "env": {"A": "", "B": ""}}},
}
SERVERS = {"servers": OURS["servers"]}


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_a_file_that_is_empty_holds_the_entry_alone(text: str):
    assert json.loads(merged_json(text, OURS)) == OURS


def test_comments_order_and_layout_stay():
    old = """{
    // mine
    "z": [1,2,   3],   /* odd */
    "servers": {
        "other": { "command": "x" } // the last
    },
    "a": 1e2
}
"""
    new = """{
    // mine
    "z": [1,2,   3],   /* odd */
    "servers": {
        "other": { "command": "x" }, // the last
        "sandscope": {
            "command": "uvx",
            "args": ["sandscope"],
            "env": {
                "A": "",
                "B": ""
            }
        }
    },
    "a": 1e2
}
"""
    assert merged_json(old, SERVERS) == new
    assert merged_json(new, SERVERS) == new


def test_of_an_entry_that_is_there_what_the_user_wrote_stays():
    old = """{"servers": {
  "sandscope": {
    "command": "uvx", // found with which
    "args": ["sandscope", "--read-only"],
    "env": {"A": "k3y", "C": "c"},
    "timeout": 9,
  },
}}"""
    new = """{"servers": {
  "sandscope": {
    "command": "uvx", // found with which
    "args": ["sandscope"],
    "env": {"A": "k3y", "C": "c",
      "B": ""
    },
    "timeout": 9,
  },
}}"""
    assert merged_json(old, SERVERS) == new


def test_an_entry_for_a_server_elsewhere_is_replaced():
    old = '{"servers": {"sandscope": {"url": "http://127.0.0.1:8000/mcp", "headers": {"x": "y"}}, "b": 1}}'
    assert json.loads(merged_json(old, SERVERS)) == {"servers": {**OURS["servers"], "b": 1}}


def test_a_question_that_is_asked_already_keeps_its_words():
    old = '{"inputs": [{"id": "b", "description": "mine"}, 1, {}], "servers": {}}'
    inputs = json.loads(merged_json(old, OURS))["inputs"]
    assert inputs == [{"id": "b", "description": "mine"}, 1, {}, {"id": "a"}]


def test_the_last_of_two_members_with_one_name_counts_as_it_does_for_others():
    new = merged_json('{"servers": {"x": 1}, "servers": {"y": 2}}', SERVERS)
    assert json.loads(new) == {"servers": {"y": 2, **OURS["servers"]}}
    assert '"x": 1' in new


def test_trailing_commas_marks_and_line_ends_stay():
    old = '\ufeff{\r\n\t"a": 1, // one\r\n}\r\n'
    new = merged_json(old, SERVERS)
    assert new.startswith('\ufeff{\r\n\t"a": 1, // one\r\n\t"servers": {\r\n\t\t"sandscope": {')
    assert new.endswith("\r\n\t},\r\n}\r\n")
    assert new.count("\n") == new.count("\r\n") == new.count("\r")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "line 1, column 2"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": 1 "b": 2}', "line 1, column 9"),
        ('{\n  "a" 1}', "line 2, column 7"),
        ("{1: 2}", "line 1, column 3"),
        ('{"a": 01x}', "line 1, column 7"),
        ('{"a": [1 2]}', "line 1, column 10"),
        ("{,}", "line 1, column 2"),
        ("{} {}", "line 1, column 4"),
        ("[" * 1_000, "line 1, column 102"),
        ("servers: {}", "line 1, column 1"),
    ],
)
def test_what_is_no_json_is_told_by_its_place_alone(text: str, where: str):
    with pytest.raises(NotConfigured, match=f"no valid JSON from {where} on"):
        merged_json(text, OURS)


@pytest.mark.parametrize("text", ["[]", "1", '{"servers": []}', '{"servers": {"sandscope": 1}}', '{"inputs": {}}'])
def test_what_has_another_shape_is_refused(text: str):
    with pytest.raises(NotConfigured, match="something else stands"):
        merged_json(text, OURS)


WORDS = st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(WORDS.filter(lambda word: word not in OURS), VALUES, max_size=4),
    st.dictionaries(WORDS, VALUES, max_size=3),
    st.sampled_from([None, 0, 1, 4, "\t"]),
    st.booleans(),
)
def test_whatever_else_a_file_holds_stays(
    beside: dict[str, Any], servers: dict[str, Any], indent: int | str | None, plain: object
):
    whole = {**beside, "servers": servers}
    new = merged_json(json.dumps(whole, indent=indent, ensure_ascii=bool(plain)), OURS)
    assert json.loads(new) == {**whole, "servers": {**servers, **OURS["servers"]}, "inputs": OURS["inputs"]}
    assert merged_json(new, OURS) == new


@given(VALUES)
def test_what_is_written_reads_as_it_was(value: Any):
    assert json.loads(rendered(value)) == value
