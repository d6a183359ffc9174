"""Ten things watched by four sessions each, and real processes that watch the same thing."""

import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store.sightings import PEEK_S, Sightings
from tests.stage import FakeTime
from tests.store.crew import crew

pytestmark = pytest.mark.anyio

RUNS, SESSIONS, END_S = 10, 4, 300.0
# 54 per 30 s for reads and 54 per 60 s for all, of which pollers may use 50: `Budget.poll_s`.
MOST, LOOK_S = 54, 60 / 50


@dataclass
class Session:
    """Waits for one run as the poller does, until the end.

    Attributes:
        looked_at: When it looked.
        age_s: Integral over time of how old is what it knows.
    """

    run: str
    looked_at: list[float] = field(default_factory=list[float])
    age_s: float = 0.0
    _known_at: float = 0.0
    _since: float = 0.0
    _look_ends: float | None = None
    _then_s: float = 0.0

    async def step(self, sightings: Sightings, now: float, look_takes_s: float) -> float:
        """Does what is to be done now; when it goes on."""
        if self._look_ends is not None:
            self._look_ends = None
            self.learn(await sightings.saw("me", self.run, "running", finished=False), now)
            return now + self._then_s
        turn = await sightings.turn("me", self.run, LOOK_S)
        if turn.last is not None and turn.last.at > self._known_at:
            self.learn(turn.last.at, now)
        if turn.look:
            self.looked_at.append(now)
            self._look_ends, self._then_s = now + look_takes_s, turn.wait_s
            return self._look_ends
        return now + turn.wait_s

    def learn(self, at: float, now: float) -> None:
        self.age_s += ((now - self._known_at) ** 2 - (self._since - self._known_at) ** 2) / 2
        self._known_at, self._since = at, now


async def watched(
    uniform: Callable[[float, float], float], look_takes_s: float, begin_s: Sequence[float]
) -> list[Session]:
    """Sessions after five minutes."""
    time = FakeTime(0.0)
    clock = Clock(time.now, time.sleep, time.now, uniform)
    sightings = Sightings(MemoryCells(clock), clock)
    sessions = [Session(f"run {n % RUNS}") for n in range(RUNS * SESSIONS)]
    order = itertools.count()
    waiting = [(at, next(order), session) for at, session in zip(begin_s, sessions, strict=True)]
    heapq.heapify(waiting)
    while waiting[0][0] <= END_S:
        time.seconds, _, session = heapq.heappop(waiting)
        goes_on = await session.step(sightings, time.seconds, look_takes_s)
        heapq.heappush(waiting, (goes_on, next(order), session))
    for session in sessions:
        session.learn(END_S, END_S)
    return sessions


def looks_a_run(sessions: Sequence[Session]) -> list[int]:
    return [sum(len(session.looked_at) for session in sessions[n::RUNS]) for n in range(RUNS)]


def most_looks_within(sessions: Sequence[Session], seconds: float) -> int:
    """The most looks in any window of so many seconds."""
    times = sorted(at for session in sessions for at in session.looked_at)
    return max(sum(1 for at in times[n:] if at < start + seconds) for n, start in enumerate(times))


def mean_staleness_s(sessions: Sequence[Session], look_takes_s: float) -> float:
    """How old the last sighting of a run is, for whoever asks at any time."""
    ages_s = 0.0
    for n in range(RUNS):
        seen = sorted(at + look_takes_s for session in sessions[n::RUNS] for at in session.looked_at)
        ages_s += sum((later - at) ** 2 / 2 for at, later in itertools.pairwise([0.0, *seen, END_S]))
    return ages_s / (END_S * RUNS)


def mean_lag_s(sessions: Sequence[Session]) -> float:
    """How old is what a session knows that sleeps until it is told."""
    return sum(session.age_s for session in sessions) / (END_S * len(sessions))


async def test_ten_runs_watched_by_four_sessions_each_keep_within_the_limits_and_are_known_well() -> None:
    sessions = await watched(lambda low, high: (low + high) / 2, 0.0, [0.0] * RUNS * SESSIONS)
    assert looks_a_run(sessions) == [26] * RUNS
    assert mean_staleness_s(sessions, 0.0) <= 6.0 + 1e-9
    # Those who did not look themselves see a moment later what there is.
    assert mean_lag_s(sessions) <= 6.0 + PEEK_S
    assert most_looks_within(sessions, 60) <= MOST
    assert most_looks_within(sessions, 30) <= MOST


@pytest.mark.parametrize("seed", range(5))
async def test_slow_looks_jitter_and_latecomers_change_little_of_that(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  jitter, no secret
    begin_s = [chance.uniform(0, 5) for _ in range(RUNS * SESSIONS)]
    sessions = await watched(chance.uniform, 0.4, begin_s)
    assert max(looks_a_run(sessions)) <= 26
    assert mean_staleness_s(sessions, 0.4) <= 6.0
    assert mean_lag_s(sessions) <= 6.0 + PEEK_S
    assert most_looks_within(sessions, 30) <= MOST


async def test_nothing_is_looked_at_when_nobody_waits() -> None:
    sessions = await watched(lambda low, high: (low + high) / 2, 0.0, [0.0, *[END_S * 2] * (RUNS * SESSIONS - 1)])
    assert looks_a_run(sessions) == [101, *[0] * (RUNS - 1)]


@pytest.mark.slow
async def test_of_four_processes_one_looks_at_a_time_and_all_are_told(tmp_path: Path) -> None:
    async with crew(tmp_path, 4) as hands:
        for n in range(10):
            for hand in hands:
                await hand.tell("turn", name=f"run {n}")
            told = [await hand.hear() for hand in hands]
            assert sum(turn["look"] for turn in told) == 1
            looker = next(hand for hand, turn in zip(hands, told, strict=True) if turn["look"])
            await looker.ask("saw", name=f"run {n}", status=f"status {n}")
            told = [await hand.ask("turn", name=f"run {n}") for hand in hands]
            assert {turn["status"] for turn in told} == {f"status {n}"}
            assert not any(turn["look"] for turn in told)
