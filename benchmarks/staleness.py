"""How old is what those who wait for runs know, and what does it cost? `uv run python -m benchmarks.staleness [--write]`.

Ten runs, each waited for by four sessions that share a state as four processes do, while Codegen keeps its limits. The code
is the server's own; the time is simulated (trio's clock that jumps), so that minutes take seconds. Rivals in the same setting:
each session asking every 3 s, and each backing off exponentially up to 30 s, sharing nothing.
"""

import argparse
import itertools
import random
import statistics
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import httpx2
import trio
import trio.testing

from benchmarks import figures
from benchmarks.limit_algorithms import SlidingLog
from mcp_server.budget.budget import Budget
from mcp_server.budget.ledger import Ledger
from mcp_server.http.stack import Opener
from mcp_server.http.wire import Wire
from mcp_server.logs.redact import Redactor
from mcp_server.platforms.codegen.api import READS, SHARED, CodegenApi
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Allowance, Poller
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store.read_through import ModelCodec, ReadThrough
from mcp_server.store.sightings import Sightings

RUNS, SESSIONS, ORG, REPEATED = 10, 4, 1, 8
FIVE_MINUTES_S = 300.0
CALL_S = 25.0
LATENCY_S = (0.05, 0.4)
# All runs go on for most of the time: that is when looks are scarce.
LASTS_S = (270.0, 330.0)
OK, REFUSED = 200, 429
BAR_S, BAR_REQUESTS = 6.0, 26.0

# Given a session and a run, waits until it knows that the run has ended.
Wait = Callable[[int, int], Awaitable[None]]


class Codegen(Wire):
    """Answers for runs that end when they end, keeps the two limits, and counts."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same runs for every contender
        self.ends = [self.chance.uniform(*LASTS_S) for _ in range(RUNS)]
        self.asked = self.refused = 0
        # By who asks (nobody in particular where all are told) and run: when it was seen.
        self.seen: dict[tuple[str, int], list[float]] = {}
        self._limits = [SlidingLog(60, READS.window_s), SlidingLog(60, SHARED.window_s)]

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One run, after some time on the way; 429 beyond the limits."""
        way_s = self.chance.uniform(*LATENCY_S) / 2
        await trio.sleep(way_s)
        self.asked += 1
        # Both limits count the request, whatever the other says.
        waits = [limit.admit(trio.current_time()) for limit in self._limits]
        refused = waits != [None, None]
        self.refused += refused
        number = int(request.url.path.rsplit("/", 1)[1])
        ended = trio.current_time() >= self.ends[number]
        if not refused:
            self.seen.setdefault((request.headers.get("session", ""), number), []).append(trio.current_time())
        await trio.sleep(way_s)
        document = {"id": number, "organization_id": ORG, "status": "completed" if ended else "running"}
        return httpx2.Response(REFUSED if refused else OK, json=document, request=request)


@dataclass
class Outcome:
    """What came of one way to wait: how late each session knew of each end, how old what it knew was, and the requests."""

    name: str
    late_s: list[float] = field(default_factory=list[float])
    age_s: list[float] = field(default_factory=list[float])
    asked: int = 0
    refused: int = 0
    lasted_s: float = 0.0

    @property
    def requests(self) -> float:
        """Requests for five minutes of a run."""
        return self.asked / self.lasted_s * FIVE_MINUTES_S

    def __str__(self) -> str:
        share = f"{self.requests:.1f} requests for 5 minutes of a run, {self.refused} 429s"
        age, late = statistics.mean(self.age_s), statistics.mean(self.late_s)
        return f"{self.name:<34} {age:>5.1f} s old, ends known {late:.1f} s late ({max(self.late_s):.0f} at worst); {share}"


def shared(codegen: Codegen) -> Wait:
    """Our own way: sessions with a budget and a poller each, over one state."""
    clock = Clock(now=trio.current_time, sleep=trio.sleep, wall=trio.current_time)
    cells, blobs = MemoryCells(clock), MemoryBlobs(clock)
    pollers = [poller(codegen, cells, blobs, clock) for _ in range(SESSIONS)]

    async def quiet(_waited: float, _total: float, _text: str) -> None:
        """Nobody asked for progress."""

    async def wait(session: int, number: int) -> None:
        mine = pollers[session]
        run = await mine.first(ORG, number)
        while not run.finished:
            # As an agent does: one call after the other.
            run = await mine.wait_for(ORG, await mine.first(ORG, number), Allowance.of(clock, CALL_S), quiet)

    return wait


def poller(codegen: Codegen, cells: MemoryCells, blobs: MemoryBlobs, clock: Clock) -> Poller:
    """One session's poller, as `connect` makes it."""
    groups = {group.name: group.capped(None) for group in (READS, SHARED)}
    budget = Budget(Ledger(cells, groups, 30.0), clock)
    redactor = Redactor([], key=b"k")
    client, account = Opener(budget, redactor, 30.0, codegen).open(
        "codegen", "Codegen", "https://codegen.invalid", "", None, "", ""
    )
    known = ReadThrough(None, blobs, clock)
    api = CodegenApi(client, ORG)
    return Poller(api, account, budget, Sightings(cells, clock), known, ModelCodec(Run, redactor))


def alone(codegen: Codegen, pauses: Callable[[], Iterator[float]]) -> Wait:
    """Each session for itself, with a pause after each answer, and no budget."""

    async def wait(session: int, number: int) -> None:
        for pause_s in pauses():
            request = httpx2.Request("GET", f"https://codegen.invalid/{number}", headers={"session": str(session)})
            response = await codegen.handle_async_request(request)
            if response.status_code == OK and response.json()["status"] == "completed":
                return
            await trio.sleep(pause_s)

    return wait


async def contest(name: str, way: Callable[[Codegen], Wait]) -> Outcome:
    """Lets all sessions wait for all runs, again and again with other runs."""
    outcome = Outcome(name)
    for seed in range(REPEATED):
        await once(Codegen(seed), way, outcome)
    return outcome


async def once(codegen: Codegen, way: Callable[[Codegen], Wait], outcome: Outcome) -> None:
    """Ten runs, from their start to when the last session knows of the last end."""
    outcome.lasted_s += sum(codegen.ends)
    start = trio.current_time()
    codegen.ends = [start + end for end in codegen.ends]
    wait = way(codegen)

    async def one(session: int, number: int) -> None:
        # Sessions begin at different times.
        await trio.sleep(session * 7.0)
        await wait(session, number)
        outcome.late_s.append(trio.current_time() - codegen.ends[number])

    async with trio.open_nursery() as nursery:
        for session, number in itertools.product(range(SESSIONS), range(RUNS)):
            nursery.start_soon(one, session, number)
    ages = (age_s(times, codegen.ends[number]) for (_, number), times in codegen.seen.items())
    outcome.age_s += [age for age in ages if age is not None]
    outcome.asked += codegen.asked
    outcome.refused += codegen.refused


def age_s(seen: list[float], end: float) -> float | None:
    """The mean age of the last sight of a run, from the first sight to its end; None if it was not seen before that."""
    times = [at for at in seen if at < end] + [end]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    return sum(gap * gap / 2 for gap in gaps) / sum(gaps) if gaps else None


def every_three() -> Iterator[float]:
    """The same pause for ever."""
    return itertools.repeat(3.0)


def backing_off() -> Iterator[float]:
    """1 s, doubled up to 30 s."""
    return (min(30.0, 2.0**count) for count in itertools.count())


async def measure() -> list[Outcome]:
    """All ways, one after the other."""
    return [
        await contest("ours: one look for all who wait", shared),
        await contest("each session every 3 s", lambda codegen: alone(codegen, every_three)),
        await contest("each session, backing off to 30 s", lambda codegen: alone(codegen, backing_off)),
    ]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    asked = parser.parse_args()
    load = figures.load_now()
    outcomes = trio.run(measure, clock=trio.testing.MockClock(autojump_threshold=0))
    length = f"{LASTS_S[0]:g}-{LASTS_S[1]:g} s"
    print(
        f"{REPEATED} times {RUNS} runs of {length}, {SESSIONS} sessions wait for each; what they know is, on average:"
    )
    print("\n".join(map(str, outcomes)))
    ours = outcomes[0]
    kept = round(statistics.mean(ours.age_s), 1) <= BAR_S and round(ours.requests) <= BAR_REQUESTS and not ours.refused
    if asked.write:
        rows = {
            outcome.name: {
                "age_s": round(statistics.mean(outcome.age_s), 2),
                "late_s": round(statistics.mean(outcome.late_s), 2),
                "requests": round(outcome.requests, 1),
                "refused": outcome.refused,
            }
            for outcome in outcomes
        }
        sample = f"{REPEATED} times {RUNS} runs, {SESSIONS} sessions wait for each, simulated time"
        figures.keep("staleness", {"about": figures.about(sample, load), "rows": rows})
    print(f"{'ok' if kept else 'MISSED'}: the bar is {BAR_S:g} s old at {BAR_REQUESTS:g} requests without a 429")


if __name__ == "__main__":
    main()
