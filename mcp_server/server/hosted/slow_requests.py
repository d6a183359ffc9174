"""Over HTTP a request is wholly there in time, or its connection ends: whoever drips bytes holds no place.

The web server bounds only how long a connection may be idle between requests: one byte and it waits for ever.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 20.0
TIMEOUT = 408


def in_time(seconds: float = SECONDS, too_slow: Callable[[int], None] = lambda _: None) -> type[H11Protocol]:
    """What speaks HTTP in a web server, as its `http` setting; its `ws` must be `none`.

    Headers and body of a request have `seconds` in all, the first one from the opening of the connection, later ones from
    their first byte. Then it is answered with 408, if nothing is answered yet, and the connection is closed. How long an
    answer takes is not its business, nor how long a connection is kept between two requests. `too_slow` is told the status.
    """
    return type("InTime", (_InTime,), {"seconds": seconds, "noted": staticmethod(too_slow)})


class _InTime(H11Protocol):
    seconds: ClassVar[float]
    noted: ClassVar[Callable[[int], None]]
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  as in the class itself
        super().connection_made(transport)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # The beginning of the next request may be here already.
        self._look()

    def _look(self) -> None:
        """Begins to count with a request, and ends when it is wholly there."""
        state = self.conn.their_state
        asked = self.cycle is not None  # pyright: ignore[reportUnnecessaryComparison]  None before the first request
        between = state is h11.IDLE and asked and not self.conn.trailing_data[0]
        if between or state not in {h11.IDLE, h11.SEND_BODY}:
            self._stop()
        elif self._waiting is None and not self.transport.is_closing():
            self._waiting = self.loop.call_later(self.seconds, self._too_slow)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE} and self._begun():
            type(self).noted(TIMEOUT)
            told = f"The request was not complete within {self.seconds:g} s.\n".encode()
            headers = [("content-type", "text/plain"), ("content-length", str(len(told))), ("connection", "close")]
            response = h11.Response(status_code=TIMEOUT, headers=headers, reason=b"Request Timeout")
            for event in (response, h11.Data(data=told), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
            self.transport.close()
        else:
            # Nothing was asked, or an answer is under way: nobody who reads it waits for what comes now.
            self.transport.abort()

    def _begun(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
