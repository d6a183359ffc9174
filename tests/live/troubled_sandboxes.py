"""Which sandboxes a genuine OpenSandbox server is given, and the few requests that takes."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from private_docker import CannotStart

IMAGE = "sandscope-live/busybox"

# Looks like a live credential to a redactor; belongs to nobody.
PLANTED_SECRET = "sk-live-7Qm2Zt9Kx4Lw8Rb1"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One sandbox to create.

    Attributes:
        name: In its metadata.
        script: What its shell runs.
        memory: Its limit.
        settled_log: Once the last lines hold this, it has said all; empty if there is nothing to wait for.
        settled_state: Once it is in this state, it has come to its end.
    """

    name: str
    script: str
    memory: str = "128Mi"
    settled_log: str = ""
    settled_state: str = "Running"


TROUBLES = (
    Trouble(
        "logger",
        'i=0; while [ $i -lt 130 ]; do i=$((i+1)); echo "step $i of 130 ok"; done; sleep 1; '
        "echo 'npm ERR! code ELIFECYCLE' >&2; echo 'npm ERR! errno 2' >&2; sleep 100000",
        settled_log="npm ERR! errno 2",
    ),
    Trouble(
        "crash",
        f"echo starting; printf '\\033[31mFATAL\\033[0m login refused, token={PLANTED_SECRET}\\r\\n'; "
        "printf 'bad bytes: \\377\\376\\n'; sleep 1; exit 17",
        settled_state="Failed",
    ),
    Trouble(
        "oom",
        # The shell outlives its child, so that the runtime hears of the kill before the container is gone.
        "echo allocating; sleep 1; tail /dev/zero; code=$?; sleep 2; exit $code",
        memory="16Mi",
        settled_state="Failed",
    ),
    Trouble(
        "big",
        "i=0; while [ $i -lt 300 ]; do i=$((i+1)); head -c 40000 /dev/zero | tr '\\0' x; "
        'echo " end $i of 300"; done; sleep 100000',
        settled_log="end 300 of 300",
    ),
    Trouble("quiet", "sleep 100000"),
)


@dataclass(frozen=True, slots=True)
class Api:
    """The few requests to the server that preparing it takes."""

    port: int
    key: str

    def healthy(self) -> bool:
        """Whether it answers at all."""
        try:
            return self._ask("GET", "/health")[0] == HTTPStatus.OK
        except (OSError, HTTPException):
            return False

    def create(self, trouble: Trouble) -> str:
        """Creates the sandbox and returns its id.

        Raises:
            CannotStart: The server refused.
        """
        wanted = {
            "image": {"uri": f"{IMAGE}:1"},
            "timeout": 3600,
            "resourceLimits": {"cpu": "500m", "memory": trouble.memory},
            "metadata": {"name": trouble.name},
            "entrypoint": ["sh", "-c", trouble.script],
        }
        status, text = self._ask("POST", "/v1/sandboxes", json.dumps(wanted))
        if status >= HTTPStatus.BAD_REQUEST:
            raise CannotStart(f"the server refused to create {trouble.name}: {status} {text[:500]}")
        return json.loads(text)["id"]

    def settled(self, sandbox_id: str, trouble: Trouble) -> bool:
        """Whether the sandbox has come to the state and the log that `trouble` describes."""
        state = json.loads(self._ask("GET", f"/v1/sandboxes/{sandbox_id}")[1])["status"]["state"]
        if state != trouble.settled_state:
            return False
        return trouble.settled_log in self._ask("GET", f"/v1/sandboxes/{sandbox_id}/diagnostics/logs?tail=3")[1]

    def _ask(self, method: str, target: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60.0)
        headers = {"OPEN-SANDBOX-API-KEY": self.key, "Content-Type": "application/json"}
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()
