"""The demo world answering inside this process: no socket, no key, no network."""

import dataclasses
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mcp_server.demo.app import demo_app, environment
from mcp_server.demo.world import world
from mcp_server.http.wire import Wire, in_process
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import State, open_state

# Never connected to: the wire ends in this process.
ADDRESS = "http://demo.invalid"


def demo_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What is common from `environ`, and the variables that point every platform at the demo world."""
    common = {name: value for name, value in environ.items() if name.startswith("SANDSCOPE_")}
    return {**common, **environment(ADDRESS)}


def demo_state(settings: Settings) -> State:
    """A state of its own, deleted when it is closed: what a demo did matters to nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="sandscope-demo-"))
    opened = open_state(settings.model_copy(update={"state_dir": folder, "redis_url": None}), Clock())
    return dataclasses.replace(opened, deleted_at_end=folder)


def demo_server(environ: Mapping[str, str], choice: Choice) -> Sandscope:
    """A server over a new demo world."""
    settings = Settings.from_env(demo_environment(environ), demo=True)
    return build(settings, choice=choice, wire=demo_wire(), state=demo_state(settings))


def demo_wire() -> Wire:
    """A wire to a new demo world."""
    return in_process(demo_app(world()))
