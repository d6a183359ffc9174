"""What is known is not asked for again, and what several ask for at once is asked for once, by whichever process."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import anyio
from pydantic import BaseModel

from mcp_server.errors import SandscopeError
from mcp_server.logs.clean_json import clean_json
from mcp_server.logs.redact import Redactor
from mcp_server.off_loop import off_loop
from mcp_server.state.blobs import Blobs
from mcp_server.state.cells import Cells
from mcp_server.state.clock import Clock
from mcp_server.store.flights import LOOK_S, Flight

ValueT = TypeVar("ValueT")
ModelT = TypeVar("ModelT", bound=BaseModel)


class Codec(Protocol[ValueT]):
    """Between a value and the bytes that are kept."""

    def dump(self, value: ValueT) -> bytes:
        """The value as it is kept; only sanitised and redacted text."""
        ...

    def load(self, data: bytes) -> ValueT:
        """The value.

        Raises:
            ValueError: The bytes are of another layout.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelCodec(Generic[ModelT]):
    """A model as JSON, sanitised and redacted."""

    model: type[ModelT]
    redactor: Redactor

    def dump(self, value: ModelT) -> bytes:
        """The cleaned document."""
        return json.dumps(clean_json(value.model_dump(mode="json"), self.redactor)).encode()

    def load(self, data: bytes) -> ModelT:
        """The model.

        Raises:
            ValueError: The bytes are of another layout.
        """
        return self.model.model_validate_json(data)


class WordCodec:
    """A word, such as a handle."""

    def dump(self, value: str) -> bytes:
        """The word."""
        return value.encode()

    def load(self, data: bytes) -> str:
        """The word.

        Raises:
            ValueError: It is no text.
        """
        return data.decode()


@dataclass(frozen=True, slots=True)
class Question(Generic[ValueT]):
    """Something to know.

    Attributes:
        key: Names it: account, what, and every argument that matters.
        ask: Asks upstream.
        codec: How the answer is kept.
        ttl_s: Seconds the answer may be kept.
        serves: Whether a kept answer is good enough.
        size: About how many bytes an answer is.
    """

    key: str
    ask: Callable[[], Awaitable[ValueT]]
    codec: Codec[ValueT]
    ttl_s: Callable[[ValueT], float]
    serves: Callable[[ValueT], bool] = lambda _: True
    size: Callable[[ValueT], int] = lambda _: 0


async def kept_in(blobs: Blobs, key: str, codec: Codec[ValueT]) -> ValueT | None:
    """What is kept under a key; None if nothing is, or in another layout."""
    data = await blobs.get(key)
    try:
        return None if data is None else await off_loop(len(data), codec.load, data)
    except ValueError:
        return None


@dataclass(slots=True)
class ReadThrough:
    """Answers from what is kept, else from upstream.

    Attributes:
        cells: Where processes agree on who asks; None if they do not share what is kept.
        blobs: Where answers are kept.
        clock: Time between looks.
    """

    cells: Cells | None
    blobs: Blobs
    clock: Clock
    _under_way: dict[str, anyio.Event] = field(default_factory=dict[str, anyio.Event], repr=False)

    async def read(self, question: Question[ValueT]) -> ValueT:
        """The answer, asked for only if it is not known and nobody else is asking.

        One who asks and is cancelled, fails or dies does not take along those who wait: another of them asks.

        Raises:
            SandscopeError: Asking failed.
        """
        while True:
            kept = await self.known(question)
            if kept is not None:
                return kept
            asking = self._under_way.get(question.key)
            if asking is None:
                break
            await asking.wait()
        self._under_way[question.key] = anyio.Event()
        try:
            return await self._among_processes(question)
        finally:
            self._under_way.pop(question.key).set()

    async def known(self, question: Question[ValueT]) -> ValueT | None:
        """The answer, if it is kept and good enough."""
        value = await kept_in(self.blobs, question.key, question.codec)
        return value if value is not None and question.serves(value) else None

    async def keep(self, question: Question[ValueT], value: ValueT) -> None:
        """Keeps an answer."""
        ttl_s = question.ttl_s(value)
        if ttl_s > 0:
            data = await off_loop(question.size(value), question.codec.dump, value)
            await self.blobs.put(question.key, data, ttl_s)

    async def _among_processes(self, question: Question[ValueT]) -> ValueT:
        if self.cells is None:
            return await self._asked(question)
        flight = Flight.to(question.key, self.cells, self.clock)
        while not (place := await flight.enter()).lead:
            await self.clock.sleep(LOOK_S)
        try:
            kept = await self.known(question) if place.look_first else None
            return await self._leading(question, flight) if kept is None else kept
        finally:
            await flight.leave()

    async def _leading(self, question: Question[ValueT], flight: Flight) -> ValueT:
        answer: list[ValueT] = []
        failure: SandscopeError | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(flight.beat)
            try:
                answer.append(await self._asked(question))
            except SandscopeError as exc:
                # Raised outside, or the group would wrap it.
                failure = exc
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return answer[0]

    async def _asked(self, question: Question[ValueT]) -> ValueT:
        value = await question.ask()
        await self.keep(question, value)
        return value
