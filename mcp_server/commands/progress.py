"""Says on stderr how far long work is: a live line on a terminal, plain lines on a dumb one, nothing in a pipe."""

import logging
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from mcp_server.logs.sanitise import MAX_ERROR_CHARS, sanitise

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

AFTER_S: Final = 0.7
"""What is done sooner shows nothing."""

_log = logging.getLogger("sandscope.progress")


class Report(Protocol):
    """Told of each step of long work."""

    def __call__(self, message: str, done: float | None = None, total: float | None = None) -> None:
        """Shows what is being done, and how much of how much is, in any unit."""
        ...


@contextmanager
def progress(
    description: str, *, stream: TextIO | None = None, environ: Mapping[str, str], after_s: float = AFTER_S
) -> Generator[Report]:
    """Shows the progress of what is done inside.

    A terminal is one that both results and progress are seen on: stdout must be one too. Without one, reports are written
    to the log, which shows them at `--log-level info`.

    Args:
        description: What is being done, until the first report.
        stream: Where to; None is stderr.
        environ: `TERM=dumb` and `CI` mean plain lines, `NO_COLOR` no colours.
        after_s: Seconds before a live line appears.
    """
    shown_on: TextIO = stream or sys.stderr
    if not (shown_on.isatty() and sys.stdout.isatty()):
        yield _lines(description, _log.info)
    elif environ.get("TERM") == "dumb" or environ.get("CI"):
        yield _lines(description, lambda line: print(line, file=shown_on, flush=True))
    else:
        live = _Live(description, shown_on, coloured=not environ.get("NO_COLOR"), after_s=after_s)
        try:
            yield live.report
        finally:
            live.stop()


def _lines(description: str, write: Callable[[str], object]) -> Report:
    """Writes a line for each report, unless it says what the last one said."""
    last = ""

    def report(message: str, done: float | None = None, total: float | None = None) -> None:
        nonlocal last
        far = "" if done is None else f" ({done:g} of {total:g})" if total else f" ({done:g})"
        line = f"{description}: {_clean(message)}{far}"
        if line != last:
            write(line)
        last = line

    return report


class _Live:
    """A line that is rewritten in place and is gone at the end; made by a thread when the work has taken long enough."""

    def __init__(self, description: str, stream: TextIO, *, coloured: bool, after_s: float) -> None:
        self._stream = stream
        self._coloured = coloured
        self._last: tuple[str, float | None, float | None] = (description, None, None)
        self._shown: tuple[Progress, TaskID] | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(after_s, self._show)
        self._timer.daemon = True
        self._timer.start()

    def report(self, message: str, done: float | None = None, total: float | None = None) -> None:
        """Shows it, or keeps it for when there is something to show it on."""
        with self._lock:
            self._last = (_clean(message), done, total)
            self._update()

    def stop(self) -> None:
        """Removes the line."""
        self._timer.cancel()
        self._timer.join()
        if self._shown:
            self._shown[0].stop()

    def _show(self) -> None:
        from rich.console import Console  # noqa: PLC0415  only when somebody waits: light start-up
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  see above: light start-up

        with self._lock:
            shown = Progress(
                SpinnerColumn("line"),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TimeElapsedColumn(),
                console=Console(file=self._stream, force_terminal=True, no_color=not self._coloured, highlight=False),
                transient=True,
            )
            self._shown = (shown, shown.add_task(self._last[0], total=None))
            self._update()
            shown.start()

    def _update(self) -> None:
        if self._shown is None:
            return
        live, task = self._shown
        message, done, total = self._last
        live.update(task, description=message, completed=done, total=total)


def _clean(message: str) -> str:
    """One line without anything a terminal would obey: it may come from a platform."""
    return " ".join(sanitise(message[: 20 * MAX_ERROR_CHARS])[0].split())[:MAX_ERROR_CHARS]
