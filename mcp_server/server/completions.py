"""Completes arguments of prompts and variables of resource addresses: from what is known here, never by asking a platform."""

from collections.abc import Iterable

from mcp.shared.exceptions import MCPError
from mcp.shared.uri_template import UriTemplate
from mcp_types import INVALID_PARAMS, CompleteRequestParams, CompleteResult, Completion, PromptReference

from mcp_server.platforms.codegen.models import MESSAGE_TYPES
from mcp_server.prompts.troubleshoot_sandbox import PLATFORMS
from mcp_server.server.recent import Recent, sandboxes_of
from mcp_server.server.seam import SeamServer

# The protocol's own bound.
MAX_VALUES = 100


async def complete(server: SeamServer, params: CompleteRequestParams) -> CompleteResult:
    """Values that begin as what was typed, whatever its case; none for an argument nobody has values for.

    Ids are those of recent calls, newest first.

    Raises:
        MCPError: -32602 if there is no such prompt or resource.
    """
    ref = params.ref
    names = await (_of_prompt(server, ref.name) if isinstance(ref, PromptReference) else _of_resource(server, ref.uri))
    name, typed = params.argument.name, params.argument.value.lower()
    given = (params.context and params.context.arguments) or {}
    known = _values(server.recent, name, given.get("platform")) if name in names else ()
    fitting = [value for value in known if value.lower().startswith(typed)]
    values = fitting[:MAX_VALUES]
    return CompleteResult(completion=Completion(values=values, total=len(fitting), has_more=len(fitting) > len(values)))


async def _of_prompt(server: SeamServer, name: str) -> Iterable[str]:
    prompts = {prompt.name: prompt.arguments or [] for prompt in await server.list_prompts()}
    if name not in prompts:
        raise MCPError(INVALID_PARAMS, f"Unknown prompt. The prompts are: {', '.join(prompts)}.")
    return [argument.name for argument in prompts[name]]


async def _of_resource(server: SeamServer, uri: str) -> Iterable[str]:
    templates = [template.uri_template for template in await server.list_resource_templates()]
    resources = [resource.uri for resource in await server.list_resources()]
    if uri not in {*templates, *resources}:
        raise MCPError(INVALID_PARAMS, f"Unknown resource. The templates are: {', '.join(templates)}.")
    return UriTemplate.parse(uri).variable_names


def _values(recent: Recent, name: str, platform: str | None) -> Iterable[str]:
    match name:
        case "platform":
            return PLATFORMS
        case "message_type":
            return MESSAGE_TYPES
        case "sandbox_id":
            platforms = [platform] if platform else PLATFORMS
            return dict.fromkeys(value for known in platforms for value in recent.newest(sandboxes_of(known)))
        case _:
            return recent.newest(name)
