"""Sends what is counted to where OpenTelemetry's own variables say; imported only where one of them is set.

Exporters write to the network or to stderr: stdout may be the protocol's.
"""

import logging
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from mcp_server import __version__

logger = logging.getLogger("sandscope")

Environ = Mapping[str, str]

_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
_HEADERS: Final = tuple(f"OTEL_EXPORTER_OTLP_{signal}HEADERS" for signal in ("", "TRACES_", "METRICS_"))
_PROTOCOL: Final = "http/protobuf"


def header_values(environ: Environ) -> tuple[str, ...]:
    """What is sent to the collector and nobody else may see, as it is set and as it is sent."""
    pairs = [pair for name in _HEADERS for pair in environ.get(name, "").split(",")]
    values = [pair.partition("=")[2].strip() for pair in pairs]
    return tuple({value for value in (*values, *map(unquote, values)) if value})


def export(environ: Environ) -> None:
    """Sends what is counted from now on, if a variable asks for it and what it needs is installed."""
    traces, metrics = _asked(environ, "TRACES"), _asked(environ, "METRICS")
    if not traces and not metrics:
        return
    try:
        from mcp_server.telemetry.sending import send  # noqa: PLC0415  light start-up: few listen
    except ModuleNotFoundError:
        logger.warning(
            "A variable asks for OpenTelemetry, but it is not installed, so nothing is exported. "
            "Install sandscope[otel], or set OTEL_SDK_DISABLED=true."
        )
        return
    named = environ.get("OTEL_SERVICE_NAME") or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    send(traces, metrics, {"service.version": __version__, **({} if named else {"service.name": "sandscope"})})


def _asked(environ: Environ, signal: str) -> str:
    """The exporter of a signal, or nothing: by its own variable, else because there is an endpoint."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    endpoint = environ.get(_ENDPOINT) or environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    variable = f"OTEL_{signal}_EXPORTER"
    exporter = environ.get(variable, "").strip().lower() or ("otlp" if endpoint else "none")
    if exporter not in {"otlp", "console", "none"}:
        logger.warning("%s must be otlp, console or none.", variable)
        return ""
    protocol = environ.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if exporter == "otlp" and protocol not in {None, "", _PROTOCOL}:
        logger.warning("OTEL_EXPORTER_OTLP_PROTOCOL must be %s, the only protocol this server speaks.", _PROTOCOL)
        return ""
    return "" if exporter == "none" else exporter
