"""The issuer's keys are asked for when they are needed, when they may have changed, and no oftener."""

import json
from pathlib import Path

import anyio
import pytest

from mcp_server.errors import UpstreamUnavailable
from mcp_server.server.hosted.signing_keys import KeysUnavailable, SigningKeys, source
from tests.hosted.issuer import Issuer
from tests.stage import FakeTime

pytestmark = pytest.mark.anyio


def keys_of(issuer: Issuer, time: FakeTime) -> SigningKeys:
    async def load() -> bytes:
        return issuer.document()

    return SigningKeys(load, time.clock)


async def test_a_new_key_is_asked_for_when_a_token_names_it_but_not_for_every_token_that_names_none(
    issuer: Issuer,
) -> None:
    time = FakeTime()
    keys = keys_of(issuer, time)
    assert await keys.of("first") is not None
    issuer.add("second")
    for _ in range(5):
        assert await keys.of("second") is None
    assert issuer.asked == 1
    time.seconds += 31
    assert await keys.of("second") is not None
    for _ in range(5):
        assert await keys.of("third") is None
    assert issuer.asked == 2


async def test_a_key_that_was_withdrawn_counts_for_ten_minutes_at_most(issuer: Issuer) -> None:
    time = FakeTime()
    keys = keys_of(issuer, time)
    assert await keys.of("first") is not None
    del issuer.keys["first"]
    issuer.add("second")
    time.seconds += 601
    assert await keys.of("first") is None


async def test_a_token_that_names_no_key_is_of_the_only_one(issuer: Issuer) -> None:
    keys = keys_of(issuer, FakeTime())
    assert await keys.of(None) is not None
    issuer.add("second")
    keys = keys_of(issuer, FakeTime())
    assert await keys.of(None) is None


async def test_many_who_come_at_once_ask_once(issuer: Issuer) -> None:
    keys = keys_of(issuer, FakeTime())
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(keys.of, "first")
    assert issuer.asked == 1


async def test_while_the_issuer_cannot_be_reached_what_it_said_counts_for_an_hour(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    time = FakeTime()
    there = True

    async def load() -> bytes:
        if not there:
            raise UpstreamUnavailable("issuer.example.com cannot be reached.")
        return issuer.document()

    keys = SigningKeys(load, time.clock)
    assert await keys.of("first") is not None
    there = False
    time.seconds += 3000
    assert await keys.of("first") is not None
    assert "the keys of --jwks cannot be read: issuer.example.com cannot be reached." in caplog.text
    time.seconds += 601
    with pytest.raises(KeysUnavailable):
        await keys.of("first")
    there = True
    time.seconds += 31
    assert await keys.of("first") is not None


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b'{"keys": []}',
        b'{"keys": ["", 7, {}, {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}, {"kty": "RSA"}, {"kty": "new"}]}',
        b"\xff",
    ],
)
async def test_a_document_without_a_key_to_sign_with_makes_nobody_known(
    document: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def load() -> bytes:
        return document

    with pytest.raises(KeysUnavailable):
        await SigningKeys(load, FakeTime().clock).of("first")
    assert "the keys of --jwks cannot be read: " in caplog.text


async def test_keys_for_something_else_are_passed_over(issuer: Issuer) -> None:
    other = {**json.loads(issuer.document())["keys"][0], "kid": "other", "use": "enc"}

    async def load() -> bytes:
        return issuer.document(other, {"kty": "new"})

    keys = SigningKeys(load, FakeTime().clock)
    assert await keys.of("other") is None
    assert await keys.of("first") is not None


async def test_a_file_is_read_anew_too(issuer: Issuer, tmp_path: Path) -> None:
    time = FakeTime()
    keys = SigningKeys(source(str(tmp_path / "jwks.json")), time.clock)
    with pytest.raises(KeysUnavailable):
        await keys.of("first")
    issuer.publish(tmp_path)
    time.seconds += 3
    assert await keys.of("first") is not None


async def test_a_url_is_fetched() -> None:
    with pytest.raises(UpstreamUnavailable, match=r"^127\.0\.0\.1 cannot be reached\.$"):
        await source("http://127.0.0.1:1/jwks")()
