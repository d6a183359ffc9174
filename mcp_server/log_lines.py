"""The log on stderr: one line a record, as `key=value`, without secrets whoever wrote it."""

import contextlib
import json
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, cast

from mcp_server.logs.redact import Redactor
from mcp_server.telemetry import REQUEST

MAX_CHARS: Final = 8000
"""Of one value; of what is longer the beginning and the end are shown."""
_SCRUBBED_CHARS: Final = 8 * MAX_CHARS
_LONGEST_CHAIN: Final = 8
_BARE: Final = re.compile(r"[\w./:+@-]+", re.ASCII)
# Whoever knows a session's id can speak in it.
_SESSION: Final = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")


class LogLines(logging.StreamHandler[Any]):
    """Writes records as lines to stderr; of a record that cannot be written nothing is shown."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        # Nobody has to know a secret again tomorrow.
        self._key = secrets.token_bytes(32)
        self._secrets: set[str] = set()
        self._redactor = Redactor((), key=self._key)

    def know(self, keys: Iterable[str]) -> None:
        """Keys that are never to be written; whatever looks like a secret is not either."""
        self._secrets.update(keys)
        self._redactor = Redactor(self._secrets, key=self._key)

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line: time in UTC, level, logger, the request in hand, the message, facts it came with."""
        told = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            told += "\n" + _places(record.exc_info[1])
        facts: Mapping[str, object] = getattr(record, "facts", {})
        seconds, ms = divmod(round(record.created * 1000), 1000)
        fields = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ms:03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": REQUEST.get(),
            "msg": told,
            **facts,
        }
        return " ".join(
            f"{name}={self._value(str(value))}" for name, value in fields.items() if value not in {None, ""}
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  as in Python's own, which prints the arguments
        """Says that there was a record, if stderr can still be written to."""
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f"level=error logger={self._value(record.name)} msg={self._value(_UNWRITABLE)}\n")

    def _value(self, text: str) -> str:
        if len(text) > _SCRUBBED_CHARS:
            text = text[: _SCRUBBED_CHARS // 2] + text[-_SCRUBBED_CHARS // 2 :]
        text = _SESSION.sub(r"\1...", self._redactor.redact(text))
        if len(text) > MAX_CHARS:
            text = f"{text[: MAX_CHARS // 2]} ... {text[-MAX_CHARS // 2 :]}"
        return text if _BARE.fullmatch(text) else json.dumps(text)


_UNWRITABLE: Final = "a record could not be written"


def log_to_stderr(level: str) -> None:
    """Writes the log of this process to stderr as lines, an exception that nobody caught too.

    Args:
        level: `debug`, `info`, `warning` or `error`. Debug is for our own lines: there others print whole messages and URLs.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, LogLines)]:
        root.removeHandler(handler)
    root.addHandler(LogLines())
    ours = logging.getLogger("sandscope")
    ours.setLevel(level.upper())
    root.setLevel(max(ours.level, logging.INFO))
    sys.excepthook = _uncaught


def scrub_log(keys: Iterable[str]) -> None:
    """From now on these keys are not written to the log, if it is `LogLines`."""
    known = tuple(keys)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogLines):
            handler.know(known)


def _uncaught(kind: type[BaseException], exc: BaseException, where: TracebackType | None) -> None:
    logging.getLogger("sandscope").critical("not caught", exc_info=(kind, exc, where))


def _places(exc: BaseException | None) -> str:
    """Where exceptions were raised, the first one last, and of what kind; their texts may be parts of a log."""
    told: list[str] = []
    while exc is not None and len(told) < _LONGEST_CHAIN:
        told.append("".join(traceback.format_tb(exc.__traceback__)) + type(exc).__name__)
        several = cast("BaseExceptionGroup[BaseException] | None", exc if isinstance(exc, BaseExceptionGroup) else None)
        exc = several.exceptions[0] if several else exc.__cause__ or exc.__context__
    return "\n".join(told)
