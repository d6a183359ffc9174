"""Over HTTP, what is no message, or names another revision than its header, is refused with the code its specification gives."""

import json
from collections.abc import Mapping
from typing import Any, cast

from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from mcp_types import (
    HEADER_MISMATCH,
    INVALID_REQUEST,
    PARSE_ERROR,
    PROTOCOL_VERSION_META_KEY,
    ErrorData,
    JSONRPCError,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class WellFormed:
    """ASGI middleware; it stands behind a limit on bodies, which hands a body on in one piece.

    The SDK chooses the era by the header alone, and on the side of 2025 answers what is no message with -32602 and its text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or hands on as it is."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        first = await receive()
        refusal = _refusal(first.get("body", b""), Headers(scope=scope).get(MCP_PROTOCOL_VERSION_HEADER))
        if refusal is not None:
            body = json.dumps(refusal.model_dump(by_alias=True, exclude_unset=True))
            await Response(body, 400, media_type="application/json")(scope, receive, send)
            return
        unread = [first]

        async def replay() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, replay, send)


def _refusal(body: bytes, header: str | None) -> JSONRPCError | None:
    try:
        document = json.loads(body)
        message = jsonrpc_message_adapter.validate_python(document, by_name=False)
    except ValidationError:
        return _error(INVALID_REQUEST, "The body is not one JSON-RPC 2.0 message.")
    except (ValueError, RecursionError):
        return _error(PARSE_ERROR, "The body is not JSON.")
    declared = _declared(document)
    # `initialize` belongs to the revisions before 2026-07-28, whatever its `_meta` holds.
    if declared is None or declared == header or document.get("method") == "initialize":
        return None
    told = f"The {MCP_PROTOCOL_VERSION_HEADER} header is not the revision that _meta names."
    return _error(HEADER_MISMATCH, told, getattr(message, "id", None))


def _declared(document: Mapping[str, Any]) -> object:
    """The revision that a message of 2026-07-28 or later names in its `_meta`."""
    params: Mapping[str, object] = document.get("params") or {}
    meta = params.get("_meta")
    return cast("dict[str, object]", meta).get(PROTOCOL_VERSION_META_KEY) if isinstance(meta, dict) else None


def _error(code: int, message: str, request_id: RequestId | None = None) -> JSONRPCError:
    """The id is null where none can be told: JSON-RPC 2.0, 5.1."""
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=code, message=message))
