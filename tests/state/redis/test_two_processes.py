"""Processes with one key keep to one limit, by the clock of the server; those with different keys have one each."""

import pytest

from tests.state.redis.processes import together
from tests.state.redis.server import RedisServer

HOUR_S = 3600
# `a.logs` of the worker.
LIMIT = 5


def sent_by_all(said: list[str], account: str) -> int:
    assert all(line.endswith(" []") for line in said)
    return sum(int(line.split()[1]) for line in said if line.startswith(f"{account} "))


@pytest.mark.slow
def test_two_processes_with_one_key_send_what_one_may(server: RedisServer) -> None:
    said = together([f"lease {server.url} me {LIMIT} 0"] * 2)
    assert len(said) == 2
    assert sent_by_all(said, "me") == LIMIT


@pytest.mark.slow
def test_processes_with_two_keys_do_not_share(server: RedisServer) -> None:
    said = together([f"lease {server.url} {who} {2 * LIMIT} 0" for who in ("me", "you", "me", "you")])
    assert [sent_by_all(said, who) for who in ("me", "you")] == [LIMIT, LIMIT]


@pytest.mark.slow
@pytest.mark.parametrize("first", [-HOUR_S, HOUR_S])
def test_clocks_an_hour_off_change_nothing(server: RedisServer, first: int) -> None:
    assert sent_by_all(together([f"lease {server.url} me 3 {first}"]), "me") == 3
    assert sent_by_all(together([f"lease {server.url} me 10 {ahead}" for ahead in (0, -first, first)]), "me") == 2
