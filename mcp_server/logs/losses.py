"""What a line loses by lines of its kind that are shown already."""

from typing import Final

# What a line loses for each doubling of the lines of its kind that are shown already: apart from them, beside them, and
# of its very template. A small answer has to be varied, a large one may dwell on one failure: measured on marked logs.
_LOSSES_SMALL: Final = (120, 40, 150)
_LOSSES_LARGE: Final = (30, 0, 60)
_SMALL: Final = 1_000
_LARGE: Final = 2_000
"""Tokens of an answer."""


def losses(budget: int) -> tuple[int, ...]:
    """Of an answer of `budget` tokens: apart, beside, and of the very template, in hundredths of a logit."""
    large = min(max(budget - _SMALL, 0), _LARGE - _SMALL)
    return tuple(
        small + (other - small) * large // (_LARGE - _SMALL)
        for small, other in zip(_LOSSES_SMALL, _LOSSES_LARGE, strict=True)
    )
