"""Downloads of the OpenSandbox stand-in: a big payload waits a short time under a URL that knows its reader."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_LIFETIME: Final = timedelta(seconds=60)
_CREDENTIALS: Final = ("open-sandbox-api-key", "authorization", "agentbox-api-key", "cookie")


@dataclass(frozen=True, slots=True)
class _Waiting:
    text: str
    until: datetime


class Contents:
    """Payloads by the id in their URL."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._waiting: dict[str, _Waiting] = {}
        self._issued = count(1)

    def by_url(self, descriptor: dict[str, Any], text: str, *, origin: str) -> dict[str, Any]:
        """Return the descriptor with a URL to `text`, below `origin` (ending in a slash), instead of its content."""
        until = self._now() + _LIFETIME
        content_id = hashlib.sha256(f"{descriptor['sandboxId']}:{next(self._issued)}".encode()).hexdigest()[:32]
        self._waiting = {key: one for key, one in self._waiting.items() if one.until > self._now()}
        self._waiting[content_id] = _Waiting(text, until)
        return {
            **{key: value for key, value in descriptor.items() if key != "content"},
            "delivery": "url",
            "contentUrl": f"{origin}content/{content_id}",
            "contentLength": len(text.encode()),
            "expiresAt": until.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "truncated": False,
        }

    async def answer(self, request: Request) -> Response:
        """Serve a payload as text. Who sends a key here gives it away: 400, so that a client's mistake is seen."""
        if any(name in request.headers for name in _CREDENTIALS):
            return PlainTextResponse("This URL needs no credentials; do not send any.", 400)
        waiting = self._waiting.get(request.path_params["content_id"])
        if waiting is None:
            return PlainTextResponse("Not found", 404)
        if self._now() >= waiting.until:
            return PlainTextResponse("This URL has expired", 403)
        return PlainTextResponse(waiting.text)
