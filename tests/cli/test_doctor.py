import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mcp_server.demo.keys import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY

Run = Callable[..., tuple[int, str, str]]


def test_three_platforms_that_work_are_three_lines_and_exit_0(sandscope: Run, stand_ins: Mapping[str, str]) -> None:
    status, out, err = sandscope("doctor", environ=stand_ins)
    codegen, agentbox, opensandbox = out.splitlines()
    assert (status, err) == (0, "")
    assert codegen.startswith("ok   Codegen (CODEGEN_API_TOKEN): reachable; user ")
    assert "codegen.logs 54 of 54 per 60 s left" in codegen
    assert agentbox.startswith("ok   AgentBox (AGENTBOX_API_KEY): reachable; ")
    assert "agentbox.all no limit known" in agentbox
    assert opensandbox.startswith("ok   OpenSandbox (OPEN_SANDBOX_API_KEY): reachable; ")
    assert not [key for key in (CODEGEN_TOKEN, AGENTBOX_KEY, OPENSANDBOX_KEY) if key in out]


def test_a_wrong_key_is_named_by_its_variable_and_exits_1(sandscope: Run, stand_ins: Mapping[str, str]) -> None:
    status, out, _ = sandscope("doctor", environ={**stand_ins, "AGENTBOX_API_KEY": "agbx-wrong-very-secret"})
    states = [line.split()[0] for line in out.splitlines()]
    assert (status, states) == (1, ["ok", "FAIL", "ok"])
    assert out.splitlines()[1].startswith(
        "FAIL AgentBox (AGENTBOX_API_KEY): AgentBox rejected the key in AGENTBOX_API_KEY"
    )
    assert "very-secret" not in out


def test_what_is_not_configured_is_no_failure_beside_one_that_works(
    sandscope: Run, stand_ins: Mapping[str, str]
) -> None:
    only = {name: value for name, value in stand_ins.items() if name.startswith("AGENTBOX_")}
    status, out, _ = sandscope("doctor", environ=only)
    codegen, agentbox, opensandbox = out.splitlines()
    assert status == 0
    assert codegen.startswith("-    Codegen is not configured. Set CODEGEN_API_TOKEN in")
    assert agentbox.startswith("ok   AgentBox")
    assert opensandbox.startswith("-    OpenSandbox is not configured. Set ")


def test_a_server_nobody_reaches_fails_naming_address_and_variable(sandscope: Run) -> None:
    environ = {"AGENTBOX_API_KEY": "agbx-very-secret", "AGENTBOX_ENDPOINT": "http://127.0.0.1:9"}
    status, out, _ = sandscope("doctor", environ=environ)
    assert status == 1
    assert (
        "FAIL AgentBox (AGENTBOX_API_KEY): No connection to AgentBox at http://127.0.0.1:9. Check AGENTBOX_ENDPOINT"
        in out
    )


def test_nothing_configured_exits_1_and_says_how_to_see_it_without_a_key(sandscope: Run) -> None:
    status, out, _ = sandscope("doctor")
    assert status == 1
    assert [line[:5] for line in out.splitlines()] == ["-    "] * 3 + ["Nothi"]
    assert out.endswith("Nothing is configured. To see what sandscope does without a key: sandscope demo\n")


@pytest.mark.parametrize("configured", [True, False])
def test_json_holds_the_same_findings_and_nothing_else(
    sandscope: Run, stand_ins: Mapping[str, str], *, configured: bool
) -> None:
    wrong = {**stand_ins, "AGENTBOX_API_KEY": "agbx-wrong-very-secret"}
    status, out, _ = sandscope("doctor", "--json", environ=wrong if configured else {})
    platforms = json.loads(out)["platforms"]
    assert status == 1
    assert [platform["platform"] for platform in platforms] == ["codegen", "agentbox", "opensandbox"]
    if configured:
        assert [platform["state"] for platform in platforms] == ["ok", "failed", "ok"]
        assert set(platforms[0]) == {"platform", "title", "configured_by", "state", "identity", "budget"}
        assert platforms[1]["code"] == "unauthorized"
        assert "very-secret" not in out
    else:
        assert {platform["state"] for platform in platforms} == {"not configured"}


def test_a_key_without_its_endpoint_fails_naming_the_endpoint(sandscope: Run) -> None:
    status, out, _ = sandscope("doctor", environ={"AGENTBOX_API_KEY": "agbx-very-secret"})
    assert status == 1
    assert "FAIL AgentBox (AGENTBOX_API_KEY): AGENTBOX_ENDPOINT is not set." in out


def test_an_organisation_the_token_does_not_have_fails(sandscope: Run, stand_ins: Mapping[str, str]) -> None:
    status, out, _ = sandscope("doctor", environ={**stand_ins, "CODEGEN_ORG_ID": "424242"})
    assert status == 1
    assert out.startswith("FAIL Codegen (CODEGEN_API_TOKEN): CODEGEN_ORG_ID is 424242, which is not among")


class AtOnce(BaseHTTPRequestHandler):
    """Refuses a key only when a second request is waiting too; one that waits alone gets another answer."""

    both = threading.Barrier(2)

    def do_GET(self) -> None:
        try:
            self.both.wait(timeout=5)
            status = 401
        except threading.BrokenBarrierError:
            status = 404
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name it is called by
        """Says nothing."""


def test_the_platforms_are_asked_at_once(sandscope: Run) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), AtOnce) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"127.0.0.1:{server.server_port}"
        environ = {
            "CODEGEN_API_TOKEN": "x",
            "CODEGEN_API_BASE_URL": f"http://{address}",
            "OPEN_SANDBOX_DOMAIN": address,
        }
        _, out, _ = sandscope("doctor", "--json", environ=environ)
        server.shutdown()
    codes = [platform.get("code") for platform in json.loads(out)["platforms"]]
    assert codes == ["unauthorized", None, "unauthorized"]


@pytest.mark.parametrize("json_asked", [True, False])
def test_a_variable_with_a_wrong_name_is_shown_without_its_value(
    sandscope: Run, stand_ins: Mapping[str, str], *, json_asked: bool
) -> None:
    only = {name: value for name, value in stand_ins.items() if name.startswith("AGENTBOX_")}
    environ = {**only, "CODEGEN_TOKEN": "very-secret"}
    status, out, _ = sandscope("doctor", *(["--json"] if json_asked else []), environ=environ)
    told = "CODEGEN_TOKEN is not read; did you mean CODEGEN_API_TOKEN?"
    assert status == 0
    assert json.loads(out)["warnings"] == [told] if json_asked else out.endswith(f"\n!    {told}\n")
    assert "very-secret" not in out


def test_this_machine_without_a_port_is_told_with_the_port_that_was_tried(sandscope: Run) -> None:
    # An address of this machine that nothing listens on.
    status, out, _ = sandscope("doctor", environ={"OPEN_SANDBOX_DOMAIN": "127.9.9.9"})
    assert status == 1
    assert (
        "No connection to OpenSandbox at http://127.9.9.9. That is port 80; if the server listens on another, such as "
        in out
    )
    assert out.splitlines()[-1].endswith("8080, name it in OPEN_SANDBOX_DOMAIN.")
