"""What a server's journal says about a client: how often it was refused and how much of the limit it used."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

REFUSED = 429


@dataclass(frozen=True)
class Score:
    """One contender at one server.

    Attributes:
        requests: All that arrived.
        refused: Those answered with 429.
        utilisation: Admitted requests per window over N in the steady state; 1 is all that N per W allows.
        most: The most requests, admitted or not, in any W seconds.
        spread: Admitted requests of the process that had most, over those of the one that had least.
    """

    contender: str
    server: str
    requests: int
    refused: int
    utilisation: float
    most: int
    spread: float

    @property
    def refused_per_1000(self) -> float:
        """429s in a thousand requests."""
        return 1000 * self.refused / self.requests if self.requests else 0.0


def score(
    contender: str, server: str, arrivals: Sequence[tuple[float, int, str]], end: float, limit: int, window: float
) -> Score:
    """Counts in `arrivals`: seconds since the start of the contest, which lasts until `end`, status, and process."""
    admitted = [(at, process) for at, status, process in arrivals if status != REFUSED]
    shares = Counter(process for _, process in admitted).values()
    return Score(
        contender,
        server,
        requests=len(arrivals),
        refused=len(arrivals) - len(admitted),
        utilisation=utilisation((at for at, _ in admitted), end, limit, window),
        most=most_within([at for at, *_ in arrivals], window),
        spread=max(shares, default=0) / min(shares, default=1),
    )


def utilisation(admitted: Iterable[float], end: float, limit: int, window: float) -> float:
    """Admitted requests per window over N, between the end of the first window and `end`.

    The first window is left out: a bucket gives N there that it never gives again. Requests in the first and the last
    window of the rest weigh less the nearer to the edge, so that a client that sends N at once each window gets the same
    figure wherever in its beat the measurement starts. `end` must be more than two windows.
    """
    rest = end - window
    weights = (min(1.0, (at - window) / window, (end - at) / window) for at in admitted if window < at < end)
    return sum(weights) / limit * window / (rest - window) if rest > window else 0.0


def most_within(times: Sequence[float], window: float) -> int:
    """The largest number of `times`, in ascending order, in any half-open interval of `window` seconds."""
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
