"""The promise of the budget: whatever the arrivals and latencies, a server never sees more than N in any window."""

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.ledger import Ending, Taken, Wait
from mcp_server.budget.window import LOST_S
from tests.budget.book import LEASE_S, Book

N, W = 4, 20.0
GROUPS = {"a.logs": Group("a.logs", N, W), "a.shared": Group("a.shared", N + 2, W * 2)}

Fate = Literal["answered", "cut off", "killed", "not sent"]


@dataclass(frozen=True)
class Request:
    """One request: seconds to the server and back again, and what becomes of it."""

    gap_s: float
    there_s: float
    back_s: float
    fate: Fate
    purpose: Purpose
    shared: bool

    @property
    def charge(self) -> Charge:
        return Charge(("a.logs", "a.shared") if self.shared else ("a.logs",), self.purpose)


@dataclass
class Simulation:
    """Requests sent by two processes that share a ledger, and when the server saw them, by group."""

    books: list[Book] = field(default_factory=list[Book])
    seen: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in GROUPS})

    def __post_init__(self) -> None:
        first = Book(GROUPS)
        self.books = [first, first.other()]

    def run(self, requests: Iterable[Request]) -> None:
        order = count()
        events: list[tuple[float, int, Request, tuple[Book, Taken] | None]] = []
        now = 0.0
        times = self.books[0].times
        for request in requests:
            now += request.gap_s
            events.append((now, next(order), request, None))
        heapq.heapify(events)
        while events:
            now, turn, request, ends = heapq.heappop(events)
            times.passes(now - times.now)
            if ends is not None:
                self.end(*ends, request)
                continue
            book = self.books[turn % 2]
            taken = book.ask(*request.charge.groups, purpose=request.purpose)
            if isinstance(taken, Wait):
                heapq.heappush(events, (now + taken.seconds, next(order), request, None))
                continue
            heapq.heappush(events, (now + self.send(request, now), next(order), request, (book, taken)))

    def send(self, request: Request, now: float) -> float:
        """Seconds until the client knows the end of it."""
        client_waits = min(request.there_s + request.back_s, LEASE_S)
        # A request that was cut off may still be on its way for a while.
        slowest = client_waits + LOST_S if request.fate == "cut off" else LEASE_S
        if request.fate != "not sent":
            for name in request.charge.groups:
                self.seen[name].append(now + min(request.there_s, slowest))
        return client_waits

    def end(self, book: Book, taken: Taken, request: Request) -> None:
        # Of one that was killed nobody tells the end.
        if request.fate != "killed":
            book.end(taken, Ending(sent=request.fate != "not sent", answered=request.fate == "answered"))


requests = st.lists(
    st.builds(
        Request,
        gap_s=st.floats(0, 10),
        there_s=st.floats(0, LEASE_S),
        back_s=st.floats(0, LEASE_S),
        fate=st.sampled_from(["answered", "answered", "cut off", "killed", "not sent"]),
        purpose=st.sampled_from(["interactive", "poll", "bulk"]),
        shared=st.booleans(),
    ),
    max_size=40,
)


def most_in_a_window(times: list[float], window_s: float) -> int:
    return max((sum(end - window_s < time <= end for time in times) for end in times), default=0)


@given(requests)
def test_a_server_with_a_sliding_window_never_sees_more_than_the_limit(drawn: list[Request]) -> None:
    simulation = Simulation()
    simulation.run(drawn)
    for name, group in GROUPS.items():
        assert most_in_a_window(simulation.seen[name], group.window_s) <= (group.limit or 0)


@given(requests)
def test_nor_does_a_server_that_stamps_whole_seconds(drawn: list[Request]) -> None:
    simulation = Simulation()
    simulation.run(drawn)
    for name, group in GROUPS.items():
        stamps = [float(math.floor(time)) for time in simulation.seen[name]]
        assert most_in_a_window(stamps, group.window_s) <= (group.limit or 0)
