"""What is a secret and what is not, of what stands where secrets stand: prose, placeholders, paths and counts are none."""

import base64
import binascii
import math
import re
from collections import Counter
from typing import Final

_NOT_SECRET: Final = frozenset(
    b"true false null none nil undefined empty required missing invalid expired unset set not changeme redacted masked hidden secure secured filtered encrypted"
    b" secret password token string value example placeholder default unknown yes no on off optional str int bytes bool object"
    b" text is are was must and or the a an to in of for from with has flag option argument parameter file path env stdin prompt"
    b" basic bearer digest negotiate failed error ok success denied incorrect wrong provided required. found used".split()
)
# Lengths in bytes, found on real logs: what is shorter is a word of prose far more often than a secret.
_SHORTEST: Final = 3
_SHORT: Final = 6
_LONG: Final = 8
_SAID: Final = 12
"""In a sentence, where nothing but the word in front tells."""
_RANDOM: Final = 16
_VARIED: Final = 4
"""Different characters a secret of some length has at least; also words a passphrase has at most."""
_TELLING_BITS: Final = 2.8
"""Bits a character of what is random: English words and paths of their length have fewer, random hexadecimal has more."""
_LONGEST_REST: Final = 24
_DIGITS: Final = frozenset(b"0123456789")
_PASSWORDS: Final = (b"pass", b"pwd")
# What a name ends with that is no secret though a telling word stands in it: `token_url`, `secretName`, `auth_type`.
_OTHER_THING: Final = re.compile(
    rb"(?i)(?:ids?|names?|files?|paths?|dirs?|ur[il]s?|endpoints?|hosts?|ports?|length|size|counts?|types?|versions?|hash|sha\d*|digest"
    rb"|fingerprint|expir\w*|ttl|age|status|state|class\w*|manager|provider|methods?|mode|helper|store|policy|format|prefix|suffix"
    rb"|header|refs?|reference|arn|scopes?|audience|issuer|time\w*|codes?|errors?|config\w*|settings?|handler|services?|servers?"
    rb"|clients?|users?|plugins?|limits?|usage|budget|or|and|from|for|in|of|to|by|at|on|with|was|has|authority|origin|spec|index"
    rb"|kind|enabled|disabled|required|request|response|policies|rules?|field|label|attempts?|location|bucket|group|role|list)$"
)
_OTHER_WORD: Final = re.compile(
    rb"(?i)(?:ors?|ored|orities|ority|orship|hors?|entic\w*|oriz\w*|oris\w*|iz\w*|less|ing|ed)\b"
)
"""What makes another word of `auth`, `token` or `password`."""
_TELLING: Final = re.compile(rb"(?i)pass|pwd|secret|token|key|cred|word|base\b|code|phrase|seed|value|str(?:ing)?$")
_PATH: Final = re.compile(rb"(?:\.{0,2}|~|[A-Za-z]:)[/\\]|[\w.-]+(?:/[A-Za-z][\w.-]*)+\.\w{1,5}$|[a-z_]\w*/\d{1,2}$")
_CHECKED: Final = (
    b"http:",
    b"https:",
    b"file:",
    b"sha1:",
    b"sha256:",
    b"sha512-",
    b"sha384-",
    b"sha256-",
    b"sha1-",
    b"md5:",
)
# Words joined by marks, a word with a number, a version.
_WORDY: Final = re.compile(
    rb"[A-Za-z]+\d{0,2}(?:[-_./:]+(?:[A-Za-z]+\d{0,3}|\d{1,5}))+$|[A-Za-z]*[a-z]+[\d.]{0,3}$|v?\d+(?:\.[\w-]+)+$"
)


def is_placeholder(value: bytes) -> bool:
    """Whether a value stands for a secret instead of being one: a variable, a mask, a mark of ours, a word."""
    return (
        value[:1] in b"$%<{*[("
        or value.lower().strip(b".:!?)") in _NOT_SECRET
        or len(set(value)) < (_VARIED if len(value) >= _LONG else 2)
        or b"***" in value
        or b"..." in value
    )


def is_secret(name: bytes, separator: bytes, value: bytes, *, quoted: bool, rest: bytes = b"") -> bool:
    """Whether what is assigned to a secret's name looks like one: no word of prose, no path, no count.

    Args:
        name: What it is called, whole.
        separator: What stands between; a blank where nothing does.
        value: What is assigned.
        quoted: Whether it stood in quotes.
        rest: What of the name follows the telling word.
    """
    lower = name.lower()
    passwords = any(word in lower for word in _PASSWORDS)
    if (value.isdigit() and not passwords) or _is_other_thing(lower, rest):
        return False
    if rest and not _TELLING.search(rest):
        return is_random(value, _RANDOM)
    return (_is_password if passwords else _is_token)(name, separator, value, quoted=quoted)


def _is_other_thing(lower: bytes, rest: bytes) -> bool:
    """Whether a name with a telling word in it tells of no secret: `token_url`, `author`, `public_key`."""
    return (
        b"public" in lower
        or b"csrf" in lower
        or len(rest) > _LONGEST_REST
        or (rest != b"" and (_OTHER_THING.search(rest) is not None or _OTHER_WORD.match(rest) is not None))
    )


def is_basic(value: bytes) -> bool:
    """Whether it is what basic authentication sends: a name, a colon and a password in base64."""
    try:
        return b":" in base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False


def is_random(value: bytes, least: int = _SAID) -> bool:
    """Whether it was drawn, not written: long enough, letters and digits in disorder, no path, version or identifier."""
    return (
        len(value) >= least
        and has_digit(value)
        and value.upper() != value.lower()
        and not _is_path_or_url(value)
        and not _PATH.match(value)
        and not _WORDY.match(value)
        and _bits(value) >= _TELLING_BITS
    )


def is_odd(value: bytes) -> bool:
    """Whether it was chosen to be no word: letters and digits, no more than a few characters."""
    return len(value) >= _LONG and has_digit(value) and value.upper() != value.lower() and not _WORDY.match(value)


def is_mixed(value: bytes) -> bool:
    """Whether capitals and small letters stand in disorder, as in no name of a user or a group."""
    return len(value) >= _SAID and value[1:].upper() != value[1:] != value[1:].lower() and _bits(value) >= _TELLING_BITS


def has_digit(value: bytes) -> bool:
    """Whether any character is a digit."""
    return not _DIGITS.isdisjoint(value)


def _bits(value: bytes) -> float:
    """Entropy of its characters, in bits a character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())


def _is_password(name: bytes, separator: bytes, value: bytes, *, quoted: bool) -> bool:
    if name.lower().endswith(b"pwd") and value[:1] in b"/~.":
        return False
    if quoted or separator == b"=":
        # A sentence in quotes is a message about a password, not one.
        return len(value) >= _SHORTEST and value.count(b" ") < _VARIED and (has_digit(value) or not value.isupper())
    return (
        len(value) >= _SHORT
        and (has_digit(value) or _has_mark(value))
        and not _PATH.match(value)
        and not value.endswith((b":", b"."))
    )


def _is_token(name: bytes, separator: bytes, value: bytes, *, quoted: bool) -> bool:
    if b" " in value or value.isdigit() or _is_path_or_url(value):
        return False
    shouted = name.isupper() and separator == b"="
    if len(value) < (_SHORT if shouted else _LONG):
        return False
    if shouted or (quoted and len(value) >= _RANDOM and b"-" not in value):
        return has_digit(value) or (len(set(value)) > _LONG and value != value.upper())
    letters = value.upper() != value.lower()
    return has_digit(value) and letters and len(set(value)) >= _SHORT


def _has_mark(value: bytes) -> bool:
    return any(mark in value for mark in b"!@#$%^&*+=/")


def _is_path_or_url(value: bytes) -> bool:
    return value.startswith((b"/", b"./", b"~/", *_CHECKED)) and (
        value.count(b"/") > 1 or b":" in value or b"-" in value
    )
