"""The tables of docs/scale.md, from docs/scale.json."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).parent.parent / "docs" / "scale.md"
Figures = Mapping[str, Any]


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measured(figures: Figures) -> str:
    """What each way to call costs, and a bare server beside it."""
    load = figures["load"]
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
    where = f"{load['cores']} cores, shared by all processes of the test; load {load['load_before']} before it."
    return f"{where}\n\n{_table((*heads, *bare), rows)}"


def simulated(figures: Figures) -> str:
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
        for row in figures["model"]["rows"]
    )
    return _table(heads, rows)


def ceilings(figures: Figures) -> str:
    """What is full first."""
    rows = ((row["part"], row["rate"], row["add"]) for row in figures["model"]["ceilings"])
    return _table(("what is full", "at calls of a caller / min", "what to add"), rows)


def limit(figures: Figures) -> str:
    """When the limits of the keys are reached, what becomes of calls then, and what it takes to get there."""
    rows = figures["model"]["rows"]
    full = next((row for row in rows if "the keys" in row["full"]), None)
    if full is None:
        return f"Up to {rows[-1]['rate']} calls of a caller in a minute no key's limit is reached."
    first, last = (figures["model"]["ceilings"][at]["part"] for at in (0, -1))
    return (
        f"At {full['rate']} calls of a caller in a minute the keys' limits are reached: {full['refused_share']:.0%} of the new "
        f"questions are told how long to wait, at the highest rate {rows[-1]['refused_share']:.0%}. It takes "
        f"{full['replicas']} replicas to get there. First to be full is the {first}, last the {last}."
    )


def memory(figures: Figures) -> str:
    """What a replica holds at the most."""
    row = figures["model"]["memory"]
    rows = (
        ("a server that nobody has called", "", "", row["idle_mb"]),
        ("profiles, opened by their first caller", row["profiles"], f"{row['profile_mb']} MB", row["profiles_mb"]),
        ("sessions of clients older than 2026-07-28", row["sessions"], f"{row['session_kb']} kB", row["sessions_mb"]),
        ("all", "", "", row["all_mb"]),
    )
    table = _table(("of one replica", "how many", "each", "MB"), rows)
    return f"{table}\n\nThe first caller of a profile waits {row['profile_cpu_ms']} ms of processor longer, once in each replica."


SECTIONS: Final[Mapping[str, Callable[[Figures], str]]] = {
    "measured": measured,
    "simulated": simulated,
    "limit": limit,
    "ceilings": ceilings,
    "memory": memory,
}


def filled(page: str, figures: Figures) -> str:
    """The page with its tables."""
    for name, made in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{made(figures)}\n{end}{rest.partition(end)[2]}"
    return page


def write_page(figures: Figures) -> None:
    """Makes the tables of the page anew."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), figures), "utf-8")
