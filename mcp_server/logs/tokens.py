"""How many o200k tokens a text has at most, without a tokenizer."""

import re
from functools import lru_cache
from typing import Final

from mcp_server.logs.token_merges import RANKS

# Cut where o200k's own pre-tokenizer cuts (words with one mark or space in front, digits by three, runs of marks),
# white space apart. Nothing it keeps together is cut here without counting at least as many tokens.
_PIECES: Final = re.compile(
    r"[^\nA-Za-z0-9\x80-\U0010ffff]?(?:[A-Z]*[a-z]+|[A-Z]+)(?:'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))?"
    r"|[0-9]{1,3}| ?[!-/:-@\[-`{-~]+| +(?= )|[^\x00-\x7f]+|[\x00-\x20\x7f]"
)
_LONGEST_MERGED: Final = 48
"""Longer pieces are bounded by their length: merging takes time that grows with its square."""
_SPACES: Final = 48
"""Spaces that are one token for certain."""
_WIDEST: Final = 64
"""Characters one token has at most in what is counted here (long runs of one mark or of spaces)."""
# Next to these, two single letters may form no token, so that both stay single.
_RARE: Final = re.compile("[QJXZVWYKFGHqjxzkvwy]")


def estimate(text: str) -> int:
    """Bound the number of o200k tokens of a text from above: about 1.4 times the real number on logs, never below it.

    Words and marks count as after the encoding's first merges; digits three a token; anything beyond ASCII one per
    UTF-8 byte.
    """
    return sum(map(_cost, _PIECES.findall(text)))


def cut(text: str, limit: int) -> str:
    """The longest beginning of a text that `estimate` puts at `limit` tokens or less, ended by `…` where it was cut."""
    if len(text) <= _WIDEST * max(limit, 0) and estimate(text) <= limit:
        return text
    left = limit - len("…".encode())
    end = 0
    for match in _PIECES.finditer(text):
        left -= _cost(match.group())
        if left < 0:
            break
        end = match.end()
    return f"{text[:end]}…" if limit >= len("…".encode()) else ""


@lru_cache(maxsize=1 << 14)
def _cost(piece: str) -> int:
    if not piece.isascii():
        return len(piece.encode("utf-8", "replace"))
    size = len(piece)
    if size == 1 or piece.isdigit() or piece in RANKS:
        return 1
    if not piece.strip(" "):
        return 1 + size // _SPACES
    if size <= _LONGEST_MERGED:
        return _merged(piece)
    if piece[-1].isalpha():
        # Neighbouring single letters merge, so at worst a single one stands between any two pairs.
        return min(size, (2 * size + 2) // 3 + len(_RARE.findall(piece)))
    return size if piece.strip(piece[-1]) else 2 + size // 2


def _merged(piece: str) -> int:
    parts = list(piece)
    while len(parts) > 1:
        rank, at = min((RANKS.get(parts[n] + parts[n + 1], _NEVER), n) for n in range(len(parts) - 1))
        if rank == _NEVER:
            break
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return len(parts)


_NEVER: Final = 1 << 30
