"""Secrets in log text become `[redacted:KIND:FINGERPRINT]`: our own keys always, common shapes unless switched off."""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp_server.logs.redaction import Redaction


class Redactor:
    """Replaces secrets, one line at a time where it can, so that a text keeps its line count; knows no I/O.

    Args:
        secrets: Our own loaded keys; they go in plain, JSON, URL, hex and base64 form, whatever `enabled` says.
        key: Key of the fingerprint, or what gives it whenever one is made: equal secrets show as equal, and nobody
            without it can test a guess.
        enabled: Whether secrets of others are looked for too.
        counted: Is told how many of each kind were replaced in a text.
    """

    __slots__ = ("_counted", "_enabled", "_key", "_made", "_making", "_secrets")

    def __init__(
        self,
        secrets: Iterable[str],
        *,
        key: bytes | Callable[[], bytes],
        enabled: bool = True,
        counted: Callable[[Mapping[str, int]], None] | None = None,
    ) -> None:
        self._secrets = tuple(secrets)
        self._key = key
        self._enabled = enabled
        self._counted = counted
        self._made: Redaction | None = None
        # Texts are redacted in threads, and two keys would give a secret two fingerprints.
        self._making = Lock()

    def __repr__(self) -> str:
        return f"Redactor(enabled={self._enabled})"

    def redact(self, text: str) -> str:
        """Return the text with its secrets replaced; as many lines as before."""
        return self.redact_counting(text)[0]

    def redact_counting(self, text: str) -> tuple[str, Mapping[str, int]]:
        """Return the text with its secrets replaced, and how many of each kind were."""
        redacted, counts = self._redaction().redacted(text)
        if self._counted is not None:
            self._counted(counts)
        return redacted, counts

    def _redaction(self) -> "Redaction":
        with self._making:
            if self._made is None:
                # Its tables are a hundred expressions, compiled for the first text: light start-up.
                from mcp_server.logs.redaction import Redaction  # noqa: PLC0415  see above

                self._made = Redaction(self._secrets, self._key, enabled=self._enabled)
            return self._made
