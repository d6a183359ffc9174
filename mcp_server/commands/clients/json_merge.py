"""Adds an entry to a text of JSON and leaves every other character where it is: comments, order and layout stay."""

import json
from collections.abc import Iterable
from typing import Any, cast

from mcp_server.commands.clients.json_text import Node, read
from mcp_server.errors import NotConfigured

Json = dict[str, Any]
Edit = tuple[int, int, str]


def merged_json(text: str, ours: Json) -> str:
    """The text with what `ours` has; the same text where it has it already.

    Of an entry that is there, what starts it is replaced, and what the user added stays, above all the values under `env`.
    An entry for a server elsewhere (with a `url`) is replaced whole.

    Args:
        text: Of the file; empty where there is none.
        ours: What the file would hold if there were nothing else.

    Raises:
        NotConfigured: The text is no JSON, or another thing stands where the entry belongs.
    """
    if not text.strip("\ufeff \t\r\n"):
        return rendered(ours) + "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    root = read(body)
    newline = "\r\n" if "\r\n" in body else "\n"
    edits = list(_merge(_Layout(body, root), root, ours, keep=False))
    for start, end, new in sorted(edits, reverse=True):
        body = body[:start] + new.replace("\r\n", "\n").replace("\n", newline) + body[end:]
    return mark + body


def rendered(value: Any, indent: str = "  ", level: str = "") -> str:
    """A value as JSON: one line for each member of an object, one line for a list of words."""
    inner = level + indent
    if isinstance(value, dict) and value:
        pairs = cast("Json", value).items()
        return _lines(
            "{}", [f"{json.dumps(key)}: {rendered(each, indent, inner)}" for key, each in pairs], inner, level
        )
    if isinstance(value, list) and any(isinstance(each, dict) for each in cast("list[Any]", value)):
        return _lines("[]", [rendered(each, indent, inner) for each in cast("list[Any]", value)], inner, level)
    return json.dumps(value, ensure_ascii=False)


def _lines(brackets: str, parts: list[str], inner: str, level: str) -> str:
    return f"{brackets[0]}\n{inner}" + f",\n{inner}".join(parts) + f"\n{level}{brackets[1]}"


class _Layout:
    """How a text is laid out: what one level is indented by, and where lines begin."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        first = next(iter(root.members.values()), None)
        opened = text[root.start : first.start if first else root.start]
        # The first member of the whole tells what one level is.
        self.indent = (self._spaces(root.start + opened.rfind("\n") + 1) if "\n" in opened else "") or "  "

    def level(self, node: Node) -> str:
        """What the line is indented by on which a value begins."""
        return self._spaces(self.text.rfind("\n", 0, node.start) + 1)

    def _spaces(self, start: int) -> str:
        rest = self.text[start:]
        return rest[: len(rest) - len(rest.lstrip(" \t"))]


def _merge(layout: _Layout, node: Node, ours: Json, *, keep: bool) -> Iterable[Edit]:
    """What to change so that an object has what `ours` has; `keep` leaves the values that are there."""
    if not isinstance(node.value, dict):
        raise NotConfigured("an object is expected where something else stands")
    level = layout.level(node) + layout.indent
    added: list[str] = []
    for key, value in ours.items():
        there = node.members.get(key)
        if there is None:
            added.append(f"{json.dumps(key)}: {rendered(value, layout.indent, level)}")
        elif isinstance(value, dict) and "url" not in there.members:
            yield from _merge(layout, there, cast("Json", value), keep=keep or key == "env")
        elif key == "inputs":
            yield from _inputs(layout, there, cast("list[Json]", value))
        elif there.value != value and not keep:
            yield there.start, there.end, rendered(value, layout.indent, level)
    yield from _insert(layout, node, added)


def _inputs(layout: _Layout, node: Node, ours: list[Json]) -> Iterable[Edit]:
    """Adds the questions that are not asked yet; the user's own words for the others stay."""
    if not isinstance(node.value, list):
        raise NotConfigured("a list of inputs is expected where something else stands")
    asked = {item.members["id"].value for item in node.items if "id" in item.members}
    level = layout.level(node) + layout.indent
    new = [rendered(each, layout.indent, level) for each in ours if each["id"] not in asked]
    yield from _insert(layout, node, new)


def _insert(layout: _Layout, node: Node, added: list[str]) -> Iterable[Edit]:
    """Puts members or items behind the last one, each on a line of its own, and behind its comment."""
    if not added:
        return
    outer = layout.level(node)
    # Behind the last member's own comment, if it has one; the comma stands before that.
    comment = layout.text[node.last : node.tail]
    comma = "," if (node.members or node.items) and not node.comma else ""
    line = "\n" + outer + layout.indent
    closing = "" if "\n" in layout.text[node.tail : node.end - 1] else "\n" + outer
    new = line + f",{line}".join(added) + ("," if node.comma else "")
    yield node.last, node.tail, comma + comment + new + closing
