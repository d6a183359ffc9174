"""What one replica and three can do: `uv run python -m benchmarks.load` (needs a redis-server), about two minutes.

Real processes: replicas of the shipped server over one Redis, platforms that answer at once (`benchmarks/startup_upstream.py`),
and clients that each make one call after the other over Streamable HTTP. Beside them, in the same minute, as many bare
`MCPServer`s whose one tool makes the same requests. All calls are of one key, whose limits are not reached: more
than any real key may ask for, so cells are fought over more than they would be. Figures are of the machine, and what else it
does counts in them; per call, the seconds of processor are what moves least.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks import figures as kept
from benchmarks.load_servers import Redis, Server, bare, ours, redis
from benchmarks.load_wire import Asks, Connection, Taken, ask
from benchmarks.startup_calls import upstream
from benchmarks.startup_upstream import RUN_PATH, SANDBOX_PATHS

ROUNDS: Final = 3
SESSIONS: Final = 300
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One way to call: what ours is asked, and the requests that a bare server makes for the same."""

    name: str
    asks: Asks
    paths: tuple[str, ...] = ()

    def bare(self, number: int) -> tuple[str, dict[str, Any]]:
        """What a bare server is asked."""
        return "fetch", {"paths": [path.format(number) for path in self.paths]}


def cases(log_id: str) -> tuple[Case, ...]:
    """The ways; `log_id` is a log that is known."""
    return (
        Case("get_run", lambda number: ("get_run", {"run_id": number}), (RUN_PATH,)),
        Case(
            "get_sandbox_logs, fresh",
            lambda number: ("get_sandbox_logs", {"sandbox_id": f"s{number}"}),
            SANDBOX_PATHS,
        ),
        Case("get_sandbox_logs, known", lambda _: ("get_sandbox_logs", {"sandbox_id": "known"})),
        Case("read_log", lambda _: ("read_log", {"log_id": log_id, "start_line": 1})),
    )


@dataclass(slots=True)
class Load:
    """The servers of one measurement, and how they are asked."""

    replicas: Sequence[Server]
    rivals: Sequence[Server]
    redis: Redis
    clients: int
    seconds: float
    _first: int = 1

    async def row(self, case: Case) -> Row:
        """The figures of one way to call, ours and the bare servers' in turn."""
        mine, theirs = Taken(), Taken()
        # What is imported and compiled at a first call is not of the calls.
        await self._asked(self.replicas, case.asks, self.seconds / 4)
        await self._asked(self.rivals, case.bare, self.seconds / 4)
        cpu_s = rival_s = redis_s = 0.0
        scripts = 0
        for _ in range(ROUNDS):
            before, at, done = _cpu_s(self.replicas), self.redis.cpu_s(), self.redis.scripts()
            mine.add(await self._asked(self.replicas, case.asks, self.seconds))
            cpu_s += _cpu_s(self.replicas) - before
            redis_s += self.redis.cpu_s() - at
            scripts += self.redis.scripts() - done
            before = _cpu_s(self.rivals)
            theirs.add(await self._asked(self.rivals, case.bare, self.seconds))
            rival_s += _cpu_s(self.rivals) - before
        calls, others = len(mine.calls), len(theirs.calls)
        return {
            "calls_per_s": round(mine.per_s, 1),
            "p50_ms": round(mine.ms(0.5), 2),
            "p99_ms": round(mine.ms(0.99), 2),
            "cpu_ms_per_call": round(cpu_s / calls * 1000, 3),
            "redis_scripts_per_call": round(scripts / calls, 2),
            "redis_cpu_ms_per_call": round(redis_s / calls * 1000, 4),
            "rss_mb": round(max(server.used().rss_kb for server in self.replicas) / 1024, 1),
            "bare_calls_per_s": round(theirs.per_s, 1),
            "bare_p50_ms": round(theirs.ms(0.5), 2),
            "bare_p99_ms": round(theirs.ms(0.99), 2),
            "bare_cpu_ms_per_call": round(rival_s / others * 1000, 3),
            "bare_rss_mb": round(max(server.used().rss_kb for server in self.rivals) / 1024, 1),
        }

    async def sessions_kb(self) -> float:
        """Kilobytes that an open session of an older client takes."""
        server = self.replicas[0]
        connection = await Connection.to(server.port)
        await connection.initialize()
        before = server.used().rss_kb
        for _ in range(SESSIONS):
            await connection.initialize()
        connection.close()
        return round((server.used().rss_kb - before) / SESSIONS, 1)

    async def _asked(self, servers: Sequence[Server], asks: Asks, seconds: float) -> Taken:
        taken = await ask([server.port for server in servers], self.clients, seconds, asks, self._first)
        self._first += len(taken.calls) + self.clients
        return taken


async def known_log(port: int) -> str:
    """The id of a log that is captured now."""
    connection = await Connection.to(port)
    result = await connection.call("get_sandbox_logs", {"sandbox_id": "read"})
    connection.close()
    return result["_meta"]["sandscope/log"]["log_id"]


async def measure(replicas: int, clients: int, seconds: float) -> dict[str, Any]:
    """The figures of so many replicas; prints a line for each way to call."""
    with (
        redis() as where,
        upstream(os.environ) as url,
        ours(replicas, url, where) as servers,
        bare(replicas, url) as rivals,
    ):
        load = Load(servers, rivals, where, clients, seconds)
        figures: dict[str, Any] = {"idle_rss_mb": round(servers[0].used().rss_kb / 1024, 1), "calls": {}}
        for case in cases(await known_log(servers[0].port)):
            row = figures["calls"][case.name] = await load.row(case)
            print(shown(replicas, case.name, row), flush=True)
        figures["session_kb"] = await load.sessions_kb()
    return figures


def shown(replicas: int, name: str, row: Row) -> str:
    """One line of the table."""
    ratio = row["calls_per_s"] / row["bare_calls_per_s"]
    return (
        f"{replicas:>2} {name:<24}{row['calls_per_s']:>8.0f}{row['p50_ms']:>8.1f} /{row['p99_ms']:>7.1f}"
        f"{row['cpu_ms_per_call']:>9.2f}{row['redis_scripts_per_call']:>9.1f}{row['redis_cpu_ms_per_call']:>9.3f}"
        f"{row['rss_mb']:>8.0f}{row['bare_calls_per_s']:>10.0f}{row['bare_p50_ms']:>8.1f} /{row['bare_p99_ms']:>7.1f}"
        f"{row['bare_cpu_ms_per_call']:>9.2f}{ratio:>8.2f}"
    )


def _cpu_s(servers: Sequence[Server]) -> float:
    return sum(server.used().cpu_s for server in servers)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=16, help="that call at once (default: 16)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each of three rounds (default: 3)")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    chosen = parser.parse_args()
    load = kept.load_now()
    print(
        f"{chosen.clients} clients at once; {os.cpu_count()} cores shared by clients, servers, Redis, platforms and "
        f"whatever else runs (load {load})\n"
        " n call                     calls/s   p50 /    p99 ms   CPU ms  scripts Redis ms  RSS MB"
        "    bare/s   p50 /    p99 ms   CPU ms   ratio"
    )
    figures: dict[str, Any] = {
        "clients": chosen.clients,
        # One client alone shows what a call costs where nobody else changes the same cells.
        "alone": asyncio.run(measure(1, 1, chosen.seconds)),
        "replicas": {
            str(replicas): asyncio.run(measure(replicas, chosen.clients, chosen.seconds)) for replicas in (1, 3)
        },
    }
    if chosen.write:
        about = kept.about(f"three rounds of {chosen.seconds:g} s for each way to call", load)
        kept.keep("scale", {"load": {"about": about, **figures}})


if __name__ == "__main__":
    main()
