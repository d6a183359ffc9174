"""Arguments are checked strictly, in our own words: the rejected value is never repeated."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from pydantic import ValidationError

from mcp_server.errors import InvalidArgument

_NAME_CHARS = 40
# A list may have thousands of wrong items; who mends so many knows what to mend.
_MOST_SAID = 5
_LARGEST = 2**63 - 1
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Verbatim(FuncMetadata):
    """Text stays text: the SDK reads `null`, `[404]` or `{}` in a search or a prompt as JSON.

    Where a list or an object is expected, JSON in a string is still read: some clients cannot send anything else.
    """

    structured: frozenset[str] = frozenset()

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """The arguments, with JSON read from strings only for those in `structured`."""
        parsed = super().pre_parse_json(data)
        return {name: parsed[name] if name in self.structured else value for name, value in data.items()}


def structured_arguments(schema: Mapping[str, Any]) -> frozenset[str]:
    """Names of the arguments that take a list or an object."""
    fields: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    return frozenset(name for name, field in fields.items() if field.get("type") in {"array", "object"})


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
        _check_sendable(name, value)


def _check_sendable(name: str, value: Any) -> None:
    """Refuses what JSON can bring here and no request can carry on: lone surrogates, numbers beyond 64 bits.

    Raises:
        InvalidArgument: Naming the argument.
    """
    if isinstance(value, str) and _LONE_SURROGATE.search(value):
        raise InvalidArgument(f"{name} holds half of a surrogate pair, which is not a character. Remove it.")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise InvalidArgument(f"{name} is too large: a number has at most 63 bits.")
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            _check_sendable(name, key)
            _check_sendable(name, item)
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            _check_sendable(name, item)


def invalid(tool: str, exc: ValidationError, schema: Mapping[str, Any]) -> InvalidArgument:
    """The error for arguments of a wrong type, out of range or missing."""
    allowed: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    parts: list[str] = []
    for error in exc.errors(include_input=False, include_url=False)[:_MOST_SAID]:
        where = ".".join(_shown(str(part)) for part in error["loc"])
        parts.append(f"{where} is required" if error["type"] == "missing" else f"{where}{_rule(error['msg'])}")
    return InvalidArgument(f"{'; '.join(parts)}. {_takes(tool, allowed)}")


def check_prompt(prompt: Prompt, arguments: Mapping[str, Any]) -> None:
    """Refuses arguments a prompt does not have, and asks for those it needs.

    Raises:
        InvalidArgument: Naming the argument and those allowed.
    """
    takes = {argument.name: argument for argument in prompt.arguments or ()}
    check_names(prompt.name, arguments, {"properties": {name: {} for name in takes}})
    missing = [name for name, argument in takes.items() if argument.required and name not in arguments]
    if missing:
        raise InvalidArgument(f"{missing[0]} is required. {_takes(prompt.name, takes)}")


def _rule(message: str) -> str:
    """Pydantic's sentence about some input as one about the argument: what it must be."""
    rule = message.removeprefix("Input should be ").split(", unable to parse")[0]
    return f": {message}" if rule == message else f" must be {rule}"


def _takes(tool: str, allowed: Iterable[str]) -> str:
    return f"{tool} takes: {', '.join(allowed) or 'no arguments'}."


def _shown(name: str) -> str:
    """A caller's name, safe to repeat."""
    return "".join(char if char.isprintable() and char.isascii() else "?" for char in name[:_NAME_CHARS])
