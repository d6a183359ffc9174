"""Values a person typed into a prompt, safe to put into its text."""

import re

from mcp_server.errors import InvalidArgument

# More than any id has, and fewer than Python refuses to read.
_MAX_DIGITS = 18
_ID = re.compile(r"[A-Za-z0-9._:-]{1,256}")


def identifier(name: str, value: str) -> str:
    """An id, as it stands in a tool call.

    Raises:
        InvalidArgument: It holds anything that no id holds.
    """
    if _ID.fullmatch(value) is None:
        raise InvalidArgument(f"{name} must be an id: letters, digits, `.`, `_`, `:` and `-`.")
    return value


def number(name: str, value: str) -> int:
    """A positive whole number; prompt arguments arrive as text.

    Raises:
        InvalidArgument: It is none.
    """
    if len(value) > _MAX_DIGITS or not (value.isascii() and value.isdecimal() and int(value)):
        raise InvalidArgument(f"{name} must be a positive whole number.")
    return int(value)
