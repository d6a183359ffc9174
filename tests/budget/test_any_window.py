"""The promise of the budget: whatever the arrivals and latencies, a server never sees more than N in any window."""

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.slots import LOST_S, MARGIN_S, SlotTable, Taken, Wait

ME = "https://a me"
LEASE_S = 30.0
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
    """Requests sent over one table, and when the server saw them, by group."""

    table: SlotTable = field(default_factory=lambda: SlotTable(GROUPS, LEASE_S))
    seen: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in GROUPS})

    def run(self, requests: Iterable[Request]) -> None:
        order = count()
        events: list[tuple[float, int, Request, Taken | None]] = []
        now = 0.0
        for request in requests:
            now += request.gap_s
            events.append((now, next(order), request, None))
        heapq.heapify(events)
        while events:
            now, _, request, ends = heapq.heappop(events)
            if ends is not None:
                self.end(ends, request, now)
                continue
            taken = self.table.take(ME, request.charge, now)
            if isinstance(taken, Wait):
                heapq.heappush(events, (now + taken.seconds, next(order), request, None))
                continue
            heapq.heappush(events, (now + self.send(request, now), next(order), request, taken))

    def send(self, request: Request, now: float) -> float:
        """Seconds until the client knows the end of it."""
        client_waits = min(request.there_s + request.back_s, LEASE_S)
        # A request that was cut off may still be on its way for a while.
        slowest = client_waits + LOST_S if request.fate == "cut off" else LEASE_S
        if request.fate != "not sent":
            for name in request.charge.groups:
                self.seen[name].append(now + min(request.there_s, slowest))
        return client_waits

    def end(self, taken: Taken, request: Request, now: float) -> None:
        if request.fate == "answered":
            self.table.date(taken, now, MARGIN_S)
        elif request.fate == "cut off":
            self.table.date(taken, now, LOST_S)
        elif request.fate == "not sent":
            self.table.give_back(taken)


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


@pytest.mark.parametrize(("window_s", "share"), [(60.0, 0.98), (30.0, 0.96)])
def test_steady_demand_uses_nearly_all_of_the_limit(window_s: float, share: float) -> None:
    slots = SlotTable({"a.logs": Group("a.logs", 60, window_s)}, LEASE_S)
    now, sent, windows = 0.0, 0, 20
    while now < windows * window_s:
        taken = slots.take(ME, Charge(("a.logs",)), now)
        if isinstance(taken, Wait):
            now += taken.seconds
            continue
        slots.date(taken, now + 0.05, MARGIN_S)
        sent += 1
    assert sent >= share * 60 * windows
