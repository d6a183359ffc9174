"""Each kind of content once, from a tool, a resource and a prompt, as the official suite asks for it."""

import base64
import json
import struct
import zlib

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)

from mcp_server.errors import NoLogs

PROGRESS = (0, 50, 100)
SCHEMA_TOOL = "json_schema_2020_12_tool"
# Every keyword of JSON Schema 2020-12 that must reach the client as it is.
KEYWORDS_2020_12: dict[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def register(server: MCPServer[None]) -> None:
    """Registers them."""
    for tool in (simple_text, image_content, audio_content, embedded_resource, multiple_content_types):
        server.add_tool(tool, name=f"test_{tool.__name__}")
    server.add_tool(tool_with_progress, name="test_tool_with_progress")
    server.add_tool(error_handling, name="test_error_handling")
    _add_schema_tool(server)
    server.resource("test://static-text", name="static-text", mime_type="text/plain")(static_text)
    server.resource("test://static-binary", name="static-binary", mime_type="image/png")(png)
    server.resource("test://watched-resource", name="watched", mime_type="text/plain")(static_text)
    server.resource("test://template/{id}/data", name="template", mime_type="application/json")(template_data)
    for prompt in (simple_prompt, prompt_with_arguments, prompt_with_embedded_resource, prompt_with_image):
        server.add_prompt(Prompt.from_function(prompt, name=f"test_{prompt.__name__}"))


def result(*content: ContentBlock | str) -> CallToolResult:
    """A tool's result; text may be given as it is."""
    blocks = [TextContent(type="text", text=block) if isinstance(block, str) else block for block in content]
    return CallToolResult(content=blocks)


def png() -> bytes:
    """A red pixel."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\xff\0\0")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def _wav() -> bytes:
    """A sound of no length: 8,000 Hz, one channel, 16 bits."""
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + struct.pack("<I", 0)
    return b"RIFF" + struct.pack("<I", len(form)) + form


def _image() -> ImageContent:
    return ImageContent(type="image", data=base64.b64encode(png()).decode(), mime_type="image/png")


def _resource(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, text=text, mime_type=mime_type))


async def simple_text() -> CallToolResult:
    """Answers with text."""
    return result("This is a simple text response for testing.")


async def image_content() -> CallToolResult:
    """Answers with an image."""
    return result(_image())


async def audio_content() -> CallToolResult:
    """Answers with a sound."""
    return result(AudioContent(type="audio", data=base64.b64encode(_wav()).decode(), mime_type="audio/wav"))


async def embedded_resource() -> CallToolResult:
    """Answers with a resource inside."""
    return result(_resource("test://embedded-resource", "This is an embedded resource content."))


async def multiple_content_types() -> CallToolResult:
    """Answers with text, an image and a resource."""
    document = json.dumps({"test": "data", "value": 123})
    return result(
        "Multiple content types test:",
        _image(),
        _resource("test://mixed-content-resource", document, "application/json"),
    )


async def tool_with_progress(ctx: Context[None, None]) -> CallToolResult:
    """Reports progress three times."""
    for done in PROGRESS:
        await ctx.report_progress(done, PROGRESS[-1], f"{done} of {PROGRESS[-1]}")
        await anyio.sleep(0.05)
    return result("done")


async def error_handling() -> CallToolResult:
    """Always fails, as our own tools do."""
    raise NoLogs("This tool intentionally returns an error for testing")


async def keywords_2020_12(name: str = "") -> CallToolResult:
    """Has a schema with every keyword of JSON Schema 2020-12."""
    return result(name or "nobody")


def _add_schema_tool(server: MCPServer[None]) -> None:
    server.add_tool(keywords_2020_12, name=SCHEMA_TOOL)
    made = server._tool_manager.get_tool(SCHEMA_TOOL)  # pyright: ignore[reportPrivateUsage]  no public way to give a schema
    assert made
    made.parameters = KEYWORDS_2020_12


async def static_text() -> str:
    """Text."""
    return "This is the content of the static text resource."


async def template_data(id: str) -> str:  # noqa: A002  the suite's name
    """Says which one was asked for."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def _said(*content: ContentBlock | str) -> list[UserMessage]:
    return [UserMessage(block) for block in result(*content).content]


def simple_prompt() -> list[UserMessage]:
    """Takes nothing."""
    return _said("This is a simple prompt for testing.")


def prompt_with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
    """Repeats its arguments."""
    return _said(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")


def prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803  the suite's name
    """Has a resource inside."""
    return _said(
        _resource(resourceUri, "Embedded resource content for testing."),
        "Please process the embedded resource above.",
    )


def prompt_with_image() -> list[UserMessage]:
    """Has an image inside."""
    return _said(_image(), "Please analyze the image above.")
