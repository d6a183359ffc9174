"""Secrets that show by the name they are given to: env dumps, JSON, flags, headers, URLs; and what is no secret after all."""

import base64
import binascii
from typing import Final, NamedTuple

from mcp_server.logs.linear import Pattern, linear


class Shape(NamedTuple):
    """A place where secrets stand. The secret is the group `s` (or `q`, when it was quoted); `name` is what it is called."""

    kind: str
    pattern: Pattern
    judged: bool = True
    """Whether the value must also look like a secret; where the place alone tells, it must only be no placeholder."""


_WORDS: Final = (
    "pass(?:word|wd|phrase|code)|[a-z0-9][_-]pass|pwd|secret|token|credentials?|auth|cookie"
    "|(?:api|app|access|secret|private|auth|account|shared|signing|signature|encryption|master|service|admin|client"
    "|consumer|license|storage|subscription|webhook|session|deploy|ingest(?:ion)?|write|integration)[_. -]?(?:access[_-]?)?key"
)
# RE2 syntax, one line at a time. A name in front of `=`, `:`, `=>`, `:=`, `>` (XML) or `,`; values quoted (also as
# escaped JSON), or bare up to a delimiter.
_NAME: Final = rf"(?P<name>[\w.-]*?(?:{_WORDS})(?:[_-]?[0-9]{{1,3}}|[_-]?value)?)"
_SEPARATOR: Final = (
    r"""\\*["'`]?\]?(?:[ \t]{1,3}string)?(?P<sep>[ \t]{0,8}(?:=>|:=|\?=|\.=|={1,3}|:{1,3}|>|,)[ \t]{0,8})"""
)
_VALUE: Final = (
    r"""(?:\\*"(?P<q>[^"\\\n]+(?:\\[^"n\n][^"\\\n]*)*)\\*(?:"|$)|\\*['`](?P<q2>[^'`\\\n]+)['`]"""
    r"""|(?P<s>[^\s"'`<>;,&|\\()\[\]{}][^\s"'`<>;,&|\\()\[\]{}]*))"""
)
_QUERY_NAMES: Final = (
    "x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|x-oss-signature|x-ms-signature"
    "|signature|sig|hmac|policy|googleaccessid|awsaccesskeyid"
)

SHAPES: Final = (
    Shape(
        "url-password",
        linear(rb"""(?im)[a-z][a-z0-9+.-]{1,30}://[^\s/:@"'<>]*:(?P<s>[^\s@"'<>/]+)@"""),
        judged=False,
    ),
    Shape("url-password", linear(rb"""(?im)https?://(?P<s>[\w.~%-]{20,})(?::x-oauth-basic)?@""")),
    Shape(
        "signed-url",
        linear(
            rf"""(?im)(?:[?&;]|\\u0026|%26|amp;)(?P<name>{_QUERY_NAMES})(?:=|%3d)(?P<s>[^&\s"'<>\\;,)]{{16,}})""".encode()
        ),
        judged=False,
    ),
    Shape(
        "authorization",
        linear(
            rb"""(?im)\b(?P<name>(?:proxy-)?authorization)\\*["']?[ \t]{0,3}[:=][ \t]{0,3}\\*["']?(?:(?:bearer|basic|token|apikey|negotiate|digest)[ \t]{1,3})?"""
            rb"""(?P<s>[^\s"'\\,<>]{4,})"""
        ),
        judged=False,
    ),
    Shape("bearer", linear(rb"""(?im)\bbearer[ \t]{1,3}\\*["']?(?P<s>[\w.~+/=-]{12,})""")),
    Shape("basic", linear(rb"""(?im)\bbasic[ \t]{1,3}(?P<s>[0-9A-Za-z+/_-]{8,}={0,2})""")),
    Shape(
        "cookie",
        linear(rb"""(?im)\b(?:set-)?cookie\\*["']?[ \t]{0,3}:[ \t]{0,3}\\*["']?(?P<s>[\w.-]+=[^\s"'\\][^"'\n\\]*)"""),
        judged=False,
    ),
    Shape(
        "flag",
        linear(
            rf"""(?im)(?:^|[\s"'=\[(,])--?(?P<name>[\w-]*(?:{_WORDS}))["']?(?P<sep>,?[ \t]{{1,3}})["']?(?P<s>[^\s"'`;&|,<>()\[\]{{}}-][^\s"'`;&|,<>()\[\]{{}}]*)""".encode()
        ),
    ),
    Shape(
        "flag",
        linear(
            rb"""(?im)\b(?:curl|wget|http)\b[^\n]*?[ \t](?:-u|--user|--proxy-user)[ \t=]{0,3}["']?[^\s:"']+:(?P<s>[^\s"']+)"""
        ),
    ),
    Shape("flag", linear(rb"""(?im)\bsshpass[ \t]+-p[ \t]{0,3}["']?(?P<s>[^\s"']+)"""), judged=False),
    Shape("aws-secret", linear(rb"""(?im)secret access key[^:=\n]{0,30}[:=][ \t]{0,8}["']?(?P<s>[\w/+=]{40})""")),
    Shape("netrc", linear(rb"""(?im)\blogin[ \t]+\S+[ \t]+password[ \t]+(?P<s>\S+)""")),
    Shape("assigned", linear(rb"""(?im)["']pass\\*["'][ \t]{0,3}:[ \t]{0,3}\\*["'](?P<s>[^"'\\\n]+)"""), judged=False),
    Shape("assigned", linear(f"(?im){_NAME}{_SEPARATOR}{_VALUE}".encode())),
)

KEYWORDS: Final = (
    "passw|passphrase|passcode|pwd|pass[\"'`]?[ \\t]{0,3}[=:]|secret|token|credential|bearer|basic |cookie|authorization|auth[\"'`\\\\]{0,3}[ \\t]{0,3}[=:]"
    "|[a-z][_. -]?key[\"'`\\\\]{0,3}(?:[ \\t=:>,]|$)|key[0-9_]|sig(?:nature)?=|hmac=|policy=|accessid=|accesskeyid=|x-amz-|x-goog-|x-oss-|x-ms-sig"
    "|://[^\\s/@\"'<>]+@|sshpass|--?user|curl[^\\n]* -u"
)

_NOT_SECRET: Final = frozenset(
    b"true false null none nil undefined empty required missing invalid expired unset set not changeme redacted masked hidden"
    b" secret password token string value example placeholder default unknown yes no on off optional str int bytes bool object"
    b" text is are was must and or the a an to in of for from with has flag option argument parameter file path env stdin prompt"
    b" basic bearer digest negotiate failed error ok success denied incorrect wrong provided required. found used".split()
)
# Lengths in bytes, found on real logs: what is shorter is a word of prose far more often than a secret.
_SHORTEST: Final = 3
_SHORT: Final = 6
_LONG: Final = 8
_RANDOM: Final = 16
_VARIED: Final = 4
"""Different characters a secret of some length has at least; also words a passphrase has at most."""
_DIGITS: Final = frozenset(b"0123456789")
_PASSWORDS: Final = (b"pass", b"pwd")


def is_placeholder(value: bytes) -> bool:
    """Whether a value stands for a secret instead of being one: already redacted, masked, a variable, a word for it."""
    return (
        b"[redacted:" in value
        or value[:1] in b"$%{<*[("
        or value.lower().strip(b".:!?)") in _NOT_SECRET
        or len(set(value)) < (_VARIED if len(value) >= _LONG else 2)
        or b"***" in value
        or b"..." in value
    )


def is_secret(name: bytes, separator: bytes, value: bytes, *, quoted: bool) -> bool:
    """Whether what is assigned to a secret's name looks like one: no word of prose, no path, no count."""
    lower = name.lower()
    if lower == b"basic":
        return _is_basic(value)
    if b"public" in lower:
        return False
    if any(word in lower for word in _PASSWORDS):
        return _is_password(name, separator, value, quoted=quoted)
    return _is_token(name, separator, value, quoted=quoted)


def _is_basic(value: bytes) -> bool:
    try:
        return b":" in base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False


def _is_password(name: bytes, separator: bytes, value: bytes, *, quoted: bool) -> bool:
    if name.lower().endswith(b"pwd") and value[:1] in b"/~.":
        return False
    if quoted or separator == b"=":
        # A sentence in quotes is a message about a password, not one.
        return len(value) >= _SHORTEST and value.count(b" ") < _VARIED and not value.isupper()
    return len(value) >= _SHORT and (_has_digit(value) or _has_mark(value)) and not value.endswith((b":", b"."))


def _is_token(name: bytes, separator: bytes, value: bytes, *, quoted: bool) -> bool:
    if b" " in value or value.isdigit() or _is_path_or_url(value):
        return False
    shouted = name.isupper() and separator == b"="
    if len(value) < (_SHORT if shouted else _LONG):
        return False
    if shouted or (quoted and len(value) >= _RANDOM and b"-" not in value):
        return _has_digit(value) or (len(set(value)) > _LONG and value != value.upper())
    letters = value.upper() != value.lower()
    return _has_digit(value) and letters and len(set(value)) >= _SHORT


def _has_digit(value: bytes) -> bool:
    return not _DIGITS.isdisjoint(value)


def _has_mark(value: bytes) -> bool:
    return any(mark in value for mark in b"!@#$%^&*+=/")


def _is_path_or_url(value: bytes) -> bool:
    return value.startswith(
        (b"/", b"./", b"~/", b"http:", b"https:", b"file:", b"sha1:", b"sha256:", b"sha512-", b"sha1-")
    ) and (value.count(b"/") > 1 or b":" in value or b"-" in value)
