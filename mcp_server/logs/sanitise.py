"""Text from strangers without anything a terminal or a reader would obey: escapes, controls, invisible characters."""

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from mcp_server.logs.linear import Pattern

MAX_ERROR_CHARS: Final = 300


class LineRedactor(Protocol):
    """What `clean_line` needs of a redactor."""

    def redact(self, text: str) -> str:
        """Return the text with its secrets replaced."""
        ...


# ECMA-48 control sequences. A string sequence (OSC, DCS, SOS, PM, APC) without its terminator loses only its introducer:
# a cut sequence must not swallow the rest of a line.
_SEVEN_BIT: Final = (
    r"\x1b(?:"
    # Nearly all are colours: one alternative that fails fast.
    r"\[[0-9;]*+m"
    r"|\[[0-?]*+(?:[ -/]*+[@-~])?+"
    # The body stops at any introducer, which keeps thousands of unterminated ones linear.
    r"|[\]PX^_](?:[^\x07\x1b\x90\x98\x9b-\x9f\n]*+(?:\x07|\x1b\\|\x9c)|[0-9;]*+)"
    r"|[ -/]*+[0-~]?+"
    r")"
)
_ESCAPES: Final = re.compile(_SEVEN_BIT)
# The same in the 8-bit (C1) form too; without a first byte in common a search is ten times slower.
_ANY_ESCAPES: Final = re.compile(
    _SEVEN_BIT
    + r"|\x9b[0-?]*+(?:[ -/]*+[@-~])?+"
    + r"|[\x90\x98\x9d-\x9f](?:[^\x07\x1b\x90\x98\x9b-\x9f\n]*+(?:\x07|\x1b\\|\x9c)|[0-9;]*+)"
)
# The same in caret notation, as some collectors write it, with every beginning of another one right before it: left
# there, it could make a new one of what follows.
_CARET: Final = re.compile(r"(?:\^(?:\[(?:\[[0-9;]*+)?+)?+)++[A-Za-z]?+")
_C0: Final = bytes(n for n in (*range(32), 127) if n not in b"\t\n\r")
_DROP_ASCII: Final = dict.fromkeys(_C0)
# C1; soft hyphen and other invisible fillers; bidi controls; zero-width; line and paragraph separators; variation
# selectors; interlinear marks; noncharacters; Unicode tags (the usual carriers of hidden instructions); private planes.
_HIDDEN_RANGES: Final = [
    "80-9f",
    "ad",
    "34f",
    "61c",
    "115f-1160",
    "17b4-17b5",
    "180b-180f",
    "200b-200f",
    "2028-202e",
    "2060-206f",
    "3164",
    "fe00-fe0f",
    "feff",
    "ffa0",
    "fff0-fffb",
    "fffe-ffff",
    "e0000-e0fff",
    "f0000-10ffff",
]
_HIDDEN: Final = "[" + "".join("-".join(f"\\x{{{end}}}" for end in span.split("-")) for span in _HIDDEN_RANGES) + "]"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_C1_INTRODUCERS: Final = "\x90\x98\x9b\x9d\x9e\x9f"


def sanitise(text: str) -> tuple[str, int]:
    """Remove escape sequences, controls but tab and newline, and invisible characters; keep every line.

    A line that was rewritten by carriage returns (a progress bar) keeps its last state.

    Returns:
        The text, with as many newlines as before, and how many characters were removed (carriage returns and the
        states they overwrote are not counted).
    """
    plain = text
    if _has_c1(text):
        plain = _ANY_ESCAPES.sub("", text)
    elif "\x1b" in text:
        plain = _ESCAPES.sub("", text)
    plain = plain.translate(_DROP_ASCII) if plain.isascii() else _without_hidden(plain)
    if "^[[" in plain:
        plain = _CARET.sub(_kept, plain)
    removed = len(text) - len(plain)
    if not removed:
        # One copy of a long line less.
        plain = text
    return (_settle_carriage_returns(plain) if "\r" in plain else plain), removed


def _kept(carets: re.Match[str]) -> str:
    """Nothing of a run of carets that ends as a control sequence does, else all of it."""
    run = carets.group()
    return "" if run[-1].isalpha() and run.startswith("^[[", run.rindex("^")) else run


def _without_hidden(text: str) -> str:
    # As UTF-8, since deleting single bytes and searching with RE2 are many times faster than a class over characters.
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = _SURROGATE.sub("", text).encode()
    data = data.translate(None, _C0)
    hidden = _hidden()
    if hidden.search(data) is not None:
        data = hidden.sub(b"", data)
    return data.decode()


@cache
def _hidden() -> "Pattern":
    # RE2 is loaded with the first text that is not ASCII: light start-up.
    from mcp_server.logs.linear import linear  # noqa: PLC0415  see above

    return linear(_HIDDEN)


def _has_c1(text: str) -> bool:
    # One look for each is many times faster than one look for a class of them.
    return not text.isascii() and any(introducer in text for introducer in _C1_INTRODUCERS)


def _settle_carriage_returns(text: str) -> str:
    text = text.replace("\r\n", "\n")
    pieces: list[str] = []
    done = 0
    at = text.find("\r")
    while at >= 0:
        start = text.rfind("\n", done, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        pieces += (text[done:start], _last_state(text[start:end]))
        done = end
        at = text.find("\r", end)
    return "".join((*pieces, text[done:]))


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
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
