"""How many o200k tokens a text has at most, without a tokenizer."""

import re
from typing import Final

from mcp_server.logs.token_words import MARKS, WORDS

# Cut roughly where o200k's own pre-tokenizer cuts, so that no token spans two pieces of different kinds.
_PIECES: Final = re.compile(
    r"'[A-Z]*[a-z]+|'[A-Z]+| ?[A-Z]*[a-z]+| ?[A-Z]+|[0-9]{1,3}|\n|\t"
    r"|-{4,}|={4,}|\*{4,}|#{4,}|_{4,}|\.{4,}|/{4,}| {2,}"
    r"| ?[!-/:-@\[-`{-~]+?(?=[-]{4}|={4}|\*{4}|#{4}|_{4}|\.{4}|/{4}|[^!-/:-@\[-`{-~]|$)| |[^\x00-\x7f]+|[\x00-\x1f\x7f]",
)
_RUNS: Final = frozenset("-=*#_./")
# Letters in pairs that are no token (`qz`, `JX`): only next to them can two single letters stay apart.
_RARE: Final = re.compile("[QJXZVWYqjxzkv]")


def estimate(text: str) -> int:
    """Bound the number of o200k tokens of a text from above.

    By character class: digits three a token; a frequent word one; other letters two thirds of a token each, because
    neighbouring single letters always merge; marks one each; runs of one mark or of spaces by their length; anything
    beyond ASCII one per UTF-8 byte.
    """
    return sum(map(_cost, _PIECES.findall(text)))


def _cost(piece: str) -> int:
    last = piece[-1]
    size = len(piece)
    if not last.isascii():
        return len(piece.encode("utf-8", "replace"))
    if last.isalpha():
        if piece.lstrip(" ") in WORDS:
            return 1
        return min(size, (2 * size + 2) // 3 + len(_RARE.findall(piece)))
    if size == 1:
        return 1
    if last.isdigit():
        return 1
    if last == " ":
        return 2 + size // 64
    if piece in MARKS:
        return 1
    if size >= 4 and last in _RUNS and piece == last * size:
        return 2 + size // 16
    return len(piece.lstrip(" "))


def cut(text: str, limit: int) -> str:
    """The longest beginning of a text that `estimate` puts at `limit` tokens or less, ended by `…` where it was cut."""
    # No piece is longer than its tokens times 64, so the rest can never be reached.
    if len(text) <= limit or (len(text) <= 66 * max(limit, 0) and estimate(text) <= limit):
        return text
    left = limit - 3
    end = 0
    for match in _PIECES.finditer(text):
        left -= _cost(match.group())
        if left < 0:
            break
        end = match.end()
    return text[:end] + "…" if limit >= 3 else ""
