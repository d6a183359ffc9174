"""Regular expressions in linear time on bytes: the typed door to RE2, which has no annotations of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, cast

import re2

_ENGINE: Final[Any] = re2


class Found(Protocol):
    """One match."""

    def start(self, group: int = 0) -> int:
        """Offset of the first byte of a group; -1 where it took no part."""
        ...

    def end(self, group: int = 0) -> int:
        """Offset behind the last byte of a group."""
        ...

    def span(self, group: int = 0) -> tuple[int, int]:
        """Both offsets of a group."""
        ...

    def group(self, group: int = 0) -> bytes:
        """The bytes of a group that took part."""
        ...


class Pattern(Protocol):
    """A compiled expression."""

    @property
    def pattern(self) -> bytes:
        """The expression."""
        ...

    @property
    def groupindex(self) -> Mapping[bytes, int]:
        """Number of each named group."""
        ...

    def search(self, data: bytes, position: int = 0) -> Found | None:
        """The first match at or after a byte offset."""
        ...

    def finditer(self, data: bytes) -> Iterator[Found]:
        """All matches that do not overlap."""
        ...

    def sub(self, replacement: bytes, data: bytes) -> bytes:
        """The data with all matches replaced."""
        ...


class LinearError(ValueError):
    """An expression that RE2 does not accept; the text is RE2's reason."""


def linear(expression: str | bytes, *, one_line: bool = False) -> Pattern:
    """Compile an expression.

    Args:
        expression: RE2 syntax; matches UTF-8.
        one_line: Whether no part of it may match a newline, whatever it says.

    Raises:
        LinearError: RE2 does not accept it.
    """
    data = expression.encode("utf-8", "replace") if isinstance(expression, str) else expression
    try:
        return cast("Pattern", _ENGINE.compile(data, _options(one_line=one_line)))
    except _ENGINE.error as error:
        reason = error.args[0]
        raise LinearError(reason.decode("utf-8", "replace")) from None


def literal(data: bytes) -> bytes:
    """An expression that matches exactly these bytes."""
    return cast("bytes", _ENGINE.escape(data))


def replaced(data: bytes, spans: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The data with other bytes for each span (start, end, what stands there now); itself if there are none.

    Spans are ascending and do not overlap.
    """
    pieces: list[bytes] = []
    done = 0
    for start, end, instead in spans:
        pieces += (data[done:start], instead)
        done = end
    return b"".join((*pieces, data[done:])) if pieces else data


class LinearSet:
    """Several expressions, searched for in one pass."""

    __slots__ = ("_set",)

    def __init__(self, expressions: Iterable[str]) -> None:
        self._set = _ENGINE.Set.SearchSet(_options(one_line=False))
        for expression in expressions:
            self._set.Add(expression)
        self._set.Compile()

    def matches(self, data: bytes) -> Sequence[int]:
        """Positions of the expressions that match, in no order."""
        return cast("Sequence[int] | None", self._set.Match(data)) or ()


def _options(*, one_line: bool) -> object:
    options = _ENGINE.Options()
    # RE2 writes what it does not accept to standard error by itself.
    options.log_errors = False
    options.never_nl = one_line
    return options
