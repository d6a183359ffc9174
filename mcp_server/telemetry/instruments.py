"""The instruments, by OpenTelemetry's semantic conventions where there are any; imported only where somebody may listen."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Thread
from typing import Final, Literal

from opentelemetry import metrics, trace

from mcp_server import __version__
from mcp_server.telemetry import CANCELLED, OK, Call, Sending, of_group

SCOPE: Final = "sandscope"
# The boundaries that the conventions advise for HTTP, and for a wait that goes on to a minute.
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60)

Attributes = dict[str, str | int]
Kind = Literal["counter", "gauge", "histogram", "up-down counter"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument, as it is documented.

    Attributes:
        name: Its name.
        kind: What it does with what it is told.
        unit: In the notation of UCUM.
        attributes: The names of those it is told with.
        description: For people.
    """

    name: str
    kind: Kind
    unit: str
    attributes: tuple[str, ...]
    description: str


_TOOL, _PLATFORM, _GROUP = "gen_ai.tool.name", "sandscope.platform", "sandscope.budget.group"
# Of credentials, where there are several.
_PROFILE = "sandscope.profile"
CALLS: Final = Instrument(
    "mcp.server.operation.duration",
    "histogram",
    "s",
    ("mcp.method.name", _TOOL, _PLATFORM, _PROFILE, "error.type"),
    "Calls of tools, and how long they took; `error.type` is the code of an error.",
)
IN_HAND: Final = Instrument(
    "sandscope.calls.in_hand", "up-down counter", "{call}", (_TOOL,), "Calls of tools that are not answered yet."
)
REQUESTS: Final = Instrument(
    "http.client.request.duration",
    "histogram",
    "s",
    ("http.request.method", "server.address", "http.response.status_code", "error.type", _PLATFORM, _GROUP),
    "Requests to platforms, each attempt, until the body was read or left.",
)
WAITS: Final = Instrument(
    "sandscope.budget.wait.duration",
    "histogram",
    "s",
    (_PLATFORM, _GROUP, "sandscope.outcome"),
    "How long requests waited for a slot of the rate budget: until they had one (`ok`) or were given up.",
)
REFUSALS: Final = Instrument(
    "sandscope.upstream.rate_limited", "counter", "{response}", (_PLATFORM, _GROUP), "Answers of platforms with 429."
)
REMAINING: Final = Instrument(
    "sandscope.budget.remaining",
    "gauge",
    "{request}",
    (_PLATFORM, _GROUP, _PROFILE),
    "Requests left in a budget group, as the last call that sent one saw it.",
)
REDACTIONS: Final = Instrument(
    "sandscope.redactions",
    "counter",
    "{secret}",
    ("sandscope.redaction.kind",),
    "Secrets replaced in whatever platforms told.",
)
CUT: Final = Instrument(
    "sandscope.answer.cut",
    "counter",
    "By",
    (_TOOL, _PLATFORM, _PROFILE),
    "Bytes of captured logs that answers left out.",
)
UNREAD: Final = Instrument(
    "sandscope.upstream.cut", "counter", "{response}", (_PLATFORM,), "Answers of platforms too long to be read whole."
)
TURNED_AWAY: Final = Instrument(
    "sandscope.http.turned_away",
    "counter",
    "{request}",
    ("http.response.status_code",),
    "Requests to a hosted server that were answered with a status from 400 on.",
)
INSTRUMENTS: Final = (CALLS, IN_HAND, REQUESTS, WAITS, REFUSALS, REMAINING, REDACTIONS, CUT, UNREAD, TURNED_AWAY)


def _attributes(sending: Sending) -> Attributes:
    """What metrics and spans say of an attempt alike."""
    told: Attributes = {
        "http.request.method": sending.method,
        _PLATFORM: of_group(sending.group),
        _GROUP: sending.group,
    }
    return {**told, "server.address": sending.address} if sending.address else told


class Instruments:
    """Tells the providers that are set for the whole process, now or later.

    Args:
        profile: Of whose calls and budget they tell; empty if there is but one.
    """

    def __init__(self, profile: str) -> None:
        meter = metrics.get_meter(SCOPE, __version__)
        self.tracer = trace.get_tracer(SCOPE, __version__)
        self._calls, self._requests, self._waits = (
            meter.create_histogram(made.name, made.unit, made.description, explicit_bucket_boundaries_advisory=_SECONDS)
            for made in (CALLS, REQUESTS, WAITS)
        )
        self._refusals, self._redactions, self._cut, self._unread, self._turned_away = (
            meter.create_counter(made.name, made.unit, made.description)
            for made in (REFUSALS, REDACTIONS, CUT, UNREAD, TURNED_AWAY)
        )
        self._in_hand = meter.create_up_down_counter(IN_HAND.name, IN_HAND.unit, IN_HAND.description)
        self._remaining = meter.create_gauge(REMAINING.name, REMAINING.unit, REMAINING.description)
        self._profile: Attributes = {_PROFILE: profile} if profile else {}

    def began(self, call: Call) -> None:
        """A call of a tool is in hand."""
        self._in_hand.add(1, {_TOOL: call.tool})

    def ended(self, call: Call, seconds: float, span: trace.Span) -> None:
        """It is answered; `span` is the SDK's own of it."""
        about = {_TOOL: call.tool, **({_PLATFORM: call.platform} if call.platform else {}), **self._profile}
        failed: Attributes = {} if call.outcome == OK else {"error.type": call.outcome}
        self._in_hand.add(-1, {_TOOL: call.tool})
        self._calls.record(seconds, {"mcp.method.name": "tools/call", **about, **failed})
        if call.cut:
            self._cut.add(call.cut, about)
        for group, left in call.remaining.items():
            self._remaining.set(left, {_PLATFORM: of_group(group), _GROUP: group, **self._profile})
        if span.is_recording():
            figures: Attributes = {"sandscope.upstream.requests": call.upstream, "sandscope.answer.cut": call.cut}
            span.set_attributes({"sandscope.outcome": call.outcome, **about, **figures})

    def waited(self, group: str, seconds: float, outcome: str) -> None:
        """For a slot."""
        self._waits.record(seconds, {_PLATFORM: of_group(group), _GROUP: group, "sandscope.outcome": outcome})

    def sending(self, sending: Sending) -> trace.Span:
        """The span of an attempt that begins now."""
        figures: Mapping[str, int | float] = {
            "http.request.resend_count": sending.resent,
            "sandscope.budget.wait": round(sending.waited_s, 3),
        }
        attributes = {**_attributes(sending), **figures}
        name = f"{sending.method} {sending.group}"
        return self.tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=attributes)

    def received(self, sending: Sending, span: trace.Span, seconds: float, status: int | None, error: str) -> None:
        """The attempt is over; `error` names what broke, or the status of a refusal."""
        told: Attributes = {} if status is None else {"http.response.status_code": status}
        told |= {"error.type": error} if error else {}
        self._requests.record(seconds, {**_attributes(sending), **told})
        if status == 429:  # noqa: PLR2004  RFC 6585, 4
            self._refusals.add(1, {_PLATFORM: of_group(sending.group), _GROUP: sending.group})
        span.set_attributes(told)
        if error and error != CANCELLED:
            span.set_status(trace.StatusCode.ERROR)
        span.end()

    def redacted(self, counts: Mapping[str, int]) -> None:
        """By kind."""
        for kind, count in counts.items():
            self._redactions.add(count, {"sandscope.redaction.kind": kind})

    def unread(self, platform: str) -> None:
        """More of a body than is read."""
        self._unread.add(1, {_PLATFORM: platform})

    def turned_away(self, status: int) -> None:
        """A request of a client."""
        self._turned_away.add(1, {"http.response.status_code": status})

    def flush(self) -> list[Thread]:
        """Lets providers send what they hold, each in a thread that may be left behind: a collector may not answer."""
        providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
        flushes = [flush for flush in (getattr(provider, "force_flush", None) for provider in providers) if flush]
        threads = [Thread(target=flush, name="sandscope telemetry", daemon=True) for flush in flushes]
        for thread in threads:
            thread.start()
        return threads
