"""However a process over stdio is ended and whatever it is at, it is gone within 2 s, and the next one finds all in order."""

import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp_types import CLIENT_CAPABILITIES_META_KEY, PROTOCOL_VERSION_META_KEY

from tests.faults.standing import Standing, standing
from tests.server.processes import INITIALIZE, INITIALIZED, SERVE_DEMO, WAITING_CALL, Started, calling, started
from tests.tasks.client import ID
from tests.tools.large import SANDBOX

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are POSIX's"),
]

SOON_S = 2.0
# A server that has taken nothing for so long has stopped reading.
STOPPED_S = 2.0
End = Callable[[Started], Any]


async def close(server: Started) -> int:
    await server.close()
    return 0


async def terminate(server: Started) -> int:
    server.process.send_signal(signal.SIGTERM)
    return 128 + signal.SIGTERM


async def interrupt(server: Started) -> int:
    server.process.send_signal(signal.SIGINT)
    return 128 + signal.SIGINT


every_end = pytest.mark.parametrize("end", [close, terminate, interrupt])


async def finds_all_in_order() -> dict[str, Any]:
    """The budget as the next process sees it, with nothing to warn of."""
    async with started("serve") as server:
        await server.initialize()
        read = {"uri": "sandscope://budget"}
        await server.send({"jsonrpc": "2.0", "id": 3, "method": "resources/read", "params": read})
        groups = json.loads((await server.message())["result"]["contents"][0]["text"])
    assert "warnings" not in groups
    return groups


async def stalled(upstream: Standing, server: Started) -> None:
    """A call that waits for a platform which says nothing."""
    await server.send(calling("get_run", run_id=7))
    await upstream.until_kept(1)


async def digesting(upstream: Standing, server: Started) -> None:
    """A call whose log is in a thread now."""
    await server.send(calling("get_diagnostics", sandbox_id=SANDBOX))
    await upstream.served.wait()


@every_end
@pytest.mark.parametrize("busy", [stalled, digesting])
async def test_a_call_under_way_holds_nothing_up(
    end: End, busy: Callable[[Standing, Started], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with standing(monkeypatch, tmp_path) as upstream:
        async with started("serve") as server:
            await server.initialize()
            await busy(upstream, server)
            status = await end(server)
            assert await server.ends(SOON_S) == status
        await upstream.until_kept(0)
        groups = await finds_all_in_order()
        # What was sent is charged, whatever became of it; OpenSandbox has no limits.
        used = {name: group["used_elsewhere"] for name, group in groups.items() if group["used_elsewhere"]}
        assert used == ({"codegen.shared": 1, "codegen.reads": 1} if busy is stalled else {})


async def test_a_task_that_is_asked_about_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    capabilities: dict[str, Any] = {"extensions": {ID: {}}}
    meta: dict[str, Any] = {PROTOCOL_VERSION_META_KEY: "2026-07-28", CLIENT_CAPABILITIES_META_KEY: capabilities}
    async with standing(monkeypatch, tmp_path) as upstream, started("serve") as server:
        call = calling("get_run", run_id=7, wait_seconds=55)
        await server.send({**call, "params": {**call["params"], "_meta": meta}})
        await upstream.until_kept(1)
        status = await terminate(server)
        assert await server.ends(SOON_S) == status


async def test_places_of_a_killed_process_lapse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with standing(monkeypatch, tmp_path, timeout_s=5) as upstream:
        async with started("serve") as server:
            await server.initialize()
            # As many as may be in flight for one key.
            await server.send(*(calling("get_run", number, run_id=number) for number in range(10, 18)))
            await upstream.until_kept(8)
            server.process.kill()
            await server.process.wait()
        upstream.answers = True
        async with started("serve") as server:
            await server.initialize()
            code = "server_busy"
            # A call waits for a place by itself, though not so long as a killed process may hold one.
            while code == "server_busy":
                await server.send(calling("get_run", run_id=7))
                code = (await server.message())["result"]["_meta"]["sandscope/error"]["code"]
            assert code == "not_found"
        assert upstream.asked == 9


def databases(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.read_bytes().startswith(b"SQLite")]


@every_end
async def test_a_state_file_that_somebody_else_has_locked_holds_nothing_up(
    end: End, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with standing(monkeypatch, tmp_path) as upstream, started("serve") as server:
        await server.initialize()
        await stalled(upstream, server)
        locks = [sqlite3.connect(file, isolation_level=None) for file in databases(tmp_path)]
        assert locks
        for lock in locks:
            lock.execute("BEGIN EXCLUSIVE")
        status = await end(server)
        assert await server.ends(SOON_S) == status
        for lock in locks:
            lock.close()


class Unread:
    """A server on pipes of ours, whose answers nobody reads until it stops reading too."""

    def __init__(self) -> None:
        self.stdin, self.ours = os.pipe()
        os.set_blocking(self.ours, False)

    async def fill(self, server: Started) -> None:
        """Asks until nothing more is taken."""
        os.write(self.ours, json.dumps(INITIALIZE).encode() + b"\n")
        await server.message()
        request = {"jsonrpc": "2.0", "id": 5, "method": "tools/list", "params": {"_meta": {"text": "x" * 4000}}}
        text = json.dumps(INITIALIZED).encode() + b"\n"
        while True:
            text += json.dumps(request).encode() + b"\n"
            try:
                text = text[os.write(self.ours, text) :]
            except BlockingIOError:
                with anyio.move_on_after(STOPPED_S) as waiting:
                    await anyio.wait_writable(self.ours)
                if waiting.cancelled_caught:
                    return


@pytest.mark.parametrize("received", [None, signal.SIGTERM, signal.SIGINT])
async def test_a_client_that_reads_nothing_holds_nothing_up(received: signal.Signals | None) -> None:
    unread = Unread()
    async with started(*SERVE_DEMO, stdin=unread.stdin) as server:
        os.close(unread.stdin)
        await unread.fill(server)
        if received is None:
            os.close(unread.ours)
            assert await server.ends(SOON_S) == 0
        else:
            server.process.send_signal(received)
            assert await server.ends(SOON_S) == 128 + received
            os.close(unread.ours)


async def test_the_end_of_stdin_is_seen_while_a_few_answers_wait_to_be_read() -> None:
    async with started(*SERVE_DEMO) as server:
        await server.initialize()
        # More than a pipe holds, less than the server does.
        await server.send(*({"jsonrpc": "2.0", "id": number, "method": "tools/list"} for number in range(20)))
        await server.send(WAITING_CALL)
        await close(server)
        assert await server.ends(SOON_S) == 0


async def test_a_client_that_is_slow_to_read_has_all_it_asked_for_before_it_left() -> None:
    async with started(*SERVE_DEMO) as server:
        await server.initialize()
        await server.send(*({"jsonrpc": "2.0", "id": number, "method": "ping"} for number in range(3000)))
        await close(server)
        answers = [await server.message() for _ in range(3000)]
        assert sorted(answer["id"] for answer in answers) == list(range(3000))


async def test_a_socket_whose_other_end_was_closed_with_answers_unread_ends_the_server() -> None:
    ours, theirs = socket.socketpair()
    async with started(*SERVE_DEMO, stdin=theirs.fileno(), stdout=theirs.fileno()) as server:
        theirs.close()
        ours.sendall(b"".join(json.dumps(message).encode() + b"\n" for message in (INITIALIZE, INITIALIZED)))
        # An answer is there, and is thrown away.
        await anyio.wait_readable(ours)
        ours.close()
        assert await server.ends(SOON_S) in {0, 128 + signal.SIGPIPE}
