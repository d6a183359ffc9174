"""A ledger over cells in memory, with a time that tests set, and without the waiting that such cells do not do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.ledger import Ending, GroupState, Ledger, Taken, Wait
from mcp_server.budget.window import Heard
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from tests.budget.simulated import at_once

ME, YOU = "https://a me", "https://a you"
LEASE_S = 30.0
HOUR_S = 3600.0


@dataclass
class Times:
    """The two clocks of a machine, moved by hand."""

    now: float = 0.0
    wall: float = 1_700_000_000.0

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, wall=lambda: self.wall)


@dataclass
class Book:
    """A process's ledger.

    Attributes:
        groups: Its limits.
        times: Its clocks.
        cells: What it shares with others.
    """

    groups: Mapping[str, Group]
    times: Times = field(default_factory=Times)
    cells: Cells | None = None

    @classmethod
    def of(cls, *groups: Group) -> "Book":
        return cls({group.name: group for group in groups})

    def __post_init__(self) -> None:
        self.cells = self.cells or MemoryCells(self.times.clock)
        self.ledger = Ledger(self.cells, self.groups, LEASE_S)

    def other(self) -> "Book":
        """Another process with the same cells."""
        return Book(self.groups, self.times, self.cells)

    def ask(self, *names: str, purpose: Purpose = "interactive", account: str = ME) -> Taken | Wait:
        return at_once(self.ledger.take(account, Charge(names or tuple(self.groups), purpose)))

    def take(self, *names: str, purpose: Purpose = "interactive", account: str = ME) -> Taken:
        taken = self.ask(*names, purpose=purpose, account=account)
        assert isinstance(taken, Taken), taken
        return taken

    def wait(self, *names: str, purpose: Purpose = "interactive") -> Wait:
        wait = self.ask(*names, purpose=purpose)
        assert isinstance(wait, Wait)
        return wait

    def end(self, taken: Taken, ending: Ending | None = None) -> float:
        return at_once(self.ledger.end(taken, ending or Ending()))

    def spend(self, *names: str, times: int = 1, purpose: Purpose = "interactive", heard: Heard | None = None) -> None:
        """Requests that are answered at once."""
        for _ in range(times):
            self.end(self.take(*names, purpose=purpose), Ending(heard=heard or Heard()))

    def refused(self, *names: str, asked_s: float | None = None) -> float:
        """A request that is refused at once; seconds its group is held back."""
        return self.end(self.take(*names), Ending(refused=True, asked_s=asked_s))

    def states(self, *names: str, account: str = ME) -> list[GroupState]:
        asked: Iterable[str] = names or self.groups
        return list(at_once(self.ledger.states(account, asked)).values())

    @property
    def state(self) -> GroupState:
        """Of the first group."""
        return self.states()[0]
