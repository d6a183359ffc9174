"""Our own keys in the forms in which they show in logs."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

_MIN_OWN: Final = 4
_MIN_ENCODED: Final = 8
"""Shorter own secrets are looked for in plain form only: their encoded fragments would hit ordinary text."""
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z]")


def forms_of(secret: str) -> Iterator[bytes]:
    """A secret as it is, in JSON (once, twice), for URLs (once, twice, either case), HTML, in hex, base64 and base32."""
    plain = secret.encode("utf-8", "surrogatepass")
    if len(plain) < _MIN_OWN:
        return
    yield plain
    if len(plain) < _MIN_ENCODED:
        return
    for text in _escaped(secret, plain):
        yield text.encode("utf-8", "surrogatepass")
        yield _lower_escapes(text).encode("utf-8", "surrogatepass")
    for digits in (plain.hex(), plain.hex(" "), plain.hex(":")):
        yield digits.encode()
        yield digits.upper().encode()
    for form in _shifted(plain, 3, 6, base64.b64encode):
        yield form
        yield form.replace(b"+", b"-").replace(b"/", b"_")
        yield quote(form, safe="").encode()
        yield _lower_escapes(quote(form, safe="")).encode()
    yield from _shifted(plain, 5, 5, base64.b32encode)


def _escaped(secret: str, plain: bytes) -> Iterator[str]:
    for once in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        slashed = once.replace("/", "\\/")
        yield from (once, slashed)
        yield from (json.dumps(text)[1:-1] for text in (once, slashed))
    for quoted in (quote(plain, safe=""), quote(plain), quote_plus(plain), "".join(f"%{byte:02X}" for byte in plain)):
        yield quoted
        yield quote(quoted, safe="")
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    yield html.escape(secret).replace("&#x27;", "&#39;")
    escapes: list[Callable[[re.Match[str]], str]] = [
        lambda char: f"\\u{ord(char[0]):04x}",
        lambda char: f"\\x{ord(char[0]):02x}",
        lambda char: f"&#{ord(char[0])};",
        lambda char: f"&#x{ord(char[0]):x};",
    ]
    for escape in escapes:
        yield _UNSAFE.sub(escape, secret)
        yield re.sub(r"(?s).", escape, secret)
    yield repr(secret)[1:-1]
    yield repr(plain)[2:-1]


def _shifted(plain: bytes, period: int, bits: int, encode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    for shift in range(period):
        # The characters at both ends also depend on neighbours, so only those in between are ours.
        yield encode(bytes(shift) + plain)[-(-shift * 8 // bits) : (shift + len(plain)) * 8 // bits]


def _lower_escapes(quoted: str) -> str:
    return re.sub(r"%[0-9A-F]{2}|\\u[0-9A-F]{4}", lambda escape: escape[0].lower(), quoted)
