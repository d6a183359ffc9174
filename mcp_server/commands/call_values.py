"""What `sandscope call` is given as `key=value`, as the values a tool's schema asks for."""

import difflib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mcp_server.errors import InvalidArgument

Schema = Mapping[str, Any]

_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_WIDTH = 24


def values_of(given: Iterable[str], schema: Schema) -> dict[str, Any]:
    """The arguments of a call.

    Args:
        given: `key=value` each; `@file` stands for the text of a file, `@-` for what stdin holds, `@@` for one `@`.
        schema: The tool's input schema: it tells numbers, booleans, lists and objects from text.

    Raises:
        InvalidArgument: Naming the argument that is no pair, unknown, given twice, missing or of another type.
    """
    fields: Mapping[str, Schema] = schema.get("properties", {})
    required: Sequence[str] = schema.get("required", ())
    values: dict[str, Any] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals:
            known = (required or list(fields) or ["key"])[0]
            raise InvalidArgument(f"arguments are given as key=value: {known}={pair}?")
        if name not in fields:
            raise InvalidArgument(f"there is no argument {name!r}{closest(name, fields) or '.'}")
        if name in values:
            raise InvalidArgument(f"{name} is given twice.")
        values[name] = _value(name, _text(name, text), fields[name])
    missing = [name for name in required if name not in values]
    if missing:
        about = fields[missing[0]].get("description", "")
        raise InvalidArgument(f"{missing[0]} is missing: {about}.")
    return values


def described(schema: Schema) -> list[str]:
    """A line for each argument: its name, type, whether it is needed, and what it means."""
    required = schema.get("required", ())
    return [
        f"  {f'{name}={_kind(field)}':<{_WIDTH}} {field.get('description', '')}{_default(field)}"
        f"{' (required)' if name in required else ''}"
        for name, field in schema.get("properties", {}).items()
    ]


def closest(name: str, known: Iterable[str]) -> str:
    """What was meant, as the end of a sentence; empty if nothing is like it."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _text(name: str, text: str) -> str:
    if text.startswith("@@") or not text.startswith("@"):
        return text.removeprefix("@")
    try:
        content = sys.stdin.read() if text == "@-" else Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise InvalidArgument(
            f"{name}: cannot read {text[1:]}: {why}. For a text that begins with @ write @@."
        ) from exc
    # The newline an editor or `echo` adds.
    return content.removesuffix("\n")


def _value(name: str, text: str, field: Schema) -> Any:
    kind = field.get("type", "string")
    if kind == "array":
        items = field.get("items", {})
        return (
            _read_json(name, text, list)
            if text.startswith("[")
            else [_value(name, part.strip(), items) for part in text.split(",")]
        )
    if kind == "object":
        return _read_json(name, text, dict)
    read: Callable[[str], Any] = {"integer": int, "number": float, "boolean": _boolean}.get(kind, str)
    try:
        return read(text)
    except (KeyError, ValueError) as exc:
        raise InvalidArgument(f"{name} must be {_AS_TOLD[kind]}.") from exc


_AS_TOLD = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def _boolean(text: str) -> bool:
    return _BOOLEANS[text.lower()]


def _read_json(name: str, text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        shape = "a list, as a,b or as JSON" if kind is list else 'an object as JSON, such as \'{"key": "value"}\''
        raise InvalidArgument(f"{name} must be {shape}.")
    return value


def _kind(field: Schema) -> str:
    if "enum" in field:
        return "|".join(field["enum"])
    return {"integer": "N", "number": "N", "boolean": "true|false", "array": "A,B", "object": "JSON"}.get(
        field.get("type", ""), "TEXT"
    )


def _default(field: Schema) -> str:
    return f" (default: {json.dumps(field['default'])})" if "default" in field else ""
