"""Serves over stdin and stdout until the client closes them or a signal comes; either ends the process in less than 2 s.

What the client may make this process hold is bounded, whether it reads its answers or not (`replies`, `lines`).
"""

import os
import select
import signal
import stat
import sys
import threading
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from mcp_server.server.build import Sandscope
from mcp_server.server.lines import Refused, lines, message_of
from mcp_server.server.replies import Replies

STDIN, STDOUT, STDERR = 0, 1, 2
# As a shell tells the end by a signal; SIGPIPE by its number, which Windows has no name for.
BY_SIGNAL, SIGPIPE = 128, 13
# After the end of stdin or a signal: for what is under way to end, and for answers to be written.
PATIENCE_S = 1.5
FLUSH_S = 0.5
# Between looks whether there is room again; a client that has read nothing for longer may have left.
_LOOK_S = 0.01
_QUIET_S = 0.5
_CHUNK_BYTES = 64 * 1024


@dataclass(slots=True)
class _Serving:
    """One client being served; `scope` ends it."""

    stdin: int
    stdout: int
    replies: Replies = field(default_factory=Replies)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    status: int = 0

    def leave(self, received: int) -> None:
        """Ends serving as a signal does."""
        self.status = BY_SIGNAL + received
        _end_in_time(self.status)
        self.scope.cancel()


async def serve_stdio(sandscope: Sandscope) -> None:
    """Serves one client. After a signal it does not return: the process has ended."""
    shows_reader_leaving = sys.platform != "win32" and _shows_its_reader_leaving(STDOUT)
    serving = _Serving(*_taken_over())
    try:
        await _serve_watched(sandscope, serving, shows_reader_leaving=shows_reader_leaving)
        await sandscope.aclose()
    finally:
        if serving.status:
            # A thread blocked in reading stdin cannot be cancelled, only left behind.
            os._exit(serving.status)


async def _serve_watched(sandscope: Sandscope, serving: _Serving, *, shows_reader_leaving: bool) -> None:
    if sys.platform == "win32":
        # Ctrl-C ends the process there by itself.
        await _serve(sandscope, serving)
        return
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_on_signal, serving)
        if shows_reader_leaving:
            tasks.start_soon(_leave_when_unheard, serving)
        await _serve(sandscope, serving)
        tasks.cancel_scope.cancel()


async def _serve(sandscope: Sandscope, serving: _Serving) -> None:
    server = sandscope.server.lowlevel
    async with anyio.create_task_group() as tasks:
        relayed, messages = anyio.create_memory_object_stream[SessionMessage | Exception]()
        written = anyio.Event()
        tasks.start_soon(_write, serving, written)
        tasks.start_soon(_relay, serving, relayed)
        with serving.scope:
            await server.run(messages, serving.replies, server.create_initialization_options())
        with anyio.move_on_after(FLUSH_S):
            await written.wait()
        tasks.cancel_scope.cancel()


async def _relay(serving: _Serving, relayed: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
    """Hands on every message as soon as there is room for it; a line that is none is answered here."""
    replies = serving.replies
    async with relayed, aclosing(lines(partial(_read, serving.stdin))) as coming:
        # After a signal nobody takes them any more.
        with suppress(anyio.BrokenResourceError):
            async for line in coming:
                message = message_of(line)
                if isinstance(message, Refused):
                    replies.refuse(message.answer)
                else:
                    await relayed.send(replies.noted(message, len(line)))
                if not await _room(serving):
                    break
    _end_in_time(serving.status)


async def _room(serving: _Serving) -> bool:
    """Waits until the client may ask more; False if it has left instead, reading nothing."""
    replies = serving.replies
    seen, since = replies.written, anyio.current_time()
    while replies.full:
        await anyio.sleep(_LOOK_S)
        if replies.written != seen:
            seen, since = replies.written, anyio.current_time()
        elif anyio.current_time() - since >= _QUIET_S and _left(serving.stdin):
            return False
    return True


def _left(stdin: int) -> bool:
    """Whether nobody holds the other end any more, whatever was not read from it yet."""
    if sys.platform == "win32":
        return False
    poll = select.poll()
    poll.register(stdin, 0)
    return bool(poll.poll(0))


async def _read(stdin: int) -> bytes:
    try:
        return await anyio.to_thread.run_sync(os.read, stdin, _CHUNK_BYTES, abandon_on_cancel=True)
    except OSError:
        # A socket whose other end is closed before all was read.
        return b""


async def _write(serving: _Serving, written: anyio.Event) -> None:
    async def whole(data: bytes) -> None:
        await anyio.to_thread.run_sync(_write_whole, serving.stdout, data, abandon_on_cancel=True)

    try:
        await serving.replies.write(whole)
    except OSError:
        serving.leave(SIGPIPE)
    written.set()


def _write_whole(stdout: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(stdout, left) :]


async def _leave_on_signal(serving: _Serving) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for received in signals:
            serving.leave(received)


async def _leave_when_unheard(serving: _Serving) -> None:
    """Ends the process when nobody reads stdout any more; the next answer would block it for ever."""
    await anyio.wait_readable(serving.stdout)
    serving.leave(SIGPIPE)


def _end_in_time(status: int) -> None:
    """Ends the process after `PATIENCE_S`, whatever still holds it: a thread at work, a file that others have locked."""

    def end() -> None:
        time.sleep(PATIENCE_S)
        os._exit(status)

    threading.Thread(target=end, daemon=True).start()


def _taken_over() -> tuple[int, int]:
    """Both pipes under numbers that nobody else knows: whatever else reads stdin meets its end, prints go to stderr."""
    # Never closed: where the host gave no stderr, it takes that number, and nothing else can.
    nothing = os.open(os.devnull, os.O_RDWR)
    stdin, stdout = os.dup(STDIN), os.dup(STDOUT)
    os.dup2(nothing, STDIN)
    os.dup2(STDERR, STDOUT)
    return stdin, stdout


def _shows_its_reader_leaving(stdout: int) -> bool:
    """Whether it becomes readable then: a pipe does, and a socket if it is not stdin too."""
    mode = os.fstat(stdout).st_mode
    return stat.S_ISFIFO(mode) or (stat.S_ISSOCK(mode) and not os.path.sameopenfile(STDIN, stdout))
