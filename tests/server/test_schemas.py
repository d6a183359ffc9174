from typing import Any

import pytest

from mcp_server.server.schemas import slim

NULL = {"type": "null"}


def described(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_generated_titles_go_wherever_they_stand() -> None:
    deep: dict[str, Any] = {"title": "List", "type": "array", "items": {"title": "Item", "anyOf": [{"title": "A"}]}}
    assert slim({"title": "Arguments", **described(a=deep), "$defs": {"B": {"title": "B", "enum": ["title"]}}}) == {
        **described(a={"type": "array", "items": {"anyOf": [{}]}}),
        "$defs": {"B": {"enum": ["title"]}},
    }


def test_an_argument_may_be_named_like_an_annotation() -> None:
    schema = described(title={"title": "Title", "type": "string"}, properties={"title": "P", "type": "object"})
    assert slim(schema) == described(title={"type": "string"}, properties={"type": "object"})


def test_more_annotations_can_be_left_out() -> None:
    schema = described(a={"type": "integer", "description": "x", "minimum": 1})
    assert slim(schema, drop=("title", "description")) == described(a={"type": "integer", "minimum": 1})


@pytest.mark.parametrize(
    ("full", "slimmed"),
    [
        ({"anyOf": [{"type": "string"}, NULL], "default": None}, {"type": "string"}),
        ({"anyOf": [{"type": "string", "minLength": 1}, NULL], "description": "d"}, {"type": "string", "minLength": 1, "description": "d"}),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]}, {"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]}),
        ({"type": "integer", "default": 0}, {"type": "integer", "default": 0}),
        ({"type": "boolean", "default": False}, {"type": "boolean", "default": False}),
    ],
)  # fmt: skip
def test_an_optional_value_is_shown_as_its_plain_type(full: dict[str, Any], slimmed: dict[str, Any]) -> None:
    assert slim(described(a=full)) == described(a=slimmed)


def test_a_schema_without_properties_stays() -> None:
    assert slim({"type": "object"}) == {"type": "object"}


def test_the_schema_given_is_left_as_it_was() -> None:
    schema = described(a={"title": "A", "anyOf": [{"type": "string"}, NULL], "default": None})
    slim(schema)
    assert schema == described(a={"title": "A", "anyOf": [{"type": "string"}, NULL], "default": None})
