"""One story for all tests of the demo, and clients that see it as the platforms show it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mcp_server.demo.app import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY, Options, demo_app
from mcp_server.demo.world import World, world

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@dataclass
class Demo:
    """A served story whose time goes on when `seconds` is moved."""

    story: World
    options: Options
    seconds: float = 0.0
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.app = demo_app(self.story, clock=lambda: self.seconds, options=self.options)
        self.http = TestClient(self.app)

    def codegen(self, path: str, *, body: Any = None, **params: Any) -> Any:
        return self._json(
            "GET" if body is None else "POST",
            f"/codegen/v1/{path}",
            {"Authorization": f"Bearer {CODEGEN_TOKEN}"},
            json=body,
            params=params or None,
        )

    def agentbox(self, path: str, **params: Any) -> Any:
        return self._json("GET", f"/agentbox/v1/{path}", {"AGENTBOX-API-KEY": AGENTBOX_KEY}, params=params or None)

    def opensandbox(self, path: str, **params: Any) -> Any:
        return self._json("GET", f"/v1/{path}", {"OPEN-SANDBOX-API-KEY": OPENSANDBOX_KEY}, params=params or None)

    def opensandbox_text(self, path: str, **params: Any) -> str:
        headers = {"OPEN-SANDBOX-API-KEY": OPENSANDBOX_KEY}
        return self.http.get(f"/v1/{path}", headers=headers, params=params or None).text

    def run(self, run_id: int) -> Any:
        return self.codegen(f"organizations/1/agent/run/{run_id}")

    def entries(self, run_id: int) -> list[Any]:
        """All entries of a run, page by page."""
        path = f"alpha/organizations/1/agent/run/{run_id}/logs"
        pages = [self.codegen(path, skip=skip)["logs"] for skip in (0, 100)]
        return [entry for page in pages for entry in page]

    def finish(self, started: Any) -> Any:
        """The run that an answer names, after it is over."""
        self.seconds += 15
        return self.run(started.get("agent_run_id", started.get("id")))

    def _json(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Any:
        answer = self.http.request(method, path, headers=headers, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def story() -> World:
    return world(NOW)


@pytest.fixture
def serve(story: World) -> Callable[..., Demo]:
    """A server of the story; without rate limits unless asked for."""

    def make(**options: Any) -> Demo:
        defaults: dict[str, Any] = {"rate_limits": False}
        return Demo(story, Options(**(defaults | options)))

    return make


@pytest.fixture
def demo(serve: Callable[..., Demo]) -> Demo:
    return serve()
