"""The tables of docs/scale.md, from docs/figures/scale.json."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from benchmarks import figures
from benchmarks.pages import table

Figures = Mapping[str, Any]


def measured(kept: Figures) -> str:
    """What each way to call costs, and a bare server beside it."""
    load = kept["load"]
    runs = [("1, 1 client", load["alone"])]
    runs += [(f"{count}, {load['clients']} clients", each) for count, each in load["replicas"].items()]
    heads = ("replicas", "call", "calls/s", "p50 / p99 ms", "CPU ms", "Redis scripts", "Redis CPU ms", "MB")
    bare = ("bare: calls/s", "p50 / p99 ms", "CPU ms", "calls/s, ours over bare")
    rows = (
        (
            replicas,
            f"`{name}`",
            row["calls_per_s"],
            f"{row['p50_ms']} / {row['p99_ms']}",
            row["cpu_ms_per_call"],
            row["redis_scripts_per_call"],
            row["redis_cpu_ms_per_call"],
            row["rss_mb"],
            row["bare_calls_per_s"],
            f"{row['bare_p50_ms']} / {row['bare_p99_ms']}",
            row["bare_cpu_ms_per_call"],
            f"{row['calls_per_s'] / row['bare_calls_per_s']:.2f}",
        )
        for replicas, each in runs
        for name, row in each["calls"].items()
    )
    told = load["about"]
    where = f"{told['cores']} cores, shared by all processes of the test; load {told['load_before']} before it."
    return f"{where}\n\n{table((*heads, *bare), rows)}"


def simulated(kept: Figures) -> str:
    """What becomes of all callers at each rate."""
    heads = (
        "calls of a caller / min",
        "calls/s",
        "requests of a key / min",
        "told to come back",
        "wait for a slot, p95 s",
        "cores of replicas",
        "replicas",
        "Redis scripts/s",
        "cores of Redis",
        "full",
    )
    rows = (
        (
            row["rate"],
            row["calls_per_s"],
            row["requests_per_key_minute"],
            f"{row['refused_share']:.1%}",
            row["wait_p95_s"],
            row["replica_cores"],
            row["replicas"],
            round(row["redis_scripts_per_s"]),
            row["redis_cores"],
            ", ".join(row["full"]) or "nothing",
        )
        for row in kept["model"]["rows"]
    )
    return table(heads, rows)


def ceilings(kept: Figures) -> str:
    """What is full first."""
    rows = ((row["part"], row["rate"], row["add"]) for row in kept["model"]["ceilings"])
    return table(("what is full", "at calls of a caller / min", "what to add"), rows)


def limit(kept: Figures) -> str:
    """When the limits of the keys are reached, what becomes of calls then, and what it takes to get there."""
    rows = kept["model"]["rows"]
    full = next((row for row in rows if "the keys" in row["full"]), None)
    if full is None:
        return f"Up to {rows[-1]['rate']} calls of a caller in a minute no key's limit is reached."
    first, last = (kept["model"]["ceilings"][at]["part"] for at in (0, -1))
    return (
        f"At {full['rate']} calls of a caller in a minute the keys' limits are reached: {full['refused_share']:.0%} of the new "
        f"questions are told how long to wait, at the highest rate {rows[-1]['refused_share']:.0%}. It takes "
        f"{full['replicas']} replicas to get there. First to be full is the {first}, last the {last}."
    )


def memory(kept: Figures) -> str:
    """What a replica holds at the most."""
    row = kept["model"]["memory"]
    rows = (
        ("a server that nobody has called", "", "", row["idle_mb"]),
        ("profiles, opened by their first caller", row["profiles"], f"{row['profile_mb']} MB", row["profiles_mb"]),
        ("sessions of clients older than 2026-07-28", row["sessions"], f"{row['session_kb']} kB", row["sessions_mb"]),
        ("all", "", "", row["all_mb"]),
    )
    held = table(("of one replica", "how many", "each", "MB"), rows)
    return f"{held}\n\nThe first caller of a profile waits {row['profile_cpu_ms']} ms of processor longer, once in each replica."


SECTIONS: Final[Mapping[str, Callable[[Figures], str]]] = {
    "measured": measured,
    "simulated": simulated,
    "limit": limit,
    "ceilings": ceilings,
    "memory": memory,
}


def tables() -> dict[str, str]:
    """What stands between the markers of docs/scale.md."""
    kept = figures.read("scale")
    return {name: made(kept) for name, made in SECTIONS.items()}
