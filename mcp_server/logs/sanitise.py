"""Text from strangers without anything a terminal or a reader would obey: escapes, controls, invisible characters."""

import re
from typing import Final, Protocol

MAX_ERROR_CHARS: Final = 300


class LineRedactor(Protocol):
    """What `clean_line` needs of a redactor."""

    def redact(self, text: str) -> str:
        """Return the text with its secrets replaced."""
        ...


# ECMA-48 control sequences, in the 7-bit (ESC x) and the 8-bit (C1) form. A string sequence (OSC, DCS, SOS, PM, APC)
# without its terminator loses only its introducer: a cut sequence must not swallow the rest of a line.
_ESCAPES: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    # The body stops at any introducer, which keeps thousands of unterminated ones linear.
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])(?:[^\x07\x1b\x90\x98\x9b-\x9f\n]*+(?:\x07|\x1b\\|\x9c)|[0-9;]*+)"
    r"|(?:\x1b\[|\x9b)[0-?]*+"
    r"|\x1b[ -/]*[0-~]?"
)
# The same in caret notation, as some collectors write it. What stands behind a part of another one stays, or removing
# it could make a new one.
_CARET: Final = re.compile(r"(?<![\^\[0-9;])\^\[\[[0-9;]*[A-Za-z]")
_C0: Final = "".join(chr(n) for n in range(32) if chr(n) not in "\t\n") + "\x7f"
_DROP_ASCII: Final = dict.fromkeys(map(ord, _C0))
# C1; soft hyphen and other invisible fillers; bidi controls; zero-width; line and paragraph separators; variation
# selectors; interlinear marks; noncharacters; Unicode tags (the usual carriers of hidden instructions); surrogates.
_DROP: Final = re.compile(
    f"[{re.escape(_C0)}\x80-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_C1_INTRODUCERS: Final = re.compile("[\x90\x98\x9b\x9d\x9e\x9f]")


def sanitise(text: str) -> tuple[str, int]:
    """Remove escape sequences, controls but tab and newline, and invisible characters; keep every line.

    A line that was rewritten by carriage returns (a progress bar) keeps its last state.

    Returns:
        The text, with as many newlines as before, and how many characters were removed (carriage returns and the
        states they overwrote are not counted).
    """
    plain = _ESCAPES.sub("", text) if "\x1b" in text or _has_c1(text) else text
    if "^[[" in plain:
        plain = _CARET.sub("", plain)
    removed = len(text) - len(plain)
    settled = _settle_carriage_returns(plain) if "\r" in plain else plain
    if settled.isascii():
        clean = settled.translate(_DROP_ASCII)
    else:
        clean = _DROP.sub("", settled)
    return clean, removed + len(settled) - len(clean)


def _has_c1(text: str) -> bool:
    return not text.isascii() and _C1_INTRODUCERS.search(text) is not None


def _settle_carriage_returns(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_last_state(line) if "\r" in line else line for line in lines)


def _last_state(line: str) -> str:
    end = len(line)
    while end > 0:
        start = line.rfind("\r", 0, end) + 1
        if (state := line[start:end]).strip():
            return state
        end = start - 1
    return ""


def clean_line(text: str, redactor: LineRedactor, limit: int = MAX_ERROR_CHARS) -> str:
    """One safe line of at most `limit` characters from any upstream text: sanitised, redacted, spaces folded, cut."""
    # A slice first: an upstream error page may be megabytes, and only its beginning can be shown.
    clean, _ = sanitise(text[: 20 * limit].replace("\r", "\n"))
    line = redactor.redact(" ".join(clean.split()))
    return line if len(line) <= limit else line[: max(limit - 1, 0)].rstrip() + "…"
