"""Answers of any size: cut or refused, never kept whole, in bounded memory."""

import gzip
import json
import sys
import zlib
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.faults.canaries import leaks
from tests.faults.documents import BOX, CAUSE, OPEN, RUN, run, step
from tests.faults.stage import READ_TOOLS, Faulty, ReadTool, each_tool
from tests.faults.upstream import Act, Asked, Raw, Upstream, answer, environ_of, sends
from tests.untraced import untraced

# The HTTP library leaves a generator of its own behind where an answer is not read to its end, which trio warns about.
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"], scope="module")]

MEGABYTE = 1_000_000
CAP = 64 << 20
PIECE = 1 << 16


def flood(
    size: int, *, head: bytes = b"", piece: bytes = b" " * PIECE, encoding: str = "", status: str = "200 OK"
) -> Act:
    """Sends megabytes, piece by piece, until nobody reads them any more."""
    headers = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    if encoding:
        headers += f"Content-Encoding: {encoding}\r\n"

    async def act(stream: Raw, _: Asked) -> None:
        await stream.send(headers.encode() + b"\r\n" + head)
        for _count in range(size // len(piece)):
            await stream.send(piece)

    return act


def packed(piece: bytes, count: int) -> tuple[bytes, bytes]:
    """The beginning of one gzip stream and a block that may follow it any number of times; `count` blocks are meant."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return first, (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)) * count


def bomb(layers: int) -> Act:
    """A small body that is a gigabyte when it is unpacked, once or twice."""
    data = b"".join(packed(b" " * (1 << 20), 1024))
    for _ in range(layers - 1):
        data = gzip.compress(data, 9)
    return sends(answer(data, Content_Encoding=", ".join(["gzip"] * layers)))


FLOODS = {
    "50 MB of JSON": flood(50 * MEGABYTE, head=b'{"items": ["', piece=b"x" * PIECE),
    "50 MB of spaces": flood(50 * MEGABYTE),
    "a gigabyte in a gzip": bomb(1),
    "a gigabyte in a gzip in a gzip": bomb(2),
}


@pytest.mark.slow
@each_tool
@pytest.mark.parametrize("act", FLOODS.values(), ids=FLOODS)
async def test_json_beyond_the_cap_is_refused_and_the_next_call_is_answered(
    faulty: Faulty, act: Act, tool: ReadTool
) -> None:
    faulty.upstream.act = act
    await faulty.fails(
        tool,
        "response_too_large",
        "more than 24 MB of JSON. Ask for less: a smaller `limit` or `lines`, where the tool has one.",
    )
    await faulty.recovers(tool)


async def test_the_words_of_a_refusal_are_read_no_further_than_they_are_kept(faulty: Faulty) -> None:
    faulty.upstream.act = flood(50 * MEGABYTE, piece=b"x" * PIECE, status="500 Oops")
    for tool in READ_TOOLS:
        told = await faulty.fails(tool, "upstream_error", "failed")
        assert told.seconds < 10
        assert len(told.text) < 3000


async def test_a_sandbox_log_beyond_the_cap_is_asked_for_again_with_fewer_lines(faulty: Faulty) -> None:
    good = faulty.upstream.good
    whole = flood(50 * MEGABYTE)

    async def act(stream: Raw, asked: Asked) -> None:
        if asked.path.endswith("/logs") and "lines" not in asked.query:
            await whole(stream, asked)
        else:
            await stream.send(good(asked))

    faulty.upstream.act = act
    told = await faulty.call("get_sandbox_logs", sandbox_id=BOX)
    assert CAUSE in told.text
    assert told.figures["complete"] == "no"
    assert told.figures["warnings"] == ["the whole log is too large to read; these are its last 10,000 lines"]


LONG_LINE = "x" * 40_000


async def test_lines_of_forty_thousand_characters_are_kept_whole_and_shown_within_the_bound(
    faulty: Faulty,
) -> None:
    lines = [LONG_LINE, f"{LONG_LINE[:20_000]} {CAUSE} {LONG_LINE[:20_000]}", LONG_LINE]
    documents = faulty.upstream.documents
    documents[f"/agentbox/v1/sandboxes/{BOX}/logs"] = {"entries": [{"log": line} for line in lines], "source": "live"}
    documents[f"/v1/sandboxes/{OPEN}/diagnostics/logs"] = {"content": "\n".join(lines)}
    logs = [step(number, message_type="ERROR", observation=line) for number, line in enumerate(lines)]
    documents[f"/alpha/organizations/1/agent/run/{RUN}/logs"] = run(logs=logs, total_logs=3)
    faulty.time.ahead_s += 200_000
    for tool in READ_TOOLS[:3]:
        told = await faulty.call(tool.name, **tool.arguments, max_tokens=1000)
        assert CAUSE in told.text, tool.name
        assert told.figures["tokens"] <= 1000
        assert told.figures["bytes"] > 3 * 40_000


async def weighed(upstream: Upstream, folder: Path, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a call answers in a process of its own, and by how much that grew."""
    async with upstream.listening() as address:
        environ = untraced(**environ_of(address), SANDSCOPE_STATE_DIR=str(folder), no_proxy="*")
        command = [sys.executable, "-m", "tests.faults.weighed", tool, json.dumps(arguments)]
        done = await anyio.run_process(command, cwd=Path(__file__).parents[2], env=environ)
    assert not leaks((done.stdout + done.stderr).decode())
    return json.loads(done.stdout)


linux = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")


@linux
@pytest.mark.slow
@pytest.mark.parametrize("act", FLOODS.values(), ids=FLOODS)
@pytest.mark.parametrize("tool", ["get_sandbox_logs", "get_diagnostics"])
async def test_json_beyond_the_cap_takes_less_than_150_megabytes(state_folder: Path, act: Act, tool: str) -> None:
    sandbox = {"get_sandbox_logs": BOX, "get_diagnostics": OPEN}[tool]
    upstream = Upstream(act=act)
    told = await weighed(upstream, state_folder, tool, sandbox_id=sandbox)
    assert told["failed"]
    assert told["grown"] < 150 * MEGABYTE


def box_log(size: int) -> bytes:
    """A sandbox's log as JSON of a size, of many short lines."""
    entry = b'{"timestamp": "2026-11-20T10:00:00.000000Z", "container": "main", "log": "resolving package"}'
    entries = b",".join([entry] * (size // (len(entry) + 1)))
    return answer(b'{"source": "live", "truncated": false, "entries": [' + entries + b"]}")


@linux
@pytest.mark.slow
async def test_json_just_under_the_cap_takes_less_than_150_megabytes(state_folder: Path) -> None:
    upstream = Upstream()
    upstream.documents = {f"/{BOX}/logs": box_log(23 << 20), **upstream.documents}
    told = await weighed(upstream, state_folder, "get_sandbox_logs", sandbox_id=BOX)
    assert not told["failed"]
    assert told["meta"]["sandscope/log"]["lines"] > 200_000
    assert told["grown"] < 150 * MEGABYTE


@linux
@pytest.mark.slow
async def test_text_beyond_the_cap_is_cut_which_is_said_within_three_times_its_size(state_folder: Path) -> None:
    # Plain text of every kind: tests/tools/test_large_logs.py.
    head, piece = packed(b"[7] resolving package checksum verified layer cached in 12 ms\n" * 10_000, 1)
    plenty = flood(1 << 30, head=head, piece=piece, encoding="gzip")

    async def act(stream: Raw, asked: Asked) -> None:
        if "scope" in asked.query:
            await stream.send(answer(b"{}", "501 Not Implemented", Connection="close"))
        elif asked.path.endswith(f"{OPEN}/diagnostics/logs"):
            await plenty(stream, asked)
        else:
            await stream.send(answer(b"{}", Connection="close"))

    told = await weighed(Upstream(act=act), state_folder, "get_diagnostics", sandbox_id=OPEN)
    assert "logs are longer than 64 MB" in told["text"]
    assert told["meta"]["sandscope/log"]["complete"] == "no"
    assert told["grown"] <= 3 * CAP
