"""The shipped server with the official suite's fixtures on top, over HTTP at a free port of loopback.

What is judged is ours: the factory, the seam, the hosted application. The fixtures are tools, resources and prompts whose
names and answers the suite prescribes, and handlers of what the shipped server does not offer.
"""

import os

from mcp_server.demo.in_process import demo_environment, demo_state, demo_wire
from mcp_server.server.build import build
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.serving import serve
from mcp_server.server.hosted.tenants import only
from mcp_server.settings import Settings
from tests.conformance import fixtures_client, fixtures_content, fixtures_lists, fixtures_rounds, fixtures_tasks


def main() -> None:
    """Serves until a signal comes; the first line on stderr tells where."""
    settings = Settings.from_env(demo_environment(os.environ), demo=True)
    sandscope = build(settings, wire=demo_wire(), state=demo_state(settings))
    for fixtures in (fixtures_content, fixtures_client, fixtures_rounds, fixtures_lists):
        fixtures.register(sandscope.server)
    fixtures_tasks.register(sandscope)
    serve(only(sandscope), Hosting(transport="http", port=0, demo=True))


if __name__ == "__main__":
    main()
