"""Tools and a prompt that need further rounds: they answer with a question, and the client calls again with the answer."""

import json

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
)

from tests.conformance.fixtures_content import result

Answer = CallToolResult | InputRequiredResult
PREFIX = "test_input_required_result_"


def register(server: MCPServer[None]) -> None:
    """Registers them."""
    for tool in (
        elicitation,
        sampling,
        list_roots,
        request_state,
        multiple_inputs,
        multi_round,
        tampered_state,
        capabilities,
    ):
        server.add_tool(tool, name=PREFIX + tool.__name__)
    server.add_prompt(Prompt.from_function(prompt, name=f"{PREFIX}prompt"))


def asks(message: str, **fields: str) -> ElicitRequest:
    """A question to the user: names of its fields with their JSON types."""
    properties = {name: {"type": kind} for name, kind in fields.items()}
    schema = {"type": "object", "properties": properties, "required": list(fields)}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _samples(text: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def answered(ctx: Context[None, None], key: str, field: str) -> str | None:
    """What the user put into a field, or None where that question was not answered."""
    answer = (ctx.input_responses or {}).get(key)
    return str((answer.content or {}).get(field)) if isinstance(answer, ElicitResult) else None


def _needs(state: str | None = None, **requests: InputRequest) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


async def elicitation(ctx: Context[None, None]) -> Answer:
    """Greets the user by name."""
    name = answered(ctx, "user_name", "name")
    return _needs(user_name=asks("What is your name?", name="string")) if name is None else result(f"Hello, {name}!")


async def sampling(ctx: Context[None, None]) -> Answer:
    """Repeats what the client's model says."""
    answer = (ctx.input_responses or {}).get("capital_question")
    if answer is None:
        return _needs(capital_question=_samples("What is the capital of France?"))
    return result(f"The model said: {answer}")


async def list_roots(ctx: Context[None, None]) -> Answer:
    """Repeats which roots the client has."""
    answer = (ctx.input_responses or {}).get("client_roots")
    return _needs(client_roots=ListRootsRequest()) if answer is None else result(f"Roots: {answer}")


async def request_state(ctx: Context[None, None]) -> Answer:
    """Asks to confirm, and knows its own state again."""
    if ctx.request_state == "asked" and answered(ctx, "confirm", "ok") is not None:
        return result("state-ok")
    return _needs("asked", confirm=asks("Please confirm", ok="boolean"))


async def multiple_inputs(ctx: Context[None, None]) -> Answer:
    """Asks three things at once."""
    requests: dict[str, InputRequest] = {
        "user_name": asks("What is your name?", name="string"),
        "greeting": _samples("Generate a greeting"),
        "client_roots": ListRootsRequest(),
    }
    if requests.keys() <= (ctx.input_responses or {}).keys():
        return result("All there.")
    return _needs("asked", **requests)


async def multi_round(ctx: Context[None, None]) -> Answer:
    """Asks two things, one after the other."""
    known: dict[str, str] = json.loads(ctx.request_state or "{}")
    for key, field, message in (("step1", "name", "What is your name?"), ("step2", "color", "Which color?")):
        if field in known:
            continue
        answer = answered(ctx, key, field)
        if answer is None:
            return _needs(json.dumps({"asked": key, **known}), **{key: asks(message, **{field: "string"})})
        known[field] = answer
    return result(f"{known['name']} likes {known['color']}.")


async def tampered_state(ctx: Context[None, None]) -> Answer:
    """Trusts its state: that nobody changed it on the way is the server's to see to."""
    if ctx.request_state is None:
        return _needs("round 1", confirm=asks("Please confirm", ok="boolean"))
    return result(f"state-ok: {ctx.request_state}")


async def capabilities(ctx: Context[None, None]) -> Answer:
    """Asks only what the client can answer."""
    declared = ctx.client_capabilities
    requests: dict[str, InputRequest] = {}
    if declared and declared.sampling:
        requests["sample"] = _samples("Say hello")
    if declared and declared.elicitation:
        requests["ask"] = asks("What is your name?", name="string")
    return _needs("asked", **requests) if requests else result("Nothing can be asked.")


async def prompt(ctx: Context[None, None]) -> list[UserMessage] | InputRequiredResult:
    """Needs to know the context first."""
    context = answered(ctx, "user_context", "context")
    if context is None:
        return _needs(user_context=asks("What context should the prompt use?", context="string"))
    return [UserMessage(f"Use this context: {context}")]
