"""The layers, assembled: retry -> budget (-> observed) -> auth -> deadline -> wire."""

import hashlib
import logging
from dataclasses import dataclass, field

import httpx2

from mcp_server import __version__
from mcp_server.budget.budget import Budget
from mcp_server.http.auth import Authorize, Key
from mcp_server.http.client import Client
from mcp_server.http.failures import Remote
from mcp_server.http.paced import Paced
from mcp_server.http.retry import Retry
from mcp_server.http.wire import Deadline, Network, Wire, observed
from mcp_server.logs.redact import Redactor
from mcp_server.telemetry import Telemetry


def silence_library_logs() -> None:
    """Keeps the HTTP library from printing full URLs, which may be signed."""
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens clients over one budget and, for tests and the demo, one wire.

    Attributes:
        budget: What every request is charged to.
        redactor: Cleans upstream words in errors.
        timeout_s: Hard total seconds of one request.
        wire: Replaces the network; None is the network.
        telemetry: Is told of requests.
    """

    budget: Budget
    redactor: Redactor
    timeout_s: float
    wire: Wire | None = None
    telemetry: Telemetry = field(default_factory=Telemetry)

    def open(
        self,
        platform: str,
        title: str,
        base_url: str,
        address_variable: str,
        key: Key | None,
        key_variable: str,
        list_tool: str,
    ) -> tuple[Client, str]:
        """A client for `base_url`, and the account its requests are charged to.

        Args:
            platform: `codegen`, `agentbox` or `opensandbox`.
            title: The platform's name for people.
            base_url: Where the paths begin.
            address_variable: The variable that sets the base URL, for error texts.
            key: What requests are authorised with; None sends no key.
            key_variable: The variable that sets the key, for error texts.
            list_tool: The tool that looks up ids, for error texts.
        """
        shown = _shown(base_url)
        remote = Remote(platform, title, shown, address_variable, key_variable, key is not None, list_tool)
        account = _account(remote.origin, key)
        # Each attempt takes a slot, so retry is outside the budget. The key is added last, so that nothing but the
        # wire sees it.
        wire: Wire = self.wire or Network()
        wire = Deadline(wire, self.timeout_s)
        wire = Authorize(wire, base_url, key)
        wire = observed(wire, self.telemetry)
        wire = Paced(wire, self.budget, account, self.telemetry)
        wire = Retry(wire, self.budget.clock, self.budget.clock.uniform)
        http = httpx2.AsyncClient(
            base_url=base_url + "/",
            transport=wire,
            timeout=None,  # the deadline layer is the only clock
            follow_redirects=False,
            trust_env=False,  # the wire obeys the proxy variables; the library would go round the layers
            headers={"user-agent": f"sandscope/{__version__}", "accept": "application/json, text/plain"},
        )
        return Client(http, remote, self.redactor, self.timeout_s, self.telemetry), account


def _shown(base_url: str) -> str:
    """The origin as an operator reads it: no path, no default port."""
    url = httpx2.URL(base_url)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _account(origin: str, key: Key | None) -> str:
    """Names one key at one origin without holding the key."""
    token = key.value.get_secret_value() if key else ""
    return f"{origin} {hashlib.sha256(token.encode()).hexdigest()[:16]}"
