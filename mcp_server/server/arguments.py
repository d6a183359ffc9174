"""Arguments are checked strictly, in our own words: the rejected value is never repeated."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from mcp_server.errors import InvalidArgument

_NAME_CHARS = 40


def check_names(tool: str, arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuses argument names the tool does not have, which the SDK would drop in silence, and booleans as numbers.

    Raises:
        InvalidArgument: Naming the argument and those allowed.
    """
    allowed: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    unknown = sorted(set(arguments) - set(allowed))
    if unknown:
        raise InvalidArgument(f"Unknown argument {_shown(unknown[0])}. {_takes(tool, allowed)}")
    for name, value in arguments.items():
        if isinstance(value, bool) and allowed[name].get("type") == "integer":
            raise InvalidArgument(f"{name} must be an integer, not a boolean.")


def invalid(tool: str, exc: ValidationError, schema: Mapping[str, Any]) -> InvalidArgument:
    """The error for arguments of a wrong type, out of range or missing."""
    allowed: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    parts: list[str] = []
    for error in exc.errors(include_input=False, include_url=False):
        where = ".".join(_shown(str(part)) for part in error["loc"])
        parts.append(f"{where} is required" if error["type"] == "missing" else f"{where}: {error['msg']}")
    return InvalidArgument(f"{'; '.join(parts)}. {_takes(tool, allowed)}")


def _takes(tool: str, allowed: Iterable[str]) -> str:
    return f"{tool} takes: {', '.join(allowed) or 'no arguments'}."


def _shown(name: str) -> str:
    """A caller's name, safe to repeat."""
    return "".join(char if char.isprintable() and char.isascii() else "?" for char in name[:_NAME_CHARS])
