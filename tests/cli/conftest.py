import os
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn

from mcp_server.cli import main
from mcp_server.demo import ids
from mcp_server.demo.app import demo_app, environment
from mcp_server.demo.world import World, world


@pytest.fixture(scope="session")
def stand_ins() -> Generator[dict[str, str]]:
    """The stand-ins behind a real web server on loopback; gives the variables that point at them."""
    with served(world()) as variables:
        yield variables


@pytest.fixture
def one_id_twice() -> Generator[dict[str, str]]:
    """Likewise, of a world in which OpenSandbox knows a sandbox by the id of one of AgentBox."""
    story = world()
    known = next(one for one in story.opensandbox.sandboxes if one.id == ids.OPENSANDBOX_OOM)
    twin = replace(known, id=ids.AGENTBOX_MISSING_ENV)
    with served(replace(story, opensandbox=replace(story.opensandbox, sandboxes=(twin,)))) as variables:
        yield variables


@contextmanager
def served(story: World) -> Generator[dict[str, str]]:
    """A web server on loopback that tells a story; gives the variables that point at it."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(demo_app(story), log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield environment(address)
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def sandscope(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs one command line in this process; gives exit status, stdout and stderr."""

    def run(*arguments: str, environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        for name, value in (environ or {}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main(arguments)
        status = left.value.code
        assert isinstance(status, int)
        out, err = capsys.readouterr()
        return status, out, err

    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return run
