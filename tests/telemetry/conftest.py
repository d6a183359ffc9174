"""What is told to OpenTelemetry in this process, kept in memory: its providers can be set once only, so all tests share them."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    InMemoryMetricReader,
    NumberDataPoint,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from mcp_server.telemetry.plain_spans import PlainSpans

Point = tuple[dict[str, Any], Any]


class Keeps(SpanExporter):
    """Keeps spans while a test wants them."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.spans is not None:
            self.spans += spans
        return SpanExportResult.SUCCESS


@dataclass
class Told:
    """What was told since the test began.

    Attributes:
        spans: As they would be sent, in the order in which they ended.
        points: What metrics were told by then; for a histogram number and sum, and everything as JSON.
    """

    reader: InMemoryMetricReader
    spans: list[ReadableSpan]
    points: dict[str, list[Point]] = field(default_factory=dict[str, list[Point]])
    json: str = ""

    def collect(self) -> None:
        """Reads the metrics."""
        data = self.reader.get_metrics_data()
        if data is None:
            return
        self.json += data.to_json()
        told = [scope.metrics for resource in data.resource_metrics for scope in resource.scope_metrics]
        for metric in (metric for several in told for metric in several):
            for point in metric.data.data_points:
                assert isinstance(point, HistogramDataPoint | NumberDataPoint)
                value = (point.count, point.sum) if isinstance(point, HistogramDataPoint) else point.value
                self.points.setdefault(metric.name, []).append((dict(point.attributes or {}), value))

    def metric(self, name: str, **attributes: Any) -> Any:
        """The one value of a metric with these attributes, dots written as two underscores; None if there is none."""
        self.collect()
        wanted = {key.replace("__", "."): value for key, value in attributes.items()}
        found = [value for told, value in self.points.get(name, []) if wanted.items() <= told.items()]
        assert len(found) <= 1, found
        return found[0] if found else None

    def named(self, name: str) -> list[dict[str, Any]]:
        """The attributes of every span of that name."""
        return [dict(span.attributes or {}) for span in self.spans if span.name == name]

    def everything(self) -> str:
        """All spans and metrics as JSON."""
        self.collect()
        return self.json + "".join(span.to_json() for span in self.spans)


@pytest.fixture(scope="session")
def providers() -> tuple[Keeps, InMemoryMetricReader]:
    """Where spans go, and where metrics are read: what happened since they were last."""
    keeps = Keeps()
    reader = InMemoryMetricReader(
        {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA},
    )
    tracers = TracerProvider(shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(PlainSpans(keeps)))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(MeterProvider((reader,), shutdown_on_exit=False))
    return keeps, reader


@pytest.fixture
def told(providers: tuple[Keeps, InMemoryMetricReader]) -> Generator[Told]:
    """What this test lets be told."""
    keeps, reader = providers
    keeps.spans = []
    reader.get_metrics_data()
    yield Told(reader, keeps.spans)
    keeps.spans = None
