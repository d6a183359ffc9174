"""How much each pooled line speaks for explaining the failure: a linear model over signs and places."""

from collections.abc import Sequence
from typing import Final

from mcp_server.logs.features import placed
from mcp_server.logs.pool import Pool
from mcp_server.logs.weights import PLACE_WEIGHTS, SIGN_WEIGHTS

# The bands of SIGN_WEIGHTS: first and last offset of the lines whose signs count.
_BANDS: Final = ((0, 0), (-1, -1), (1, 1), (-4, -2), (2, 4), (-10, -5), (5, 10))


def scores(lines: Sequence[str], pool: Pool) -> list[int]:
    """One score per pooled line, in hundredths of a logit; higher means more telling."""
    # What a template gives to itself and to lines at each distance is summed once per template, not per line.
    gifts = [[sum(SIGN_WEIGHTS[sign][band] for sign in signs) for band in range(len(_BANDS))] for signs in pool.signs]
    result = [
        sum(weights[bucket] for weights, bucket in zip(PLACE_WEIGHTS, buckets, strict=True))
        for buckets in placed(lines, pool)
    ]
    position = {index: n for n, index in enumerate(pool.indexes)}
    for index, template in zip(pool.indexes, pool.templates, strict=True):
        for (first, last), weight in zip(_BANDS, gifts[template], strict=True):
            if weight:
                # Who sees this line at an offset stands at the opposite side of it.
                for seer in range(index - last, index - first + 1):
                    if (n := position.get(seer)) is not None:
                        result[n] += weight
    return result
