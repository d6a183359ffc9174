"""What is known is not asked for again, and what cannot be used or kept does no harm."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from mcp_server.errors import UpstreamError
from mcp_server.logs.redact import Redactor
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.store.flights import KEEP_S
from mcp_server.store.read_through import ModelCodec, Question, ReadThrough, WordCodec
from tests.stage import FakeTime
from tests.store.upstream import Upstream

pytestmark = pytest.mark.anyio

Open = Callable[[], ReadThrough]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def blobs(time: FakeTime) -> MemoryBlobs:
    return MemoryBlobs(time.clock)


@pytest.fixture(params=["alone", "shared"])
def process(request: pytest.FixtureRequest, time: FakeTime, blobs: MemoryBlobs) -> Open:
    """Opens what each process opens, over the same blobs."""
    cells: Cells | None = MemoryCells(time.clock) if request.param == "shared" else None
    return lambda: ReadThrough(cells, blobs, time.clock)


async def test_what_is_kept_answers_and_nobody_is_asked(process: Open) -> None:
    upstream = Upstream()
    assert await process().read(upstream.question()) == "answer 1"
    assert [await reader.read(upstream.question()) for reader in (process(), process())] == ["answer 1"] * 2
    assert upstream.asked == 1


async def test_something_else_is_asked_for_by_itself(process: Open) -> None:
    upstream = Upstream()
    reader = process()
    assert [await reader.read(upstream.question(key)) for key in ("a", "b", "a")] == [
        "answer 1",
        "answer 2",
        "answer 1",
    ]


async def test_what_has_lapsed_is_asked_for_anew(process: Open, time: FakeTime) -> None:
    upstream = Upstream()
    await process().read(upstream.question(ttl_s=60))
    time.seconds += 59
    assert await process().read(upstream.question(ttl_s=60)) == "answer 1"
    time.seconds += 2
    assert await process().read(upstream.question(ttl_s=60)) == "answer 2"


async def test_how_long_an_answer_is_kept_may_depend_on_it(process: Open, time: FakeTime) -> None:
    upstream = Upstream()
    question = replace(upstream.question(), ttl_s={"answer 1": 10.0, "answer 2": 1000.0}.__getitem__)
    for seconds, answer in ((0, "answer 1"), (11, "answer 2"), (900, "answer 2")):
        time.seconds += seconds
        assert await process().read(question) == answer


async def test_what_does_not_serve_is_asked_for_anew_and_the_new_answer_is_given_whatever_it_is(process: Open) -> None:
    upstream = Upstream()
    question = replace(upstream.question(), serves="answer 3".__eq__)
    reader = process()
    assert [await reader.read(question) for _ in range(4)] == ["answer 1", "answer 2", "answer 3", "answer 3"]


async def test_what_is_kept_in_another_layout_is_asked_for_anew(process: Open, blobs: MemoryBlobs) -> None:
    upstream = Upstream()
    await blobs.put("key", b"\xff", 60)
    assert await process().read(upstream.question()) == "answer 1"
    assert await process().read(upstream.question()) == "answer 1"


async def test_what_may_not_be_kept_is_asked_for_each_time(process: Open, blobs: MemoryBlobs) -> None:
    upstream = Upstream()
    reader = process()
    assert [await reader.read(upstream.question(ttl_s=0)) for _ in range(2)] == ["answer 1", "answer 2"]
    assert not blobs._kept  # pyright: ignore[reportPrivateUsage]  what has lapsed at once is not told from nothing


async def test_what_somebody_kept_without_asking_is_known(process: Open) -> None:
    upstream = Upstream()
    assert await process().known(upstream.question()) is None
    await process().keep(upstream.question(), "seen elsewhere")
    assert await process().read(upstream.question()) == "seen elsewhere"
    assert upstream.asked == 0


async def test_an_answer_that_cannot_be_kept_still_comes(tmp_path: Path, time: FakeTime) -> None:
    (tmp_path / "file").write_text("no folder")
    unusable = SqliteBlobs(lambda: tmp_path / "file" / "state", Clock())
    for blobs in (unusable, MemoryBlobs(time.clock, quota=0)):
        upstream = Upstream()
        reader = ReadThrough(MemoryCells(time.clock), blobs, time.clock)
        assert [await reader.read(upstream.question()) for _ in range(2)] == ["answer 1", "answer 2"]


async def test_whoever_fails_is_told_why_and_the_next_one_asks(process: Open) -> None:
    upstream = Upstream([UpstreamError("away")])
    reader = process()
    with pytest.raises(UpstreamError, match="away"):
        await reader.read(upstream.question())
    assert await reader.read(upstream.question()) == "answer 2"


async def test_a_defect_is_not_swallowed_and_the_next_one_asks(process: Open, time: FakeTime) -> None:
    upstream = Upstream([LookupError("a defect")])
    reader = process()
    before = time.seconds
    assert [str(error) for error in await defects(reader.read(upstream.question()))] == ["a defect"]
    assert await reader.read(upstream.question()) == "answer 2"
    assert time.seconds - before < 1


async def defects(work: Awaitable[object]) -> list[BaseException]:
    found: list[BaseException] = []
    try:
        await work
    except* LookupError as group:
        found += group.exceptions
    return found


async def test_the_end_of_an_ask_is_forgotten_after_a_while(time: FakeTime, blobs: MemoryBlobs) -> None:
    cells = MemoryCells(time.clock)
    await ReadThrough(cells, blobs, time.clock).read(Upstream().question())
    time.seconds += KEEP_S + 1
    await cells.change(["another"], lambda _, cells: (cells, None), 60)
    assert "flight" not in repr(cells._kept)  # pyright: ignore[reportPrivateUsage]  what a rule cannot see


class Member(BaseModel):
    """Somebody, and what nobody should have told."""

    name: str
    password: str = ""
    number: int = 0


MEMBERS = ModelCodec(Member, Redactor(["agbx_own/key+of ours=42"], key=b"test"))


async def test_a_model_is_kept_sanitised_and_redacted(blobs: MemoryBlobs, time: FakeTime) -> None:
    async def ask() -> Member:
        return Member(name="\x1b[1mAda\u200b agbx_own/key+of ours=42", password="hunter22abc", number=7)

    question = Question("member", ask, MEMBERS, lambda _: 60.0)
    reader = ReadThrough(None, blobs, time.clock)
    await reader.read(question)
    kept = await reader.known(question)
    assert kept is not None
    assert kept.name.startswith("Ada [redacted:own-key:")
    assert kept.password.startswith("[redacted:")
    assert kept.number == 7
    data = await blobs.get("member")
    assert data is not None
    assert all(secret not in data for secret in (b"hunter22abc", b"agbx_own", b"\x1b"))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"name": 7}', b'{"number": 1}'])
def test_what_is_no_such_model_is_of_another_layout(data: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        MEMBERS.load(data)


def test_a_word_is_the_same_after_it_was_bytes() -> None:
    assert WordCodec().load(WordCodec().dump("log_世界")) == "log_世界"
    with pytest.raises(ValueError, match="utf-8"):
        WordCodec().load(b"\xff")
