"""Secrets in log text become `[redacted:KIND:FINGERPRINT]`: our own keys always, common shapes unless switched off."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

from mcp_server.logs.assignments import KEYWORDS, SHAPES, Shape, is_placeholder, is_secret
from mcp_server.logs.linear import Found, Pattern, linear, literal
from mcp_server.logs.pem import redact_pem
from mcp_server.logs.token_formats import TOKEN_FORMATS, TokenFormat

_MARK: Final = rb"\[redacted:[a-z0-9-]+:[0-9a-f]{6}\]"
_MARKED: Final = linear(_MARK)
_LONGEST_MARK: Final = 40
_MIN_OWN: Final = 4
_MIN_ENCODED: Final = 8
"""Shorter own secrets are looked for in plain form only: their encoded fragments would hit ordinary text."""
_MIN_DISTINCT: Final = 4
"""A token's tail with fewer different characters is a placeholder (`ghp_xxxxxxxx`)."""
_VALUE_GROUPS: Final = (b"s", b"q", b"q2")
_EDGE: Final = r"(?:^|[^0-9A-Za-z_-]|\\[nrt]|%[0-9A-F]{2})"


def _token_body(row: TokenFormat) -> str:
    return f"{row.prefix}[{row.alphabet}]{{{row.least},{row.most or ''}}}"


# One pass for all formats; which row it was shows by the group.
_TOKENS: Final = linear(
    (
        "(?m)"
        + _EDGE
        + "(?:"
        + "|".join(f"({_token_body(row)})" + ("\\b" if row.most else "") for row in TOKEN_FORMATS)
        + ")"
    ).encode()
)
# What a line must hold to be looked at: a name, or a prefix with the first characters of a token.
_KEYWORDS: Final = (
    f"(?m)(?i:{KEYWORDS})|{_EDGE}(?:"
    + "|".join(f"{row.prefix}[{row.alphabet}]{{{min(row.least, 4)}}}" for row in TOKEN_FORMATS)
    + ")"
)


class Redactor:
    """Replaces secrets, one line at a time where it can, so that a text keeps its line count; knows no I/O.

    Args:
        secrets: Our own loaded keys; they go in plain, JSON, URL, hex and base64 form, whatever `enabled` says.
        key: Key of the fingerprint: equal secrets show as equal, and nobody without it can test a guess.
        enabled: Whether secrets of others are looked for too.
    """

    __slots__ = ("_enabled", "_key", "_keywords", "_own")

    def __init__(self, secrets: Iterable[str], *, key: bytes, enabled: bool = True) -> None:
        self._key = key
        self._enabled = enabled
        forms = sorted({form for secret in secrets for form in _forms_of(secret)}, key=len, reverse=True)
        literals = [literal(form) for form in forms]
        self._own = linear(b"|".join([_MARK, *literals])) if literals else None
        wanted = [*([_KEYWORDS.encode()] if enabled else []), *literals]
        self._keywords = linear(b"|".join(wanted)) if wanted else None

    def __repr__(self) -> str:
        return f"Redactor(enabled={self._enabled})"

    def redact(self, text: str) -> str:
        """Return the text with its secrets replaced; as many lines as before."""
        return self.redact_counting(text)[0]

    def redact_counting(self, text: str) -> tuple[str, Mapping[str, int]]:
        """Return the text with its secrets replaced, and how many of each kind were."""
        counts: Counter[str] = Counter()
        data = text.encode("utf-8", "surrogatepass")
        if self._enabled and b"PRIVATE KEY" in data:
            data = redact_pem(data, self._mark, counts)
        if self._keywords is not None:
            data = self._redact_lines(data, self._keywords, counts)
        return (data.decode("utf-8", "surrogatepass") if counts else text), counts

    def _redact_lines(self, data: bytes, keywords: Pattern, counts: Counter[str]) -> bytes:
        spans = list(_lines_with(keywords, data))
        if not spans:
            return data
        old = [data[start:end] for start, end in spans]
        new = self._settle(old, counts)
        pieces: list[bytes] = []
        done = 0
        for (start, end), before, after in zip(spans, old, new, strict=True):
            if before != after:
                pieces += (data[done:start], after)
                done = end
        pieces.append(data[done:])
        return b"".join(pieces)

    def _settle(self, lines: Sequence[bytes], counts: Counter[str]) -> list[bytes]:
        """Repeat on the lines that changed until nothing does: one replacement can lay bare another secret's edge."""
        result = list(lines)
        todo = list(range(len(result)))
        while todo:
            before = [result[i] for i in todo]
            after = self._pass(b"\n".join(before), counts).split(b"\n")
            changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
            for n in changed:
                result[todo[n]] = after[n]
            todo = [todo[n] for n in changed]
        return result

    def _pass(self, data: bytes, counts: Counter[str]) -> bytes:
        if self._own is not None:
            data = self._replace_own(data, self._own, counts)
        if self._enabled:
            data = self._replace_tokens(data, counts)
            for shape in SHAPES:
                data = self._replace(data, shape, counts)
        return data

    def _replace_own(self, data: bytes, own: Pattern, counts: Counter[str]) -> bytes:
        pieces: list[bytes] = []
        done = 0
        for match in own.finditer(data):
            if not match.group().startswith(b"[redacted:"):
                pieces += (data[done : match.start()], self._mark("own-key", match.group()))
                done = match.end()
                counts["own-key"] += 1
        return b"".join([*pieces, data[done:]]) if pieces else data

    def _replace_tokens(self, data: bytes, counts: Counter[str]) -> bytes:
        pieces: list[bytes] = []
        done = 0
        for match in _TOKENS.finditer(data):
            group = next(n for n in range(1, len(TOKEN_FORMATS) + 1) if match.start(n) >= 0)
            if len(set(match.group(group)[-16:])) < _MIN_DISTINCT:
                continue
            kind = TOKEN_FORMATS[group - 1].kind
            pieces += (data[done : match.start(group)], self._mark(kind, match.group(group)))
            done = match.end(group)
            counts[kind] += 1
        return b"".join([*pieces, data[done:]]) if pieces else data

    def _replace(self, data: bytes, shape: Shape, counts: Counter[str]) -> bytes:
        pieces: list[bytes] = []
        done = 0
        for match in shape.pattern.finditer(data):
            found = _secret_in(match, shape)
            if found is None or _in_mark(data, found[0]):
                continue
            start, end = found
            pieces += (data[done:start], self._mark(shape.kind, data[start:end]))
            done = end
            counts[shape.kind] += 1
        return b"".join([*pieces, data[done:]]) if pieces else data

    def _mark(self, kind: str, secret: bytes) -> bytes:
        return f"[redacted:{kind}:{self._fingerprint(secret)}]".encode()

    def _fingerprint(self, secret: bytes) -> str:
        return hmac.new(self._key, secret, hashlib.sha256).hexdigest()[:6]


def _secret_in(match: Found, shape: Shape) -> tuple[int, int] | None:
    index = shape.pattern.groupindex
    name, group = next((name, index[name]) for name in _VALUE_GROUPS if name in index and match.start(index[name]) >= 0)
    value = match.group(group)
    if is_placeholder(value):
        return None
    if shape.judged:
        # A shape without a name of its own (`Bearer x`) is judged by its kind, with a space in between.
        called = match.group(index[b"name"]) if b"name" in index else shape.kind.encode()
        separator = match.group(index[b"sep"]) if b"sep" in index else b" "
        if not is_secret(called, separator.strip(b" \t") or separator, value, quoted=name != b"s"):
            return None
    return match.span(group)


def _in_mark(data: bytes, position: int) -> bool:
    """Whether a place is inside a mark, whose kind (`url-password`) may read as the name of a secret."""
    opened = data.rfind(b"[redacted:", max(position - _LONGEST_MARK, 0), position)
    if opened < 0:
        return False
    match = _MARKED.search(data, opened)
    return match is not None and match.start() == opened and match.end() > position


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


def _forms_of(secret: str) -> Iterator[bytes]:
    """A secret as it shows in logs: plain, JSON, URL-encoded (once, twice, either case), hex, base64 at each alignment."""
    plain = secret.encode("utf-8", "surrogatepass")
    if len(plain) < _MIN_OWN:
        return
    yield plain
    if len(plain) < _MIN_ENCODED:
        return
    yield json.dumps(secret)[1:-1].encode()
    for quoted in (quote(plain, safe=""), quote(plain), quote_plus(plain), quote(quote(plain, safe=""), safe="")):
        yield quoted.encode()
        yield _lower_escapes(quoted).encode()
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for shift in range(3):
        # The characters at both ends also depend on neighbours, so only those in between are ours.
        encoded = base64.b64encode(bytes(shift) + plain)
        ours = encoded[(0, 2, 3)[shift] : (shift + len(plain)) * 8 // 6]
        yield ours
        yield ours.replace(b"+", b"-").replace(b"/", b"_")


def _lower_escapes(quoted: str) -> str:
    head, *escapes = quoted.split("%")
    return head + "".join(f"%{part[:2].lower()}{part[2:]}" for part in escapes)
