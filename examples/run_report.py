"""What one run did: its timeline, the tools it used, how often it failed, where the time went.

    uv run python examples/run_report.py 101 --demo
    uv run python examples/run_report.py 101 --demo --markdown > audit.md
    uv run python examples/run_report.py 101 --demo --json | jq .tools

For dashboards (`--json`), audits (`--markdown`) and a look at performance. Reads resources only; it starts nothing.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import connection
from connection import Facts, Sandscope

PAGE = 100
FAILED_TYPES = {"ERROR", "PR_CREATION_FAILED"}
# Where an entry says in a few words what was done.
INPUTS = ("command", "path", "query")
SLOWEST = 3
WIDTH = 60
MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\|<[`*"})

Row = Sequence[object]


async def read(sandscope: Sandscope, run_id: int) -> Facts:
    """Reads a run's timeline and, page by page, what each step says, and works out the report."""
    timeline = await sandscope.resource(f"codegen://runs/{run_id}/timeline")
    steps: list[Facts] = timeline["steps"]
    last = steps[-1]["n"] if steps else 0
    entries: dict[int, Facts] = {}
    at = 0
    while at < last:
        page = await sandscope.resource(f"codegen://runs/{run_id}/logs?skip={at}&limit={PAGE}")
        if not page["logs"]:
            break
        entries |= {entry["n"]: entry for entry in page["logs"]}
        # Not `at + PAGE`: a page of large entries may be cut.
        at = page["logs"][-1]["n"]
    return report_of(timeline, entries)


def report_of(timeline: Facts, entries: dict[int, Facts]) -> Facts:
    """Works out the figures. `seconds` of a step last until the next dated one begins; the last step has none."""
    steps: list[Facts] = timeline["steps"]
    times = [datetime.fromisoformat(step["at"]) if "at" in step else None for step in steps]
    rows: list[Facts] = []
    for position, step in enumerate(steps):
        entry = entries.get(step["n"], {})
        following = next((time for time in times[position + 1 :] if time), None)
        time = times[position]
        seconds = (following - time).total_seconds() if time and following else None
        rows.append({**step, "seconds": seconds, "failed": failed(entry), "what": what(entry)})
    dated = [time for time in times if time]
    bad = sum(row["failed"] for row in rows)
    return {
        "run_id": timeline["run_id"],
        "status": timeline["status"],
        "steps": len(rows),
        "missing": timeline["missing"],
        "started_at": dated[0].isoformat() if dated else None,
        "wall_s": (dated[-1] - dated[0]).total_seconds() if dated else None,
        "failed_steps": bad,
        "error_rate": round(bad / len(rows), 4) if rows else 0.0,
        "types": dict(Counter(row.get("type", "UNKNOWN") for row in rows).most_common()),
        "tools": tools_of(rows),
        "timeline": rows,
    }


def tools_of(rows: list[Facts]) -> dict[str, Facts]:
    """Calls, failures and seconds of each tool, the most used first."""
    tools: dict[str, Facts] = {}
    for name, _ in Counter(row["tool"] for row in rows if "tool" in row).most_common():
        mine = [row for row in rows if row.get("tool") == name]
        seconds = [row["seconds"] for row in mine if row["seconds"] is not None]
        tools[name] = {
            "calls": len(mine),
            "failed": sum(row["failed"] for row in mine),
            "total_s": round(sum(seconds), 3),
            "longest_s": max(seconds, default=None),
        }
    return tools


def failed(entry: Facts) -> bool:
    """Whether a step failed: by its type, or by the exit code or status its output or observation carries."""
    if entry.get("message_type") in FAILED_TYPES:
        return True
    for field in ("tool_output", "observation"):
        said = entry.get(field)
        if isinstance(said, dict):
            facts = cast("Facts", said)
            if facts.get("exit_code") or facts.get("error") or facts.get("status") in {"error", "failed"}:
                return True
    return False


def what(entry: Facts) -> str:
    """What a step did, in one short line."""
    given = entry.get("tool_input")
    inputs = cast("Facts", given) if isinstance(given, dict) else {}
    said = next((inputs[name] for name in INPUTS if inputs.get(name)), None)
    text = said or entry.get("thought") or entry.get("observation") or ""
    line = " ".join((text if isinstance(text, str) else json.dumps(text)).split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def printed(report: Facts, *, markdown: bool) -> str:
    """The report for people."""
    heading = "## " if markdown else ""
    missing = f" ({report['missing']} more could not be read)" if report["missing"] else ""
    figures = [
        f"Steps: {report['steps']}{missing}, failed: {report['failed_steps']} ({report['error_rate']:.0%})",
        f"Began {report['started_at'] or '-'}; from the first step to the last: {duration(report['wall_s'])}",
        "By type: " + ", ".join(f"{name} {count}" for name, count in report["types"].items()),
    ]
    slowest = sorted((row for row in report["timeline"] if row["seconds"]), key=lambda row: -row["seconds"])[:SLOWEST]
    if slowest:
        figures.append("Slowest: " + ", ".join(f"#{row['n']} {duration(row['seconds'])}" for row in slowest))
    tools = [
        (name, tool["calls"], tool["failed"], duration(tool["total_s"]), duration(tool["longest_s"]))
        for name, tool in report["tools"].items()
    ]
    steps = [
        (row["n"], row.get("at", "")[11:19], duration(row["seconds"]), *kind(row), row["what"])
        for row in report["timeline"]
    ]
    table = markdown_table if markdown else text_table
    return "\n".join(
        [
            f"{'# ' if markdown else ''}Run {report['run_id']}: {report['status']}",
            "",
            *(f"- {line}" if markdown else line for line in figures),
            f"\n{heading}Tools\n",
            *table(("tool", "calls", "failed", "total", "longest"), tools),
            f"\n{heading}Timeline\n",
            *table(("#", "at", "took", "type", "tool", "failed", "what"), steps),
        ]
    )


def kind(row: Facts) -> Row:
    """Type, tool and a mark where a step failed."""
    return (row.get("type", "UNKNOWN"), row.get("tool", ""), "failed" if row["failed"] else "")


def duration(seconds: float | None) -> str:
    """Seconds as people write them."""
    if seconds is None:
        return "-"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f} min {rest:.0f} s" if minutes else f"{rest:.1f} s"


def text_table(head: Row, rows: Sequence[Row]) -> list[str]:
    """A table in columns."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def markdown_table(head: Row, rows: Sequence[Row]) -> list[str]:
    """The same table in Markdown; what a log says stays text: no cell, link, image or tag comes of it."""
    lines = (" | ".join(str(cell).translate(MARKDOWN) for cell in row) for row in rows)
    return [f"| {' | '.join(map(str, head))} |", "|---" * len(head) + "|", *(f"| {line} |" for line in lines)]


def main() -> int:
    """Reads the command line and prints the report."""
    parser = argparse.ArgumentParser(description="Timeline, tools, failures and durations of a Codegen run.")
    parser.add_argument("run_id", type=int)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print Markdown")
    connection.add_arguments(parser)
    arguments = parser.parse_args()

    async def work(sandscope: Sandscope) -> int:
        report = await read(sandscope, arguments.run_id)
        print(json.dumps(report, indent=2) if arguments.json else printed(report, markdown=arguments.markdown))
        return 0

    return connection.run(arguments, work)


if __name__ == "__main__":
    raise SystemExit(main())
