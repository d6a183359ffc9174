"""How many o200k tokens a text has at most, without a tokenizer."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

# Cut where o200k's own pre-tokenizer cuts (words with one mark or space in front, digits by three, runs of marks, to
# which the slashes behind the next newline belong), white space apart. Nothing it keeps together is cut here without counting at least as many tokens.
_PIECES: Final = re.compile(
    r"(?<=\n)/+|[^\nA-Za-z0-9\x80-\U0010ffff]?(?:[A-Z]*[a-z]+|[A-Z]+)(?:'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL]))?"
    r"|[0-9]{1,3}| ?[!-/:-@\[-`{-~]+| +(?= )|[^\x00-\x7f]+|[\x00-\x20\x7f]"
)
_LONGEST_MERGED: Final = 48
"""Longer pieces are bounded by their length: merging takes time that grows with its square. So many spaces are one token."""
_ELLIPSIS_TOKENS: Final = 3
_NEVER: Final = 1 << 30
# The first merges of the public o200k_base encoding that stay within ASCII, in the order they are made, `¦` in between.
# A text merged with these alone has at least as many pieces as with all: what merges later only joins them further.
_MERGES: Final = Path(__file__).with_name("o200k_merges.txt")
# Next to these, two single letters may form no token, so that both stay single.
_RARE: Final = re.compile("[QJXZVWYKFGHqjxzkvwy]")


def estimate(text: str) -> int:
    """Bound the number of o200k tokens of a text from above: about 1.15 times the real number on logs, never below it.

    Words and marks count as after the encoding's first merges; digits three a token; anything beyond ASCII one per
    UTF-8 byte.
    """
    return sum(map(_cost, _PIECES.findall(text)))


def cut(text: str, limit: int) -> str:
    """The longest beginning of a text that `estimate` puts at `limit` tokens or less, ended by `…` where it was cut."""
    kept = spent = 0
    for match in _PIECES.finditer(text):
        spent += _cost(match.group())
        if spent > limit:
            return f"{text[:kept]}…" if limit >= _ELLIPSIS_TOKENS else ""
        if spent <= limit - _ELLIPSIS_TOKENS:
            kept = match.end()
    return text


def _cost(piece: str) -> int:
    # Only short pieces are remembered: a line may be one piece of 40 MB.
    return _short_cost(piece) if len(piece) <= _LONGEST_MERGED else _long_cost(piece)


@lru_cache(maxsize=1 << 14)
def _short_cost(piece: str) -> int:
    if not piece.isascii():
        return len(piece.encode("utf-8", "replace"))
    ranks = _ranks()
    if piece.isdigit() or piece in ranks or not piece.strip(" "):
        return 1
    return _merged(piece, ranks)


def _long_cost(piece: str) -> int:
    size = len(piece)
    if not piece.isascii():
        return len(piece.encode("utf-8", "replace"))
    if piece[-1].isalpha():
        # Neighbouring single letters merge, so at worst a single one stands between any two pairs.
        return min(size, (2 * size + 2) // 3 + len(_RARE.findall(piece)))
    if not piece.strip(" "):
        return 1 + size // _LONGEST_MERGED
    return size if piece.strip(piece[-1]) else 2 + size // 2


def _merged(piece: str, ranks: Mapping[str, int]) -> int:
    parts = list(piece)
    if len(parts) == 1:
        return 1
    # Ends before a single part is left: a piece that merges whole is among the ranks itself.
    while True:
        rank, at = min((ranks.get(parts[n] + parts[n + 1], _NEVER), n) for n in range(len(parts) - 1))
        if rank == _NEVER:
            return len(parts)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]


@cache
def _ranks() -> Mapping[str, int]:
    """Read at first use, once: it takes milliseconds, and start-up must not pay for it."""
    pieces = _MERGES.read_text("utf-8").replace("\n", "").removesuffix("¦").split("¦")
    return {piece: rank for rank, piece in enumerate(pieces)}
