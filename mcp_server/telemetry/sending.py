"""The SDK's providers, set for the whole process; imported only where something is to be sent, for it needs the extra."""

import sys
from collections.abc import Mapping

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

from mcp_server.telemetry.plain_spans import PlainSpans


def send(traces: str, measures: str, about: Mapping[str, str]) -> None:
    """Sends spans and metrics from now on, each by `otlp`, to the `console` (stderr), or not at all if empty.

    Args:
        traces: Exporter of spans.
        measures: Exporter of metrics.
        about: Attributes of this process, over those of `OTEL_RESOURCE_ATTRIBUTES`.
    """
    resource = Resource.create(dict(about))
    # The SDK's own handlers at exit would wait for a collector that does not answer.
    if traces:
        spans = ConsoleSpanExporter(out=sys.stderr) if traces == "console" else OTLPSpanExporter()
        tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        tracers.add_span_processor(BatchSpanProcessor(PlainSpans(spans)))
        trace.set_tracer_provider(tracers)
    if measures:
        points = ConsoleMetricExporter(out=sys.stderr) if measures == "console" else OTLPMetricExporter()
        reader = PeriodicExportingMetricReader(points)
        metrics.set_meter_provider(MeterProvider((reader,), resource=resource, shutdown_on_exit=False))
