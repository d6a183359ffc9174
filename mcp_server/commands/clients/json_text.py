"""Reads JSON with comments and trailing commas as VS Code allows them, and remembers where everything stands."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mcp_server.errors import NotConfigured

_TRIVIA = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[-+.\w]+')
# Deeper than any settings go, and far from what the interpreter's stack holds.
_DEEPEST = 100


@dataclass(slots=True)
class Node:
    """One value and where it stands.

    Attributes:
        start: Of its first character.
        end: Behind its last.
        value: As Python has it.
        members: An object's values by key; the last of several with one key, which is the one that counts.
        items: An array's values.
        last: Behind the last member or item; behind the opening bracket where there is none.
        tail: Behind whatever comes last before the closing bracket, comments too.
        comma: Whether a comma stands behind the last one.
    """

    start: int
    end: int
    value: Any
    members: dict[str, "Node"] = field(default_factory=dict[str, "Node"])
    items: list["Node"] = field(default_factory=list["Node"])
    last: int = 0
    tail: int = 0
    comma: bool = False


def read(text: str) -> Node:
    """The value a text holds.

    Raises:
        NotConfigured: It is no JSON; the message says where it ceases to be, and shows nothing of it.
    """
    reader = _Reader(text)
    node = reader.value(0)
    reader.skip()
    if reader.at < len(text):
        raise reader.broken()
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self, depth: int) -> Node:
        self.skip()
        if depth > _DEEPEST:
            raise self.broken()
        if self._takes("{"):
            return self._within("}", lambda node: self._member(node, depth))
        if self._takes("["):
            return self._within("]", lambda node: node.items.append(self.value(depth + 1)))
        start, value = self.at, self._token()
        return Node(start, self.at, value)

    def _within(self, closing: str, take: Callable[[Node], None]) -> Node:
        """An object or array whose opening bracket is taken."""
        node = Node(self.at - 1, 0, None, last=self.at)
        self.skip()
        while not self._takes(closing):
            if node.last > node.start + 1 and not node.comma:
                raise self.broken()
            take(node)
            node.last = self.at
            self.skip()
            node.comma = self._takes(",")
            self.skip()
        node.end = self.at
        node.tail = node.last + len(self.text[node.last : node.end - 1].rstrip())
        if closing == "}":
            node.value = {key: member.value for key, member in node.members.items()}
        else:
            node.value = [item.value for item in node.items]
        return node

    def _member(self, node: Node, depth: int) -> None:
        key = self._token()
        self.skip()
        if not isinstance(key, str) or not self._takes(":"):
            raise self.broken()
        node.members[key] = self.value(depth + 1)

    def _token(self) -> Any:
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise self.broken()
        try:
            value = json.loads(match[0])
        except ValueError:
            raise self.broken() from None
        self.at = match.end()
        return value

    def _takes(self, mark: str) -> bool:
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) if found else 0
        return found

    def skip(self) -> None:
        """Passes over spaces and comments."""
        while match := _TRIVIA.match(self.text, self.at):
            self.at = match.end()

    def broken(self) -> NotConfigured:
        """The error that names this place."""
        before = self.text[: self.at]
        line, column = before.count("\n") + 1, self.at - before.rfind("\n")
        return NotConfigured(f"it is no valid JSON from line {line}, column {column} on")
