"""How rare the words of a line are in its log: what is written once among thousands of lines is worth a look."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from mcp_server.logs.columns import Lines

_SAMPLE_CHARS: Final = 500_000
"""Characters of a log whose words are counted; of a longer one, stretches spread over all of it."""
_STRETCH_LINES: Final = 256
_READ_CHARS: Final = 400
_SHORTEST: Final = 4
_MOST_WORDS: Final = 24
# Letters alone: what holds a digit is a name, a number or a hash, and those are nearly always rare.
_WORD: Final = re.compile(r"[^\W\d_]+")


class Rarity:
    """The words of a log, counted once."""

    __slots__ = ("_counts",)

    def __init__(self, lines: Sequence[str]) -> None:
        # Millions of short lines are not read for their lengths.
        size = lines.size if isinstance(lines, Lines) else sum(map(len, lines))
        step = max(-(-size // _SAMPLE_CHARS), 1)
        counts: Counter[str] = Counter()
        for start in range(0, len(lines), _STRETCH_LINES * step):
            stretch = lines[start : start + _STRETCH_LINES]
            counts.update(_WORD.findall("\n".join(line[:_READ_CHARS] for line in stretch)))
        self._counts = counts

    def of(self, line: str) -> tuple[int, int]:
        """How many of a line's words hardly occur elsewhere, and how often its rarest one was counted."""
        words = [word for word in _WORD.findall(line[:_READ_CHARS])[:_MOST_WORDS] if len(word) >= _SHORTEST]
        if not words:
            return 0, _SAMPLE_CHARS
        counted = [self._counts[word] for word in words]
        return sum(count <= 1 for count in counted), min(counted)
