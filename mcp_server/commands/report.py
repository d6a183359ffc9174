"""`sandscope report`: one run, or one sandbox's log, as a page in a file that needs nothing else."""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, cast

import anyio
from mcp_types import CallToolResult

from mcp_server import __version__
from mcp_server.apps import run_timeline
from mcp_server.commands.progress import Report, progress
from mcp_server.commands.serve import server_of
from mcp_server.errors import InvalidArgument, NotConfigured, SandscopeError
from mcp_server.logs.run_timeline import timeline_of
from mcp_server.logs.runs import CapturedRun, EntrySpan
from mcp_server.platforms.base import accounts_of, present
from mcp_server.server.build import Choice, Sandscope
from mcp_server.server.results import text_of
from mcp_server.store.stored_log import StoredLog

Json = dict[str, Any]

READERS: Final = {"agentbox": "get_sandbox_logs", "opensandbox": "get_diagnostics"}
LABELS: Final = ("thought", "input", "output", "observation")
# What a page holds of the texts of a run: all of them in the few megabytes that a browser opens at once.
TEXT_CHARS: Final = 6_000_000
MOST_CHARS: Final = 20_000
LEAST_CHARS: Final = 400
# Of a sandbox's log: its end tells more than its beginning.
FIRST_LINES: Final = 2_000
LAST_LINES: Final = 8_000
LINE_CHARS: Final = 500


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Writes the page, or prints the data in it.

    Returns:
        0 if it is written; 1 if what is asked for cannot be read, or the file is somebody else's.
    """
    try:
        if not (arguments.json or arguments.out):
            raise InvalidArgument("--out FILE says where the page goes (- is standard output); --json prints the data.")
        sandscope = server_of(environ, Choice(), demo=arguments.demo)
        with progress(f"Reading a {arguments.kind}", environ=environ) as told:
            data = anyio.run(_data, sandscope, arguments, told)
        return _give(arguments, data)
    except SandscopeError as exc:
        sys.stderr.write(f"sandscope: {exc}\n")
        return 1


def _give(arguments: argparse.Namespace, data: Json) -> int:
    if arguments.json:
        print(json.dumps(data))
    else:
        _write(arguments.out, run_timeline(data, data["title"]))
    return 0


async def _data(sandscope: Sandscope, arguments: argparse.Namespace, told: Report) -> Json:
    try:
        if arguments.kind == "run":
            if not arguments.id.isdecimal():
                raise InvalidArgument("The id of a run is a number.")
            given = present(run_id=int(arguments.id), org_id=arguments.org_id)
            return run_data(*await _asked(sandscope, told, "get_run_logs", given))
        return sandbox_data(*await _sandbox(sandscope, told, arguments.id, arguments.platform))
    finally:
        await sandscope.aclose()


async def _asked(sandscope: Sandscope, told: Report, tool: str, given: Json) -> tuple[str, StoredLog]:
    """A log tool's answer and the log it is about.

    Raises:
        InvalidArgument: The tool said why there is none.
    """
    told(f"asking {tool}")
    # A log tool asks nothing back.
    result = cast("CallToolResult", await sandscope.server.call_tool(tool, given))
    text = text_of(result)
    if result.is_error:
        raise InvalidArgument(text)
    log_id = (result.meta or {})["sandscope/log"]["log_id"]
    return text, await sandscope.logs.get(log_id, accounts_of(sandscope.platforms))


async def _sandbox(sandscope: Sandscope, told: Report, sandbox_id: str, platform: str | None) -> tuple[str, StoredLog]:
    """The log of the one platform that knows the sandbox.

    Raises:
        InvalidArgument: None does, or both do.
        NotConfigured: There is none to ask.
    """
    configured = [one.name for one in sandscope.platforms if one.configured_by and one.name in READERS]
    asked = [platform] if platform else configured
    if not asked:
        raise NotConfigured("Neither AgentBox nor OpenSandbox is configured; `sandscope doctor` says what is missing.")
    found: list[tuple[str, StoredLog]] = []
    refusals: list[str] = []
    for name in asked:
        try:
            found.append(await _asked(sandscope, told, READERS[name], {"sandbox_id": sandbox_id}))
        except InvalidArgument as exc:
            refusals.append(str(exc))
    if not found:
        raise InvalidArgument("\n".join(refusals))
    if len(found) > 1:
        raise InvalidArgument(f"{' and '.join(asked)} both know that id: say which with --platform.")
    return found[0]


def run_data(answer: str, stored: StoredLog) -> Json:
    """What the page shows of a run.

    Args:
        answer: Of `get_run_logs`, the evidence.
        stored: The log it is about.

    Returns:
        `kind`, `title`, `status`, `facts`, `notices`, `answer`, `made`; `figures` and `steps` as `timeline_of` gives them;
        `texts`: step number -> `thought`, `input`, `output`, `observation`.
    """
    # What the tool for runs has captured is a run.
    content = cast("CapturedRun", stored.content)
    figures, steps = timeline_of(content)
    most = max(min(TEXT_CHARS // max(len(steps), 1), MOST_CHARS), LEAST_CHARS)
    texts = {str(entry.number): _sections(stored.log.lines, entry) for entry in content.entries}
    cut = {n: {name: _cut(text, most) for name, text in said.items()} for n, said in texts.items()}
    shortened = sum(cut[n] != texts[n] for n in texts)
    notices = [f"The texts of {shortened} steps are cut at {most:,} characters each."] if shortened else []
    return {
        **_about("run", answer, stored, notices),
        "figures": figures,
        "steps": steps,
        "texts": cut,
    }


def sandbox_data(answer: str, stored: StoredLog) -> Json:
    """What the page shows of a sandbox's log: `kind` to `made` as of a run, `steps` its lines (`n`, `at`, `type`, `text`)."""
    log = stored.log
    total = len(log.lines)
    shown = (
        range(total)
        if total <= FIRST_LINES + LAST_LINES
        else chain(range(FIRST_LINES), range(total - LAST_LINES, total))
    )
    steps: list[Json] = []
    texts: Json = {}
    for at in shown:
        text = _cut(log.lines[at], LINE_CHARS)
        steps.append(present(n=at + 1, at=log.times[at], type=log.sources[at], text=text))
        texts[str(at + 1)] = {"line": text}
    left_out = total - len(steps)
    notices = [f"{left_out:,} of {total:,} lines in the middle are left out of this page."] if left_out else []
    return {**_about("sandbox", answer, stored, notices), "steps": steps, "texts": texts}


def _about(kind: str, answer: str, stored: StoredLog, notices: Sequence[str]) -> Json:
    header = stored.header
    facts = dict(header.facts)
    status = facts.pop("state", "unknown")
    incomplete = {"no": ["Not the whole log was read."], "unknown": ["Whether this is the whole log is unknown."]}
    said = [*header.warnings, *(incomplete.get(header.complete, []) if not header.warnings else []), *notices]
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    made = f"Made by sandscope {__version__} at {moment}. Log {header.log_id}, {len(stored.log.lines):,} lines."
    redacted = sum(stored.log.redactions.values())
    if redacted:
        made += f" {redacted} secrets were replaced by marks."
    return {
        "kind": kind,
        "title": header.title,
        "status": status,
        "facts": list(facts.items()),
        "notices": said,
        "answer": answer,
        "made": made,
    }


def _sections(lines: Sequence[str], entry: EntrySpan) -> dict[str, str]:
    """The texts of a step by what they are; each begins with its name, and they come in one order."""
    told: dict[str, list[str]] = {}
    ahead = list(LABELS)
    current: list[str] = []
    for line in islice(lines, entry.first, entry.last):
        name = line.partition(": ")[0]
        if name in ahead:
            ahead = ahead[ahead.index(name) + 1 :]
            current = told.setdefault(name, [])
            line = line[len(name) + 2 :]  # noqa: PLW2901  without its name
        current.append(line)
    return {name: "\n".join(text) for name, text in told.items()}


def _cut(text: str, most: int) -> str:
    """Beginning and end of a text, and how much is left out between them."""
    if len(text) <= most:
        return text
    ending = most // 3
    return f"{text[: most - ending]}\n[cut: {len(text) - most:,} characters]\n{text[-ending:]}"


def _write(out: str, page: str) -> None:
    """Writes the page for its owner alone, in place of an earlier report.

    Raises:
        InvalidArgument: The file is there and is no report, or cannot be written.
    """
    if out == "-":
        sys.stdout.write(page)
        return
    path = Path(out)
    beginning = "\n".join(page.splitlines()[:2]).encode()
    try:
        if path.exists() and not path.read_bytes().startswith(beginning):
            raise InvalidArgument(
                f"{out} is there and is no report of sandscope: it is left as it is. Name another file."
            )
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        with os.fdopen(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n"
        ) as file:
            file.write(page)
        beside.replace(path)
    except OSError as exc:
        raise InvalidArgument(f"{out} cannot be written: {exc.strerror}.") from exc
