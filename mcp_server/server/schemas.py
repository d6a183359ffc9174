"""Slims JSON schemas: `tools/list` is sent to the model on every request, by every user."""

from typing import Any, cast

Schema = dict[str, Any]


def slim(schema: Schema, drop: tuple[str, ...] = ("title",)) -> Schema:
    """The schema without generated titles, and optional values as their plain type instead of a union with null.

    A value may still be given as null; the schema only stops advertising it.

    Args:
        schema: A JSON schema.
        drop: Annotations to leave out, wherever they stand.
    """
    slimmed = cast("Schema", _without(schema, drop))
    for name, described in cast("dict[str, Schema]", slimmed.get("properties", {})).items():
        slimmed["properties"][name] = _flat(described)
    return slimmed


def _without(node: Any, drop: tuple[str, ...], *, names: bool = False) -> Any:
    """Drops annotations from schemas; under `properties` the keys are names, and one may well be `title`."""
    if isinstance(node, list):
        return [_without(item, drop) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast("Schema", node)
    return {
        key: _without(value, drop, names=key == "properties" and not names)
        for key, value in fields.items()
        if names or key not in drop
    }


def _flat(schema: Schema) -> Schema:
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    flat = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    if len(options) == 1:
        del flat["anyOf"]
        flat = {**options[0], **flat}
    return flat
