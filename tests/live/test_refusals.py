"""What an agent is told when genuine OpenSandbox servers refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from mcp_types import TextContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.live.conftest import Connect, Genuine

pytestmark = [pytest.mark.anyio, pytest.mark.live]


async def refused(connect: Connect, environ: Mapping[str, str], **arguments: Any) -> tuple[str, dict[str, Any]]:
    """The text and `sandscope/error` of a `get_diagnostics` that must fail; nothing of the environment's key is in it."""
    async with connect(environ) as client:
        result = await client.call_tool("get_diagnostics", arguments)
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert result.is_error, block.text
    assert result.meta is not None
    key = environ.get("OPEN_SANDBOX_API_KEY")
    assert key is None or key not in block.text + json.dumps(result.meta)
    error = result.meta["sandscope/error"]
    assert error["platform"] == "opensandbox"
    return block.text, error


async def test_an_unknown_sandbox_is_not_found_with_the_id_of_the_request(genuine: Genuine, connect: Connect):
    text, error = await refused(connect, genuine.environ, sandbox_id="00000000-0000-4000-8000-000000000000")
    assert error["code"] == "not_found"
    assert error["request_id"]
    assert "list_sandboxes" in text


async def test_a_wrong_key_is_unauthorized_and_only_its_variable_is_named(genuine: Genuine, connect: Connect):
    environ = genuine.environ | {"OPEN_SANDBOX_API_KEY": "wrong-key-0f9e8d7c6b"}
    text, error = await refused(connect, environ, sandbox_id=genuine.sandboxes["oom"])
    assert error["code"] == "unauthorized"
    assert error["request_id"]
    assert "OPEN_SANDBOX_API_KEY" in text


async def test_no_key_for_a_server_that_wants_one_is_unauthorized(genuine: Genuine, connect: Connect):
    environ = {name: value for name, value in genuine.environ.items() if name != "OPEN_SANDBOX_API_KEY"}
    text, error = await refused(connect, environ, sandbox_id=genuine.sandboxes["oom"])
    assert error["code"] == "unauthorized"
    assert "OPEN_SANDBOX_API_KEY" in text


@pytest.mark.parametrize(
    ("kind", "supported"), [("logs", "container, all"), ("events", "runtime, all"), ("all", ", all")]
)
async def test_a_scope_the_server_lacks_is_refused_with_what_to_ask_for_instead(
    genuine: Genuine, connect: Connect, kind: str, supported: str
):
    text, error = await refused(
        connect, genuine.environ, sandbox_id=genuine.sandboxes["oom"], kind=kind, scope="network"
    )
    assert error["code"] == "unsupported_scope"
    assert (supported if genuine.scoped else "without `scope`") in text
