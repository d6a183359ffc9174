"""Ten ways in which servers count, and what they see of clients that share a ledger: hardly ever a request too many."""

from collections.abc import Callable

import pytest

from benchmarks.limit_algorithms import ALGORITHMS
from tests.budget.simulated import against

pytestmark = pytest.mark.slow

HOUR_S = 3600.0
FORESEEN = ("fixed-window", "first-hit-window", "sliding-log", "penalising-log", "whole-second-log", "bucket-n")
STRICTER = tuple(name for name in ALGORITHMS if name not in FORESEEN)


def always(_: float) -> bool:
    return True


def in_bursts(now: float) -> bool:
    return (now // 95) % 2 == 0


DEMANDS = pytest.mark.parametrize("busy", [always, in_bursts])


@DEMANDS
@pytest.mark.parametrize("name", FORESEEN)
def test_a_server_that_counts_as_documented_never_refuses(name: str, busy: Callable[[float], bool]) -> None:
    simulation = against(name, busy=busy, clients=3).run(HOUR_S / 6, demand=3)
    assert len(simulation.seen) > 300 * (0.4 if busy is in_bursts else 1)
    assert simulation.refused == []


@DEMANDS
@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("name", STRICTER)
def test_a_stricter_server_refuses_ten_times_at_most_and_then_no_more(
    name: str,
    tells: bool,  # noqa: FBT001  a case of its own: whether it sends Retry-After
    busy: Callable[[float], bool],
) -> None:
    simulation = against(name, tells=tells, busy=busy, clients=3).run(HOUR_S / 4, demand=3)
    assert len(simulation.seen) > 250
    assert 1 <= len(simulation.refused) <= 10
    assert max(simulation.refused) < 1000 + HOUR_S / 6


@pytest.mark.parametrize(("window_s", "limit", "share"), [(60.0, 60, 0.98), (30.0, 60, 0.96)])
def test_steady_demand_uses_nearly_all_that_we_may_use(window_s: float, limit: int, share: float) -> None:
    simulation = against("sliding-log", window_s=window_s, limit=limit, cap=0.9, clients=5).run(22 * window_s, demand=2)
    assert simulation.refused == []
    assert simulation.utilisation(1000 + 3 * window_s, 16) >= share


def test_processes_that_share_a_key_are_served_about_alike() -> None:
    simulation = against("sliding-log", clients=8).run(HOUR_S / 6, demand=1)
    assert max(simulation.served.values()) <= 3 * min(simulation.served.values())


def test_a_server_that_penalises_recovers_from_what_others_have_sent() -> None:
    simulation = against("penalising-log", clients=2)
    for second in range(60):
        simulation.algorithm.admit(940.0 + second)
    simulation.run(HOUR_S / 4, demand=4)
    assert 1 <= len(simulation.refused) <= 10
    assert simulation.admitted_between(1000 + 300, 1000 + 900) > 10 * 40
