"""A platform with a rate limit and clients that share a ledger, in simulated time: hours of traffic in a second."""

import heapq
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from benchmarks.limit_algorithms import ALGORITHMS, Algorithm
from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.ledger import Ending, Ledger, Taken, Wait
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock

ResultT = TypeVar("ResultT")

ME = "https://a me"
GROUP = "a.logs"


def at_once(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """The result of a coroutine that waits for nothing, as all are over cells in memory."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits for something")


@dataclass
class Simulation:
    """Requests to one server, and what it thought of them.

    Attributes:
        algorithm: How the server counts.
        limit: Requests per window, at the server and, times `cap`, in our budget.
        window_s: Seconds.
        clients: Ledgers that share the cells, one for each process.
        busy: Whether there is demand at a time.
    """

    algorithm: Algorithm
    limit: int = 60
    window_s: float = 60.0
    cap: float = 1.0
    margin_s: float = 1.0
    clients: int = 4
    tells: bool = False
    busy: Callable[[float], bool] = lambda _: True
    purpose: Purpose = "interactive"
    seed: int = 1
    now: float = 1000.0
    seen: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    waits: list[float] = field(default_factory=list[float])
    served: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  the same traffic in every run
        self.clock = Clock(lambda: self.now, wall=lambda: self.now)
        cells: Cells = MemoryCells(self.clock)
        groups = {GROUP: Group(GROUP, int(self.limit * self.cap), self.window_s)}
        self.ledgers = [Ledger(cells, groups, 30.0, self.margin_s) for _ in range(self.clients)]
        self.order = count()
        self.events: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self.events, (when, next(self.order), what))

    def run(self, seconds: float, demand: int = 8) -> "Simulation":
        """Lets `demand` requesters of each client ask again and again for so many seconds."""
        end = self.now + seconds
        for client in range(self.clients):
            for _ in range(demand):
                self.at(self.now + self.random.uniform(0, 1), lambda client=client: self.ask(client, end))
        while self.events:
            self.now, _, what = heapq.heappop(self.events)
            what()
        return self

    def ask(self, client: int, end: float) -> None:
        if self.now >= end:
            return
        if not self.busy(self.now):
            self.at(self.now + self.random.uniform(0.5, 1.5), lambda: self.ask(client, end))
            return
        taken = at_once(self.ledgers[client].take(ME, Charge((GROUP,), self.purpose)))
        if isinstance(taken, Wait):
            self.at(self.now + taken.seconds + self.random.uniform(0, 0.02), lambda: self.ask(client, end))
            return
        self.at(self.now + self.random.uniform(0.005, 0.08), lambda: self.arrive(client, taken, end))

    def arrive(self, client: int, taken: Taken, end: float) -> None:
        retry_after_s = self.algorithm.admit(self.now)
        self.seen.append((self.now, retry_after_s is None))
        self.served[client] = self.served.get(client, 0) + (retry_after_s is None)
        refused = retry_after_s is not None
        ending = Ending(refused=refused, asked_s=retry_after_s if self.tells else None)
        self.at(self.now + self.random.uniform(0.005, 0.08), lambda: self.answered(client, taken, ending, end))

    def answered(self, client: int, taken: Taken, ending: Ending, end: float) -> None:
        at_once(self.ledgers[client].end(taken, ending))
        self.ask(client, end)

    @property
    def refused(self) -> list[float]:
        return [at for at, admitted in self.seen if not admitted]

    def admitted_between(self, start: float, end: float) -> int:
        return sum(admitted and start <= at < end for at, admitted in self.seen)

    def utilisation(self, start: float, windows: int) -> float:
        """Admitted requests of `windows` windows from `start` on, as a share of what our budget allows."""
        allowed = int(self.limit * self.cap) * windows
        return self.admitted_between(start, start + windows * self.window_s) / allowed


def against(name: str, **options: Any) -> Simulation:
    limit, window_s = options.get("limit", 60), options.get("window_s", 60.0)
    return Simulation(ALGORITHMS[name](limit, window_s), **options)
