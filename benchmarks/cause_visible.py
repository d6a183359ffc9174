"""What "a step is visible in an answer" may mean; white space never counts."""

import re
from typing import Final

_CHARS: Final = 40
_FIRST: Final = 80
_SHARE: Final = 0.15
_SHINGLE: Final = 8


def _flat(text: str) -> str:
    return " ".join(text.split())


def _row(answer: str, number: int, _: str) -> bool:
    """A row of its own, opened by its number, with text."""
    return re.search(rf"(?m)^(?:\s*\d+ \| )?#{number}\b[^\n]*\w[^\n]{{6}}", answer) is not None


def _chars(answer: str, _: int, step: str) -> bool:
    """Forty characters of it in a row, all of it if it is shorter."""
    flat, told = _flat(step), _flat(answer)
    return any(flat[n : n + _CHARS] in told for n in range(max(len(flat) - _CHARS, 0) + 1))


def _own(answer: str, number: int) -> str:
    """The answer's text on a step: from its opening to that of another."""
    rows = re.split(r"(?m)^(?:\s*\d+ \| )?(?=#\d+\b)", answer)
    return _flat(" ".join(row for row in rows if re.match(rf"#{number}\b", row)))


def _part(answer: str, number: int, step: str) -> bool:
    """Its first eighty characters, or 15 % of its words in the rows of that step."""
    flat = _flat(step)
    if flat[:_FIRST] in _flat(answer):
        return True
    words = re.findall(r"\w+", flat)
    told = set(re.findall(r"\w+", _own(answer, number)))
    return sum(word in told for word in set(words)) >= _SHARE * len(set(words))


def _shingle(answer: str, _: int, step: str) -> bool:
    """Eight words of it in a row."""
    words, told = _flat(step).split(), f" {_flat(answer)} "
    return any(f" {' '.join(words[n : n + _SHINGLE])} " in told for n in range(max(len(words) - _SHINGLE, 0) + 1))


DEFINITIONS: Final = {"40 characters": _chars, "row": _row, "80 or 15 %": _part, "8 words": _shingle}
"""Name -> check; the first is the one to compare by."""


def visible(definition: str, answer: str, number: int, step: str) -> bool:
    """Whether the step with that 1-based number and text is visible in the answer."""
    return DEFINITIONS[definition](answer, number, step)
