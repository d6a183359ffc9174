"""The demo world answering inside this process: no socket, no key, no network."""

from collections.abc import Mapping

from mcp_server.demo.app import demo_app, environment
from mcp_server.demo.world import world
from mcp_server.http.wire import Wire, in_process

# Never connected to: the wire ends in this process.
ADDRESS = "http://demo.invalid"


def demo_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What is common from `environ`, and the variables that point every platform at the demo world."""
    common = {name: value for name, value in environ.items() if name.startswith("SANDSCOPE_")}
    return {**common, **environment(ADDRESS)}


def demo_wire() -> Wire:
    """A wire to a new demo world."""
    return in_process(demo_app(world()))
