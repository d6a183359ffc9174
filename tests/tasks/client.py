"""A client that knows tasks and gives them back instead of waiting for them."""

from collections.abc import Sequence
from typing import Any, Literal

from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp_types import CallToolResult, Request, Result
from pydantic import RootModel

from tests.stage import Stage

ID = "io.modelcontextprotocol/tasks"


class Created(Result):
    """What a call answers with that became a task."""

    result_type: Literal["task"] = "task"
    task_id: str
    status: str
    status_message: str | None = None
    created_at: str
    last_updated_at: str
    ttl_ms: int
    poll_interval_ms: int


class Document(RootModel[dict[str, Any]]):
    """A result as it stands."""


class Anything(Request[dict[str, Any], str]):
    """A request as it stands."""


class Ask(Request[dict[str, Any], str]):
    """A request about a task."""

    name_param = "taskId"


class KnowsTasks(ClientExtension):
    """Declares the extension; nothing here waits."""

    identifier = ID

    def claims(self) -> Sequence[ResultClaim[Any]]:
        """Of the one result that is a task."""
        return (ResultClaim(result_type="task", model=Created, resolve=_refuse),)


async def _refuse(created: Created, _: ClaimContext) -> CallToolResult:
    raise AssertionError(created)


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """The result of a call, or the task it became."""
    return await client.session.call_tool(tool, arguments, allow_claimed=True)


async def created(client: Client, tool: str, **arguments: Any) -> Created:
    """The task that a call must become."""
    made = await call(client, tool, **arguments)
    assert isinstance(made, Created), made
    return made


async def ask(client: Client, method: str, task_id: str, **params: Any) -> dict[str, Any]:
    """What `tasks/get`, `tasks/update` or `tasks/cancel` answers."""
    asked = Ask(method=method, params={"taskId": task_id, **params})
    return (await client.session.send_request(asked, Document)).root


async def send(client: Client, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The result of any request."""
    return (await client.session.send_request(Anything(method=method, params=params), Document)).root


async def get(client: Client, task_id: str) -> dict[str, Any]:
    """The task as it stands, without what every result carries."""
    told = await ask(client, "tasks/get", task_id)
    assert told.pop("resultType") == "complete"
    told.pop("_meta")
    return told


async def ended(stage: Stage, task_id: str) -> dict[str, Any]:
    """The task when it has ended, asked about as often as it says."""
    while (told := await get(stage.client, task_id))["status"] == "working":
        await stage.time.sleep(told["pollIntervalMs"] / 1000)
    return told
