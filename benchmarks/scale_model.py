"""10,000 callers on 100 keys: what saturates first? `uv run python -m benchmarks.scale_model [--write]`.

Callers think, then call; some calls need the platform, some read what is known. Whether a request may go out is decided by the
server's own budget over cells in memory; the time is simulated (trio's clock that jumps), so that minutes take seconds. Keys
share no limit, so they are simulated ten at a time: some minutes for all rates. What calls cost is from docs/figures/scale.json, as `benchmarks.load` measured it with one client alone. With
`--write` the outcome goes there too.
"""

import argparse
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import trio
import trio.testing

from benchmarks import figures as kept
from benchmarks.scale_profiles import measured
from mcp_server.budget.budget import Budget
from mcp_server.budget.ledger import Ledger
from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent, ServerBusy
from mcp_server.platforms.codegen.api import LOGS, READS, SHARED, charge
from mcp_server.server.hosted.tenants import MAX_SESSIONS
from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock

CALLERS: Final = 10_000
KEYS: Final = 100
# Calls of one caller in a minute.
RATES: Final = (0.3, 1.0, 2.0, 3.0, 4.0, 6.0)
KEYS_AT_ONCE: Final = 10
# A key is full when so many of its new questions are told to come back.
FULL: Final = 0.01
# Of ten calls, so many ask for something new, ask for what others have just asked for, and read on in what is known.
FRESH, KNOWN, READ = 0.2, 0.2, 0.6
WARM_S, COUNTED_S = 60.0, 60.0
LATENCY_S: Final = (0.1, 0.6)
# A replica answers in time, and a Redis too, while they are busy for no more of a core than this.
BUSY: Final = 0.7
Row = dict[str, Any]


@dataclass
class Counted:
    """What happened in the minutes that count."""

    calls: int = 0
    fresh: int = 0
    sent: int = 0
    refused: int = 0
    waited_s: list[float] = field(default_factory=list[float])

    def add(self, other: "Counted") -> None:
        """Counts what happened with other keys too."""
        self.calls += other.calls
        self.fresh += other.fresh
        self.sent += other.sent
        self.refused += other.refused
        self.waited_s += other.waited_s


@dataclass
class World:
    """The callers of some keys at a rate, by the budget as it is."""

    rate: float
    keys: range
    chance: random.Random
    counted: Counted = field(default_factory=Counted)

    async def run(self) -> Counted:
        """Lets all call for the time that warms up and the time that counts."""
        clock = Clock(now=trio.current_time, sleep=trio.sleep, wall=trio.current_time, uniform=self.chance.uniform)
        groups = {group.name: group.capped(None) for group in (READS, LOGS, SHARED)}
        budget = Budget(Ledger(MemoryCells(clock), groups, 30.0), clock)
        with trio.move_on_after(WARM_S + COUNTED_S):
            async with trio.open_nursery() as nursery:
                counts_from = trio.current_time() + WARM_S
                for number in self.keys:
                    for _ in range(CALLERS // KEYS):
                        nursery.start_soon(self._caller, budget, f"key {number}", counts_from)
        return self.counted

    async def _caller(self, budget: Budget, key: str, counts_from: float) -> None:
        while True:
            await trio.sleep(self.chance.expovariate(self.rate / 60))
            counts = trio.current_time() >= counts_from
            self.counted.calls += counts
            if self.chance.random() < FRESH:
                await self._fresh(budget, key, counts=counts)

    async def _fresh(self, budget: Budget, key: str, *, counts: bool) -> None:
        asked_at = trio.current_time()
        self.counted.fresh += counts
        try:
            async with budget.lease(key, charge(self.chance.choice((READS, LOGS)))) as lease:
                if counts:
                    self.counted.sent += 1
                    self.counted.waited_s.append(trio.current_time() - asked_at)
                await trio.sleep(self.chance.uniform(*LATENCY_S))
                await lease.done(Heard())
        except (RateBudgetSpent, ServerBusy):
            self.counted.refused += counts


def simulate(rate: float) -> Counted:
    """What becomes of all callers at so many calls a minute each."""
    counted = Counted()
    for first in range(0, KEYS, KEYS_AT_ONCE):
        # The same callers each time.
        world = World(rate, range(first, first + KEYS_AT_ONCE), random.Random(first))  # noqa: S311  no secrets
        counted.add(trio.run(world.run, clock=trio.testing.MockClock(autojump_threshold=0)))
    return counted


def row(rate: float, counted: Counted, costs: Mapping[str, float]) -> Row:
    """A line of the table."""
    waits = sorted(counted.waited_s)
    refused = counted.refused / max(counted.fresh, 1)
    per_s = counted.calls / COUNTED_S
    return {
        "rate": rate,
        "calls_per_s": round(per_s, 1),
        "requests_per_key_minute": round(counted.sent / KEYS / COUNTED_S * 60, 1),
        "refused_share": round(refused, 3),
        "wait_p95_s": round(waits[int(len(waits) * 0.95)], 1) if waits else 0.0,
        "replica_cores": round(per_s * costs["cpu_ms"] / 1000, 2),
        "replicas": max(1, math.ceil(per_s * costs["cpu_ms"] / 1000 / BUSY)),
        "redis_cores": round(per_s * costs["redis_ms"] / 1000, 3),
        "redis_scripts_per_s": round(per_s * costs["scripts"], 0),
        "full": [
            name
            for name, full in (
                ("one replica", per_s * costs["cpu_ms"] / 1000 > BUSY),
                ("three replicas", per_s * costs["cpu_ms"] / 1000 > 3 * BUSY),
                ("the keys", refused >= FULL),
                ("Redis", per_s * costs["redis_ms"] / 1000 > BUSY),
            )
            if full
        ],
    }


def costs_of(load: Mapping[str, Any]) -> dict[str, float]:
    """What a call costs on average over the mix: milliseconds of a replica's processor and of Redis', and scripts."""
    calls = load["alone"]["calls"]
    # A fresh call is as often about a run as about a log.
    parts = (
        (FRESH / 2, calls["get_run"]),
        (FRESH / 2, calls["get_sandbox_logs, fresh"]),
        (KNOWN, calls["get_sandbox_logs, known"]),
        (READ, calls["read_log"]),
    )
    keys = {"cpu_ms": "cpu_ms_per_call", "redis_ms": "redis_cpu_ms_per_call", "scripts": "redis_scripts_per_call"}
    return {name: round(sum(share * call[key] for share, call in parts), 4) for name, key in keys.items()}


def ceilings(costs: Mapping[str, float]) -> list[Row]:
    """Calls of one caller in a minute at which each part is full, by arithmetic, the first first."""
    share = SHARED.capped(None).limit or 0
    per_minute = CALLERS / 60
    found: list[tuple[str, float, str]] = [
        ("rate limit of a key", share / (CALLERS / KEYS * FRESH), "more keys, or fewer callers for each"),
        ("processor of one replica", BUSY * 1000 / costs["cpu_ms"] / per_minute, "replicas"),
        ("processor of three replicas", 3 * BUSY * 1000 / costs["cpu_ms"] / per_minute, "replicas"),
        ("processor of Redis", BUSY * 1000 / costs["redis_ms"] / per_minute, "a second Redis, each for half the keys"),
    ]
    rows = [{"part": part, "rate": round(rate, 2), "add": add} for part, rate, add in found]
    return sorted(rows, key=lambda each: each["rate"])


def memory(load: Mapping[str, Any], profile: Mapping[str, float]) -> Row:
    """Megabytes of one of three replicas at the most: every profile is open in it, and as many sessions as it takes."""
    three = load["replicas"]["3"]
    profiles_mb = KEYS * profile["mb"]
    sessions_mb = MAX_SESSIONS * three["session_kb"] / 1024
    return {
        "idle_mb": three["idle_rss_mb"],
        "profile_mb": profile["mb"],
        "profile_cpu_ms": profile["cpu_ms"],
        "profiles": KEYS,
        "profiles_mb": round(profiles_mb),
        "session_kb": three["session_kb"],
        "sessions": MAX_SESSIONS,
        "sessions_mb": round(sessions_mb),
        "all_mb": round(three["idle_rss_mb"] + profiles_mb + sessions_mb),
    }


def main() -> None:
    """Simulates and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    chosen = parser.parse_args()
    figures, load = kept.read("scale"), kept.load_now()
    costs = costs_of(figures["load"])
    rows: list[Row] = []
    for rate in RATES:
        rows.append(row(rate, simulate(rate), costs))
        print(rows[-1], flush=True)
    model: dict[str, Any] = {
        "callers": CALLERS,
        "keys": KEYS,
        "costs": costs,
        "rows": rows,
        "ceilings": ceilings(costs),
        "memory": memory(figures["load"], measured()),
    }
    print(*model["ceilings"], model["memory"], sep="\n")
    if chosen.write:
        about = kept.about(f"{CALLERS:,} callers on {KEYS} keys, simulated time", load)
        kept.keep("scale", {"model": {"about": about, **model}})


if __name__ == "__main__":
    main()
