"""The work of a redactor (`redact.py`): finds the secrets of a text by its tables, and replaces them."""

import hashlib
import hmac
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from mcp_server.logs.assignments import NAME_KEYWORDS, RARE, RARELY_NAMED, USUALLY_NAMED, Shape
from mcp_server.logs.issuer_keys import ISSUED, ISSUER_KEYWORDS, is_issued
from mcp_server.logs.judge import is_basic, is_mixed, is_odd, is_placeholder, is_random, is_secret
from mcp_server.logs.linear import Found, Pattern, linear, literal, replaced
from mcp_server.logs.other_lines import redact_kubernetes, redact_next_lines
from mcp_server.logs.own_keys import forms_of
from mcp_server.logs.pem import redact_pem
from mcp_server.logs.places import PLACE_KEYWORDS, PLACES
from mcp_server.logs.token_formats import TOKEN_FORMATS, TokenFormat

_MARK: Final = rb"\[redacted:[a-z0-9-]+:[0-9a-f]{6}\]"
_MARKED: Final = linear(_MARK)
_CARET: Final = linear(b"(" + _MARK + rb")(?:\^\[\[[0-9;]*[A-Za-z])+")
_OPENING: Final = b"[redacted:"
_LONGEST_MARK: Final = 40
_SECRET_KIND: Final = linear(rb"""(?i)kind:[ \t]*["']?secret\b""")
_MIN_DISTINCT: Final = 4
"""A token's tail with fewer different characters is a placeholder (`ghp_xxxxxxxx`)."""
_EDGE: Final = r"(?:^|[^0-9A-Za-z_-]|\\[nrtfv0]|\\+[ux][0-9A-Fa-f]{2,4}|u00[0-9a-f]{2}|%[0-9A-Fa-f]{2}|\[[0-9;]{0,5}m)"
_HINT_CHARS: Final = 4
_MERGED_FORMS: Final = 250


def _token_body(row: TokenFormat) -> str:
    return f"({row.prefix}[{row.alphabet}]{{{row.least},{row.most or ''}}})"


def _hint(row: TokenFormat) -> str:
    return row.hint or f"{row.prefix}[{row.alphabet}]{{{min(row.least, _HINT_CHARS)}}}"


_ROWS: Final = (
    *(row for row in TOKEN_FORMATS if row.anywhere),
    *(row for row in TOKEN_FORMATS if not row.anywhere),
)
# One pass for all formats; which row it was shows by the group.
_TOKENS: Final = linear(
    "(?m)(?:{})|{}(?:{})".format(
        "|".join(_token_body(row) for row in _ROWS if row.anywhere),
        _EDGE,
        "|".join(_token_body(row) for row in _ROWS if not row.anywhere),
    )
)
# What must not follow where a token has a greatest length.
_FURTHER: Final = tuple(re.compile(f"[{row.alphabet}]".encode()) if row.most else None for row in _ROWS)
# What a line must hold to be looked at: a name, a place or an issuer; or the beginning of a token. Two passes are ten
# times faster than one, whose automaton has too many states to be kept.
_NAMED: Final = f"(?im){NAME_KEYWORDS}|{PLACE_KEYWORDS}|{ISSUER_KEYWORDS}"
_PLACED: Final = linear(f"(?im){PLACE_KEYWORDS}")
_BEGUN: Final = f"(?m){'|'.join(_hint(row) for row in _ROWS)}"


Spans = list[tuple[int, int]]
Secret = tuple[str, int, int]
"""Its kind, and where it starts and ends."""
_JUDGES: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "any": lambda _: True,
    "random": is_random,
    "odd": is_odd,
    "mixed": lambda value: is_odd(value) or is_mixed(value),
    "pair": is_basic,
}


class Redaction:
    """Replaces secrets, one line at a time where it can, so that a text keeps its line count.

    Args:
        secrets: Our own keys.
        key: Key of the fingerprint, or what gives it.
        enabled: Whether secrets of others are looked for too.
    """

    __slots__ = ("_begun", "_enabled", "_key", "_named", "_own")

    def __init__(self, secrets: Iterable[str], key: bytes | Callable[[], bytes], *, enabled: bool) -> None:
        self._key = key
        self._enabled = enabled
        forms = sorted({form for secret in secrets for form in forms_of(secret)}, key=len, reverse=True)
        literals = [literal(form) for form in forms]
        self._own = linear(b"|".join([_MARK, *literals])) if literals else None
        # Few own keys cost nothing more in a pass that is made anyway; many would give it too many states.
        merged = enabled and len(literals) <= _MERGED_FORMS
        begun = [*([_BEGUN.encode()] if enabled else []), *(literals if merged else [])]
        self._named = linear(_NAMED) if enabled else None
        self._begun = tuple(linear(b"|".join(passed)) for passed in (begun, [] if merged else literals) if passed)

    def redacted(self, text: str) -> tuple[str, Mapping[str, int]]:
        """The text with its secrets replaced, and how many of each kind were."""
        counts: Counter[str] = Counter()
        data = text.encode("utf-8", "surrogatepass")
        data = self._redact_lines(data, counts)
        return (data.decode("utf-8", "surrogatepass") if counts else text), counts

    def _redact_lines(self, data: bytes, counts: Counter[str]) -> bytes:
        spans, begun = self._telling(data)
        for replace in (self._replace_keys, self._replace_next) if self._enabled else ():
            if (changed := replace(data, spans, counts)) is not data:
                data = changed
                spans, begun = self._telling(data)
        if not spans:
            return data
        old = [data[start:end] for start, end in spans]
        new = self._settle(old, [span in begun for span in spans], counts)
        lines = zip(spans, old, new, strict=True)
        return replaced(data, ((start, end, after) for (start, end), before, after in lines if before != after))

    def _replace_keys(self, data: bytes, spans: Spans, counts: Counter[str]) -> bytes:
        """The data without private keys and Kubernetes Secrets; one of the telling lines says that they are there."""
        told = b"\n".join(data[start:end] for start, end in spans)
        if b"PRIVATE" in told or b"Private-" in told:
            data = redact_pem(data, self._mark, counts)
        return redact_kubernetes(data, self._mark, counts) if _SECRET_KIND.search(told) is not None else data

    def _replace_next(self, data: bytes, spans: Spans, counts: Counter[str]) -> bytes:
        return redact_next_lines(data, spans, self._mark, counts)

    def _telling(self, data: bytes) -> tuple[Spans, set[tuple[int, int]]]:
        """Spans of the lines that hold anything to look for, in order; those among them where tokens or own keys begin."""
        begun = {span for keywords in self._begun for span in _lines_with(keywords, data)}
        named = _lines_with(self._named, data) if self._named is not None else ()
        return sorted(begun.union(named)), begun

    def _settle(self, lines: Sequence[bytes], begun: Sequence[bool], counts: Counter[str]) -> list[bytes]:
        """Repeat on the lines that changed until nothing does: one replacement can lay bare another secret's edge."""
        result = list(lines)
        todo = list(range(len(result)))
        begins = [n for n, begins in enumerate(begun) if begins]
        while todo:
            before = [result[n] for n in todo]
            for n, line in zip(begins, self._begun_replaced([result[n] for n in begins], counts), strict=True):
                result[n] = line
            for n, line in zip(todo, self._pass([result[n] for n in todo], counts), strict=True):
                # Behind a digit the sanitiser leaves a sequence in caret notation; behind a mark it would take it away.
                result[n] = _CARET.sub(rb"\1", line) if b"]^[[" in line else line
            todo = begins = [n for n, line in zip(todo, before, strict=True) if result[n] != line]
        return result

    def _begun_replaced(self, lines: Sequence[bytes], counts: Counter[str]) -> list[bytes]:
        """The lines without own keys and tokens."""
        data = b"\n".join(lines)
        if self._own is not None:
            data = self._replaced(data, _own_keys_in(data, self._own), counts)
        if self._enabled:
            data = self._replaced(data, _tokens_in(data), counts)
        return data.split(b"\n") if lines else []

    def _pass(self, lines: Sequence[bytes], counts: Counter[str]) -> list[bytes]:
        if not self._enabled:
            return list(lines)
        result = list(lines)
        # Most lines are here for a name; the many places and rare notations are looked for on the others only.
        for pattern, shapes in ((_PLACED, PLACES), (RARE, RARELY_NAMED)):
            some = _matching(pattern, result)
            data = b"\n".join(result[n] for n in some)
            for shape in shapes if some else ():
                data = self._replaced(data, _shaped_in(data, shape), counts)
            for n, line in zip(some, data.split(b"\n"), strict=False):
                result[n] = line
        data = b"\n".join(result)
        data = self._replaced(data, _issued_in(data), counts)
        for shape in USUALLY_NAMED:
            data = self._replaced(data, _shaped_in(data, shape), counts)
        return data.split(b"\n")

    def _replaced(self, data: bytes, secrets: Iterable[Secret], counts: Counter[str]) -> bytes:
        def marks() -> Iterator[tuple[int, int, bytes]]:
            for kind, start, end in secrets:
                counts[kind] += 1
                yield start, end, self._mark(kind, data[start:end])

        return replaced(data, marks())

    def _mark(self, kind: str, secret: bytes) -> bytes:
        return f"[redacted:{kind}:{self._fingerprint(secret)}]".encode()

    def _fingerprint(self, secret: bytes) -> str:
        # One that is given may change, where it was not known at first.
        key = self._key if isinstance(self._key, bytes) else self._key()
        return hmac.new(key, secret, hashlib.sha256).hexdigest()[:6]


def _own_keys_in(data: bytes, own: Pattern) -> Iterator[Secret]:
    for match in own.finditer(data):
        if not match.group().startswith(_OPENING):
            yield "own-key", match.start(), match.end()


def _tokens_in(data: bytes) -> Iterator[Secret]:
    for match in _TOKENS.finditer(data):
        group = next(n for n in range(1, len(_ROWS) + 1) if match.start(n) >= 0)
        further = _FURTHER[group - 1]
        if further is not None and further.match(data, match.end(group)):
            continue
        if len(set(match.group(group)[-16:])) >= _MIN_DISTINCT:
            yield _ROWS[group - 1].kind, match.start(group), match.end(group)


def _issued_in(data: bytes) -> Iterator[Secret]:
    for match in ISSUED.finditer(data):
        if is_issued(match.group(1), match.group(2)) and not _in_mark(data, match.start(2)):
            yield "issued", match.start(2), match.end(2)


def _shaped_in(data: bytes, shape: Shape) -> Iterator[Secret]:
    for match in shape.pattern.finditer(data):
        found = _secret_in(match, shape)
        if found is not None and not _in_mark(data, found[0]):
            yield shape.kind, *found


def _secret_in(match: Found, shape: Shape) -> tuple[int, int] | None:
    group, quoted = next((group, quoted) for group, quoted in shape.values if match.start(group) >= 0)
    return match.span(group) if _is_wanted(match, shape, match.group(group), quoted=quoted) else None


def _is_wanted(match: Found, shape: Shape, value: bytes, *, quoted: bool) -> bool:
    if is_placeholder(value):
        return False
    if shape.judged != "as called":
        return _JUDGES[shape.judged](value)
    # A shape without a name of its own (`Bearer x`) is judged by its kind, with a space in between.
    called = _group(match, shape, b"name") or shape.kind.encode()
    separator = _group(match, shape, b"sep") or b" "
    rest = _group(match, shape, b"rest")
    return is_secret(called, separator.strip(b" \t") or separator, value, quoted=quoted, rest=rest)


def _group(match: Found, shape: Shape, name: bytes) -> bytes:
    index = shape.groups.get(name, 0)
    return match.group(index) if index and match.start(index) >= 0 else b""


def _in_mark(data: bytes, position: int) -> bool:
    """Whether a place is inside a mark, whose kind (`url-password`) may read as the name of a secret."""
    opened = data.rfind(_OPENING, max(position - _LONGEST_MARK, 0), position + len(_OPENING))
    if opened < 0:
        return False
    match = _MARKED.search(data, opened)
    return match is not None and match.start() == opened and match.end() > position


def _matching(pattern: Pattern, lines: Sequence[bytes]) -> list[int]:
    """Numbers of the lines with a match; one search over all of them, since most have none."""
    ends = list(accumulate(len(line) + 1 for line in lines))
    found = _lines_with(pattern, b"\n".join(lines))
    return [bisect_right(ends, start) for start, _ in found]


def _lines_with(keywords: Pattern, data: bytes) -> Iterator[tuple[int, int]]:
    """Spans of the lines that hold a keyword."""
    position = 0
    while (match := keywords.search(data, position)) is not None:
        start = data.rfind(b"\n", 0, max(match.end() - 1, 0)) + 1
        end = data.find(b"\n", max(match.end() - 1, start))
        end = len(data) if end < 0 else end
        yield start, end
        position = end + 1
        if position > len(data):
            return
