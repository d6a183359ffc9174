"""Keeps spans to what may be told: the SDK puts what clients name and what errors say into its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext, SpanKind, Status

from mcp_server.telemetry.instruments import SCOPE

OF_SDK: Final = "mcp-python-sdk"
OTHER: Final = "_OTHER"
"""What the conventions put in the place of a method that nobody knows."""
OUTCOME: Final = "sandscope.outcome"
# Of MCP, and of its extension for tasks; anything else is a client's own word.
METHODS: Final = frozenset(
    {
        "completion/complete",
        "elicitation/create",
        "initialize",
        "logging/setLevel",
        "notifications/cancelled",
        "notifications/elicitation",
        "notifications/initialized",
        "notifications/message",
        "notifications/progress",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
        "notifications/resources/updated",
        "notifications/roots/list_changed",
        "notifications/tasks",
        "notifications/tools/list_changed",
        "ping",
        "prompts/get",
        "prompts/list",
        "resources/list",
        "resources/read",
        "resources/subscribe",
        "resources/templates/list",
        "resources/unsubscribe",
        "roots/list",
        "sampling/createMessage",
        "server/discover",
        "subscriptions/listen",
        "tasks/cancel",
        "tasks/get",
        "tasks/update",
        "tools/call",
        "tools/list",
    }
)
_ID: Final = re.compile(r"\d{1,18}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD: Final = re.compile(r"-?[\w.]{1,60}", re.ASCII)
# What the SDK's spans say, and when it may be said; whatever else is in them is left out.
_SAID: Final[Mapping[str, Callable[[str], object]]] = {
    "error.type": _WORD.fullmatch,
    "gen_ai.operation.name": _WORD.fullmatch,
    "jsonrpc.request.id": _ID.fullmatch,
    "mcp.method.name": METHODS.__contains__,
    "mcp.protocol.version": re.compile(r"\d{4}-\d\d-\d\d").fullmatch,
    "rpc.response.status_code": re.compile(r"-?\d{1,6}").fullmatch,
}
_OURS: Final = ("gen_ai.tool.name", "sandscope.")


class PlainSpans(SpanExporter):
    """Hands on our own spans and the MCP SDK's, without names, texts, events and states that others chose.

    Args:
        inner: Sends them.
    """

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends what may be told of the spans."""
        told = [plain(span) for span in spans if _scope(span) in {OF_SDK, SCOPE}]
        return self._inner.export(told) if told else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Closes the exporter."""
        self._inner.shutdown()


def plain(span: ReadableSpan) -> ReadableSpan:
    """The span as it may be told: the same ids and times."""
    attributes: dict[str, Any] = dict(span.attributes or {})
    name = span.name
    if _scope(span) == OF_SDK:
        attributes = _said(attributes)
        name = " ".join(part for part in _named(span, attributes) if part)
    return ReadableSpan(
        name=name,
        context=_bare(span.context),
        parent=_bare(span.parent),
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _said(attributes: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        name: value for name, value in attributes.items() if name in _SAID and _SAID[name](str(value))
    }
    if OUTCOME in attributes:
        # Only calls of tools that there are have one, so the name is ours, too.
        kept |= {name: value for name, value in attributes.items() if name.startswith(_OURS)}
        kept |= {"error.type": kept[OUTCOME]} if "error.type" in kept else {}
    return kept


def _named(span: ReadableSpan, attributes: Mapping[str, Any]) -> tuple[str, str, str]:
    direction = "" if span.kind is SpanKind.SERVER else "send"
    return direction, str(attributes.get("mcp.method.name", OTHER)), str(attributes.get("gen_ai.tool.name", ""))


def _scope(span: ReadableSpan) -> str:
    return span.instrumentation_scope.name if span.instrumentation_scope else ""


def _bare(context: SpanContext | None) -> SpanContext | None:
    """Without the state that a client's trace carries along."""
    return context and SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
