"""JSON from upstream with every string in it sanitised and redacted, keys too."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from mcp_server.logs.captured import Row, capture
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import sanitise

_NAME_CHARS: Final = 200
_MAX_DEPTH: Final = 60
"""Levels of lists and objects; what lies deeper is named, not shown."""
_NAMES: Final = ("name", "key", "Name", "Key", "ParameterKey", "field", "id")
"""Fields that tell what another field of theirs is: `{"name": "DB_PASSWORD", "value": "x"}`."""
_VALUES: Final = ("value", "Value", "ParameterValue", "default", "content", "data")
_KEY_MARK: Final = "PRIVATE KEY"
"""A list with it may be a private key, one line an item."""
_NO_NAME: Final = re.compile(r"[^\w.-]")
# Characters that would end a quoted value early.
_NEUTRAL: Final = str.maketrans(dict.fromkeys("\"\\'`,", "_"))


def clean_json(value: Any, redactor: Redactor) -> Any:
    """The value with its strings, keys and telling numbers cleaned.

    Most values hold nothing to clean, which one look at all their text tells; only the others are taken apart.
    """
    return value if _is_clean(value, redactor) else _Cleaner(redactor).cleaned(value)


def _is_clean(value: Any, redactor: Redactor) -> bool:
    texts: list[str] = []
    for text, names in _scalars(value):
        if text is None:
            return False
        texts.append(text)
        texts += (line for name in names for line in _called(name, text.split("\n")))
    whole = "\n".join(texts)
    return sanitise(whole)[0] == whole and redactor.redact(whole) == whole


def _scalars(value: Any) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Every string and number in the value and what it is called, keys too; None for what is nested too deep."""
    waiting: list[tuple[Any, tuple[str, ...], int]] = [(value, (), 0)]
    while waiting:
        item, names, depth = waiting.pop()
        if isinstance(item, dict | list | tuple) and depth == _MAX_DEPTH:
            yield None, ()
        elif isinstance(item, dict):
            fields = cast("dict[str, Any]", item)
            for key, field in fields.items():
                yield key, ()
                waiting.append((field, (key, *_told_by(fields, key)), depth + 1))
        elif isinstance(item, list | tuple):
            yield from ((text, ()) for text in _key_text(cast("Sequence[Any]", item)))
            waiting += ((member, called, depth + 1) for member, called in _members(cast("Sequence[Any]", item), names))
        elif item is not None and not isinstance(item, bool):
            yield str(item), names


def _members(items: Sequence[Any], names: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Each item and what it is called: as the list is, and by the item before it (`["--password", "x"]`)."""
    for prior, item in zip((None, *items), items, strict=False):
        yield item, (*names[:1], *([prior] if isinstance(prior, str) else []))


def _told_by(fields: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """What else the field of that key is called, by a field beside it."""
    names = (fields.get(name) for name in _NAMES) if key in _VALUES else ()
    return tuple(name for name in names if isinstance(name, str))


def _key_text(items: Sequence[Any]) -> tuple[str, ...]:
    """The items as one text, if they may be the lines of a private key."""
    if any(isinstance(item, str) and _KEY_MARK in item for item in items):
        return ("\n".join(item if isinstance(item, str) else "" for item in items),)
    return ()


def _called(name: str, lines: Sequence[str]) -> list[str]:
    """The lines as values of something of that name."""
    opening = f'"{_NO_NAME.sub("_", name[-_NAME_CHARS:])}": "'
    return [f'{opening}{line.translate(_NEUTRAL)}"' for line in lines]


class _Cleaner:
    """Takes one value apart."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def cleaned(self, value: Any, names: tuple[str, ...] = (), depth: int = 0) -> Any:
        """The value with every string in it cleaned.

        Args:
            value: What came from upstream.
            names: What the value is called: its key, and the item before it in a list (`["--password", "x"]`). Cleaned,
                or an escape sequence in the midst of a telling name would hide it.
            depth: Levels above the value.
        """
        if isinstance(value, str):
            return self._text(value, names)
        if isinstance(value, int | float) and not isinstance(value, bool):
            plain = str(value)
            text = self._text(plain, names)
            return value if text == plain else text
        if not isinstance(value, dict | list | tuple):
            return value
        if depth == _MAX_DEPTH:
            return f"[more than {_MAX_DEPTH} levels]"
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {
                (name := self._text(key, ())): self.cleaned(item, (name, *_told_by(fields, key)), depth + 1)
                for key, item in fields.items()
            }
        members: list[Any] = []
        for item in self._without_key(cast("Sequence[Any]", value)):
            prior = [text for text in members[-1:] if isinstance(text, str)]
            members.append(self.cleaned(item, (*names[:1], *prior), depth + 1))
        return members

    def _without_key(self, items: Sequence[Any]) -> Sequence[Any]:
        """The items, without the private key whose lines they are."""
        result = list(items)
        for text in _key_text(items):
            lines = iter(self._redactor.redact(sanitise(text)[0]).split("\n"))
            for index, item in enumerate(items):
                count = item.count("\n") + 1 if isinstance(item, str) else 1
                cleaned = "\n".join(next(lines) for _ in range(count))
                if isinstance(item, str):
                    result[index] = cleaned
        return result

    def _text(self, text: str, names: Iterable[str]) -> str:
        """Sanitised and redacted text; a line that is a secret by what it is called, too."""
        # Of a row, one newline at the end is not part of the text.
        lines: Sequence[str] = capture((Row(f"{text}\n"),), self._redactor).lines
        for name in names:
            called = _called(name, lines)
            judged = self._redactor.redact("\n".join(called)).split("\n")
            lines = [
                line if before == after else after.rpartition('": "')[2].removesuffix('"')
                for line, before, after in zip(lines, called, judged, strict=True)
            ]
        return "\n".join(lines)
