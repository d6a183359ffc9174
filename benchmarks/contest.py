"""Several processes against ten rate limits at once: `python -m benchmarks.contest` prints what each limiter made of it.

Everything runs on this machine, over loopback, in scaled time: W is 2 s instead of a minute. What is not scaled weighs 30
times as much: the latency (5 to 40 ms are 0.15 to 1.2 s of a minute), pyrate-limiter's 50 ms, throttled-py's steps of 0.2 s
and its bucket's whole seconds. `--window 60` takes six minutes for each contender and shows how much that matters.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from benchmarks.contest_score import Score, score
from benchmarks.contest_worker import Connection, stagger
from benchmarks.limit_algorithms import ALGORITHMS
from benchmarks.rivals import RIVALS

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Terms:
    """The rules of a contest, the same for each contender.

    Attributes:
        limit: N of each server.
        window: W in seconds.
        windows: How many windows it lasts, at least three; the first is not counted for utilisation.
        workers: Processes that do not know of each other.
        tasks: Callers per process and server, each with one request at a time.
        latency: The least and the most seconds a request takes.
        retry_after: "usual", "always" or "never".
        servers: Which of the ALGORITHMS.
        seed: Of all jitter.
    """

    limit: int = 60
    window: float = 2.0
    windows: int = 6
    workers: int = 4
    tasks: int = 4
    latency: tuple[float, float] = (0.005, 0.040)
    retry_after: str = "usual"
    servers: Sequence[str] = tuple(ALGORITHMS)
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What came of one contender.

    Attributes:
        note: How it was set up, or why it could not take part; then there are no scores.
        busiest: The largest share of a core that one process (server or worker) used.
        lag: Seconds by which the server was late for one answer in a hundred; near the latency means overload.
    """

    contender: str
    note: str
    scores: Sequence[Score] = field(default_factory=tuple[Score, ...])
    busiest: float = 0.0
    lag: float = 0.0


async def contest(name: str, where: str, terms: Terms) -> Outcome:
    """Runs one contender against fresh servers; `where` is module:class for `benchmarks.contest_worker`."""
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(tempfile.TemporaryDirectory(prefix="contest-", ignore_cleanup_errors=True))
        redis = await stack.enter_async_context(redis_server(Path(shared)))
        server = await stack.enter_async_context(process("limit_servers", *server_flags(terms)))
        port = int((await line(server))["port"])
        flags = worker_flags(where, port, terms, Path(shared), redis)
        workers = [
            await stack.enter_async_context(process("contest_worker", *flags, "--worker", str(index)))
            for index in range(terms.workers)
        ]
        ready = [await line(worker) for worker in workers]
        for said in ready:
            if "note" not in said:
                return Outcome(name, f"not run: {said.get('missing', 'its process ended')}")
        start = time.monotonic() + 0.1
        for worker in workers:
            cast("asyncio.StreamWriter", worker.stdin).write(f"{start!r}\n".encode())
        last = [await line(worker) for worker in workers]
        return await outcome(name, str(ready[0]["note"]), terms, port, start, last)


async def outcome(
    name: str, note: str, terms: Terms, port: int, start: float, last: Sequence[Mapping[str, Any]]
) -> Outcome:
    """Reads the journal; `last` are the workers' last words, {} of one that died."""
    _, _, body = await (await Connection.open(port, "judge")).get("/journal")
    report = json.loads(body)
    journal: list[tuple[str, str, float, int]] = report["journal"]
    scores: list[Score] = []
    seconds = terms.windows * terms.window
    for server, delay in stagger(terms.servers, terms.window).items():
        arrivals = sorted(
            (at - start - delay, status, client.partition("-")[0])
            for algorithm, client, at, status in journal
            if algorithm == server
        )
        arrivals = [arrival for arrival in arrivals if arrival[0] < seconds]
        scores.append(score(name, server, arrivals, seconds, terms.limit, terms.window))
    if {} in last:
        note += f"; {list(last).count({})} of its processes died"
    if deaf := sum(words.get("deaf", 0) for words in last):
        note += f"; {deaf} callers could not be cancelled"
    cpu = max(report["cpu_s"], *(words.get("cpu_s", 0.0) for words in last))
    return Outcome(name, note, scores, cpu / seconds, report["lag_p99_s"])


@asynccontextmanager
async def process(module: str, *flags: str) -> AsyncGenerator[Process]:
    """Runs a module of this package, which ends when its standard input does, or is ended with the context."""
    command = (sys.executable, "-m", f"benchmarks.{module}", *flags)
    running = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ, stdin=PIPE, stdout=PIPE)
    try:
        yield running
    finally:
        await end(running)


async def end(running: Process) -> None:
    """Ends a process of ours, if it has not ended itself, and waits for it."""
    if running.returncode is None:
        running.terminate()
    await running.communicate()


async def line(running: Process) -> Mapping[str, Any]:
    """The next line of JSON that a process prints, {} if it ended without one."""
    said = await cast("asyncio.StreamReader", running.stdout).readline()
    return json.loads(said) if said else {}


@asynccontextmanager
async def redis_server(home: Path) -> AsyncGenerator[str | None]:
    """An empty Redis on loopback and its URL, None where no redis-server is installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(home))
    running = await asyncio.create_subprocess_exec(program, *flags, stdout=PIPE)
    try:
        while b"Ready to accept" not in await cast("asyncio.StreamReader", running.stdout).readline():
            pass
        yield f"redis://127.0.0.1:{port}"
    finally:
        await end(running)


def server_flags(terms: Terms) -> list[str]:
    """The command line of `benchmarks.limit_servers`."""
    least, most = terms.latency
    flags = ["--limit", str(terms.limit), "--window", str(terms.window), "--latency", str(least), str(most)]
    return [*flags, "--retry-after", terms.retry_after, "--seed", str(terms.seed)]


def worker_flags(where: str, port: int, terms: Terms, shared: Path, redis: str | None) -> list[str]:
    """The command line of `benchmarks.contest_worker`, but for its number."""
    flags = ["--contender", where, "--port", str(port), "--servers", *terms.servers, "--tasks", str(terms.tasks)]
    flags += ["--limit", str(terms.limit), "--window", str(terms.window)]
    flags += ["--seconds", str(terms.window * terms.windows), "--seed", str(terms.seed)]
    return [*flags, "--shared", str(shared), "--redis", redis or ""]


def table(outcomes: Sequence[Outcome], terms: Terms) -> str:
    """All figures as text, one line per contender and server."""
    times = f"W = {terms.window:g} s, {terms.windows} windows, latency {'-'.join(f'{s * 1000:g}' for s in terms.latency)} ms"
    lines = [
        f"N = {terms.limit}, {times}, {terms.workers} processes of {terms.tasks} callers per server",
        f"{'contender':<20} {'server':<17} {'requests':>8} {'429s':>6} {'per 1000':>8} {'used':>6} {'most in W':>9}",
    ]
    for each in outcomes:
        lines += [
            f"{each.contender:<20} {it.server:<17} {it.requests:>8} {it.refused:>6} {it.refused_per_1000:>8.1f} "
            f"{it.utilisation:>6.1%} {it.most:>9}"
            for it in each.scores
        ]
        load = f"; busiest process {each.busiest:.0%} of a core, server late by {each.lag * 1000:.1f} ms (p99)"
        lines.append(f"{each.contender:<20} ({each.note}{load if each.scores else ''})")
    return "\n".join(lines)


async def contests(contenders: Mapping[str, str], terms: Terms) -> list[Outcome]:
    """One contender after the other; progress goes to standard error."""
    outcomes: list[Outcome] = []
    for name, where in contenders.items():
        print(f"{name} ...", file=sys.stderr)
        outcomes.append(await contest(name, where, terms))
    return outcomes


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line, runs the rivals and prints the table."""
    usual = Terms()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contenders", nargs="*", help=f"names of {', '.join(RIVALS)} or module:class; default: all")
    parser.add_argument("--limit", type=int, default=usual.limit)
    parser.add_argument("--window", type=float, default=usual.window, help="seconds")
    parser.add_argument("--windows", type=int, default=usual.windows)
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--tasks", type=int, default=usual.tasks, help="per worker and server")
    parser.add_argument("--latency", type=float, nargs=2, default=usual.latency, help="least and most, seconds")
    parser.add_argument("--retry-after", choices=("usual", "always", "never"), default=usual.retry_after)
    parser.add_argument("--servers", nargs="+", choices=tuple(ALGORITHMS), default=usual.servers)
    parser.add_argument("--seed", type=int, default=usual.seed)
    asked = vars(parser.parse_args(arguments))
    names: list[str] = asked.pop("contenders")
    chosen = {name: RIVALS.get(name, name) for name in names} if names else RIVALS
    terms = Terms(**asked)
    # A terminated contest ends its servers as an interrupted one does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(table(asyncio.run(contests(chosen, terms)), terms))


if __name__ == "__main__":
    main()
