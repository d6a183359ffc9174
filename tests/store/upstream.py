"""Something to ask upstream that tells how often it was asked, and when it may answer."""

from dataclasses import dataclass, field

import anyio

from mcp_server.store.read_through import Question, WordCodec


@dataclass
class Upstream:
    """Answers `answer 1`, `answer 2` and so on.

    Attributes:
        failures: Raised by the first asks instead of an answer.
        go_on: What the first ask waits for; later ones answer at once.
        asked: How often it was asked.
        under_way: Set when it was asked for the first time.
    """

    failures: list[Exception] = field(default_factory=list[Exception])
    go_on: anyio.Event | None = None
    asked: int = 0
    under_way: anyio.Event = field(default_factory=anyio.Event)

    async def ask(self) -> str:
        self.asked += 1
        mine = self.asked
        self.under_way.set()
        if self.go_on is not None and mine == 1:
            await self.go_on.wait()
        await anyio.lowlevel.checkpoint()
        if self.failures:
            raise self.failures.pop(0)
        return f"answer {mine}"

    def question(self, key: str = "key", ttl_s: float = 60.0) -> Question[str]:
        """Asks it."""
        return Question(key, self.ask, WordCodec(), lambda _: ttl_s)
