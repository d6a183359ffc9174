"""Adds a table to a text of TOML and leaves every other line as it is."""

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any, cast

from mcp_server.errors import NotConfigured

Table = dict[str, Any]
# What starts the server is ours; of the rest, what the user set stays.
_OURS = ("command", "args")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# They belong to a server elsewhere, and no client takes them beside a command.
_ELSEWHERE = ("url", "bearer_token_env_var", "http_headers", "env_http_headers")


def merged_toml(text: str, ours: Table) -> str:
    """The text with the one table `[first.second]` of `ours`; the same text where it has it already.

    Of a table that is there, `command` and `args` are replaced, words of lists are added, and what the user added stays.

    Args:
        text: Of the file; empty where there is none.
        ours: `{first: {second: table}}`.

    Raises:
        NotConfigured: The text is no TOML, or the table is written in a way that cannot be changed in place.
    """
    [(first, tables)] = ours.items()
    [(second, table)] = cast("Table", tables).items()
    there: Any = _parsed(text).get(first, {})
    if not isinstance(there, dict):
        raise NotConfigured(f"{first} is no table")
    newline = "\r\n" if "\r\n" in text else "\n"
    statements = list(_statements(text))
    headers = [at for at, each in enumerate(statements) if _names_table(each)]
    start = next((at for at in headers if _header(statements[at]) == [first, second]), None)
    if start is not None:
        end = next((at for at in headers if at > start), len(statements))
        body = "".join(
            [*statements[: start + 1], *_changed(statements[start + 1 : end], table, newline), *statements[end:]]
        )
    elif second in there:
        raise NotConfigured(f"[{first}.{second}] is there, but not as a table of its own")
    else:
        gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
        lines = [f"[{first}.{second}]", *(f"{key} = {_value(value)}" for key, value in table.items()), ""]
        body = text + gap + newline.join(lines)
    _parsed(body)
    return body


def _changed(statements: list[str], table: Table, newline: str) -> Iterable[str]:
    """The statements of a table with what `table` has."""
    there = {key: value for each in statements for key, value in tomllib.loads(each).items()}
    elsewhere = "url" in there
    left = dict(table)
    # What stands behind its last key is about the table that follows.
    closing = max((at for at, each in enumerate(statements, 1) if tomllib.loads(each)), default=0)
    for each in statements[:closing]:
        [key] = tomllib.loads(each) or [""]
        if elsewhere and key in _ELSEWHERE:
            continue
        wanted = _wanted(key, there.get(key), left.pop(key, None))
        yield each if wanted is None else f"{key} = {_value(wanted)}{newline}"
    yield from (f"{key} = {_value(value)}{newline}" for key, value in left.items())
    yield from statements[closing:]


def _wanted(key: str, there: Any, ours: Any) -> Any:
    """What a key is to be; None where it stays."""
    if isinstance(ours, list) and key not in _OURS:
        named = cast("list[str]", ours)
        missing = [each for each in named if each not in there]
        return [*there, *missing] if missing else None
    return cast("object", ours) if key in _OURS and ours != there else None


def _statements(text: str) -> Iterable[str]:
    """A valid text cut behind each of its statements, comments and empty lines: the first line that ends one ends it."""
    begun = ""
    for line in _LINE.findall(text):
        begun += line
        try:
            tomllib.loads(begun)
        except tomllib.TOMLDecodeError:
            continue
        yield begun
        begun = ""


def _names_table(statement: str) -> bool:
    return statement.lstrip().startswith("[")


def _header(statement: str) -> list[str]:
    """The keys of a table's name; none of a list of tables."""
    keys: list[str] = []
    table: Any = {} if statement.lstrip().startswith("[[") else tomllib.loads(statement)
    while isinstance(table, dict) and table:
        [(key, table)] = cast("Table", table).items()
        keys.append(key)
    return keys


def _parsed(text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        # The message gives the place, and nothing of what stands there.
        raise NotConfigured(f"it is no valid TOML: {exc}") from None


def _value(value: Any) -> str:
    """A word, a number or a list of words; TOML writes these as JSON does, but for DEL, which no setting has."""
    return json.dumps(value, ensure_ascii=False)
