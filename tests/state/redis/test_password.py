"""A server that asks for a password."""

import logging
import traceback
from collections.abc import Sequence

import pytest
from pydantic import SecretStr

from mcp_server.errors import StateUnavailable
from mcp_server.settings import Settings
from mcp_server.state.cells import Cell, Moment
from mcp_server.state.clock import Clock
from mcp_server.state.redis_cells import RedisCells
from mcp_server.state.redis_link import RedisLink
from mcp_server.state.state import open_state
from tests.state.redis.server import RedisServer

pytestmark = pytest.mark.anyio

RIGHT = "correct-horse"
WRONG = "battery-staple"
OPTIONS = (f"?password={WRONG}", f"?username=somebody&password={WRONG}", "")


def one(moment: Moment, _cells: Sequence[Cell]) -> tuple[Sequence[Cell], bool]:
    return [b"1"], moment.alone


@pytest.fixture
def locked_server(stopped_server: RedisServer, port: int) -> RedisServer:
    stopped_server.start("--requirepass", RIGHT, "--port", str(port), "--bind", "127.0.0.1")
    return stopped_server


@pytest.fixture(params=["tcp", "unix"])
def address(request: pytest.FixtureRequest, locked_server: RedisServer, port: int) -> str:
    return locked_server.url if request.param == "unix" else f"redis://127.0.0.1:{port}"


async def test_with_the_right_password_the_server_is_shared(locked_server: RedisServer, address: str) -> None:
    cells = RedisCells(RedisLink(f"{address}?password={RIGHT}"))
    await cells.change(["a"], one, 10.0)
    await cells.aclose()
    assert len(locked_server.ask("KEYS", "*", password=RIGHT)) == 2


@pytest.mark.parametrize("options", OPTIONS)
async def test_with_another_or_none_the_error_says_so_without_address_or_password(address: str, options: str) -> None:
    link = RedisLink(address + options)
    cells = RedisCells(link)
    with pytest.raises(StateUnavailable) as error:
        await cells.change(["a"], one, 10.0)
    await cells.aclose()
    # On a socket the library calls all that happens before the first command a failure to connect.
    assert str(error.value) in {"Redis: AuthenticationError", "Redis: ConnectionError"}
    assert WRONG not in "".join(traceback.format_exception(error.value))
    assert address not in f"{error.value!r} {cells!r} {link!r}"


@pytest.mark.parametrize("options", OPTIONS)
async def test_neither_address_nor_password_is_logged_or_shown(
    address: str, options: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(redis_url=SecretStr(address + options))
    state = open_state(settings, Clock())
    assert await state.cells.change(["a"], one, 10.0)
    shown = [*state.health.warnings(), repr(state), repr(settings), caplog.text]
    await state.aclose()
    assert "SANDSCOPE_REDIS_URL" in shown[0]
    assert "SANDSCOPE_REDIS_URL" in caplog.text
    assert not [text for text in shown if address.partition("//")[2] in text or WRONG in text]
