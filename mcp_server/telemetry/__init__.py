"""What the operator is told of calls and requests: a line of the log, and what OpenTelemetry counts where it listens.

Never log text, arguments, keys or URLs: only names and figures that this server gives.
"""

import logging
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread
from opentelemetry.trace import get_current_span

if TYPE_CHECKING:
    from mcp_server.telemetry.instruments import Instruments

logger = logging.getLogger("sandscope")

REQUEST: Final[ContextVar[str]] = ContextVar("sandscope_request", default="")
"""Names the request in hand, in every line of the log: its JSON-RPC id, after a word for its HTTP request if it has one."""
OK: Final = "ok"
CANCELLED: Final = "cancelled"
CLOSE_S: Final = 0.6
"""For so long what was counted last may take to be sent; whoever ends a server waits two seconds for all of it."""


@dataclass(slots=True)
class Call:
    """One call of a tool, filled in while it is in hand.

    Attributes:
        tool: Its name.
        outcome: `ok`, or the code of its error.
        platform: Whom it was about, if that is one platform.
        cut: Bytes of the log that its answer leaves out.
        remaining: By budget group, the requests left when it last saw that.
        upstream: Requests that it sent.
    """

    tool: str
    outcome: str = OK
    platform: str = ""
    cut: int = 0
    remaining: Mapping[str, int] = field(default_factory=dict[str, int])
    upstream: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt at a request.

    Attributes:
        method: Of HTTP.
        group: The most specific budget group it is charged to.
        address: The host it goes to; empty where a platform chose it.
        resent: How many attempts came before.
        waited_s: For its slot, in seconds.
    """

    method: str
    group: str
    address: str = ""
    resent: int = 0
    waited_s: float = 0.0


_CALL: Final[ContextVar[Call | None]] = ContextVar("sandscope_call", default=None)


class Telemetry:
    """Counts for whoever listens; costs next to nothing where nobody does.

    Args:
        profile: The credential profile it is about, where there are several.
        now: Seconds of a clock that never goes back.
    """

    def __init__(self, profile: str = "", now: Callable[[], float] = time.perf_counter) -> None:
        self._profile = profile
        self._now = now
        self._instruments: Instruments | None = None
        self._closed = False
        # Secrets are found in threads, too.
        self._making = Lock()

    @property
    def listening(self) -> bool:
        """Whether somebody may: whoever does has loaded this part of the API, or the SDK; a bare server has not."""
        return "opentelemetry.metrics" in sys.modules or "opentelemetry.sdk" in sys.modules

    @property
    def watching(self) -> bool:
        """Whether anybody wants to know of each request to a platform."""
        return self.listening or logger.isEnabledFor(logging.DEBUG)

    @property
    def instruments(self) -> "Instruments | None":
        """What is counted with, where somebody may listen."""
        if self._instruments is None and self.listening:
            from mcp_server.telemetry.instruments import Instruments  # noqa: PLC0415  light start-up: few listen

            with self._making:
                self._instruments = self._instruments or Instruments(self._profile)
        return self._instruments

    @contextmanager
    def call(self, tool: str) -> Generator[Call]:
        """Around one call of a tool; what was told of it by then is counted when it ends, however it ends."""
        instruments = self.instruments
        call = Call(tool)
        _CALL.set(call)
        began = self._now()
        if instruments:
            instruments.began(call)
        try:
            yield call
        except BaseException as exc:
            # The event loop cancels with exceptions that are no errors.
            call.outcome = type(exc).__name__ if isinstance(exc, Exception) else CANCELLED
            raise
        finally:
            seconds = self._now() - began
            if instruments:
                instruments.ended(call, seconds, get_current_span())
            if logger.isEnabledFor(logging.INFO):
                facts = {"tool": tool, "outcome": call.outcome, "ms": round(seconds * 1000), "upstream": call.upstream}
                logger.info("tool call", extra={"facts": facts})

    def sent(self) -> None:
        """A request to a platform has its slot."""
        call = _CALL.get()
        if call is not None:
            call.upstream += 1

    def waited(self, group: str, seconds: float, outcome: str) -> None:
        """So long a request waited for a slot: until it had one (`ok`), or was told to come back."""
        if self.instruments:
            self.instruments.waited(group, seconds, outcome)

    def redacted(self, counts: Mapping[str, int]) -> None:
        """Secrets of these kinds were replaced in a text."""
        if counts and self.instruments:
            self.instruments.redacted(counts)

    def unread(self, platform: str) -> None:
        """The body of an answer was longer than what is read of one."""
        if self.instruments:
            self.instruments.unread(platform)

    def turned_away(self, status: int) -> None:
        """A request to a hosted server was answered with a status from 400 on."""
        if self.instruments:
            self.instruments.turned_away(status)

    async def aclose(self) -> None:
        """Sends what is still to be sent, within 0.6 s; the first time, for a server may be closed twice."""
        sending = self.instruments.flush() if self.instruments and not self._closed else []
        self._closed = True
        if sending:
            # As many may close at once as like to.
            await anyio.to_thread.run_sync(_joined, sending, limiter=anyio.CapacityLimiter(1))


def _joined(threads: Sequence[Thread]) -> None:
    ends_at = time.monotonic() + CLOSE_S
    for thread in threads:
        thread.join(max(0.0, ends_at - time.monotonic()))


def of_group(group: str) -> str:
    """The platform of a budget group."""
    return group.partition(".")[0]
