"""The story: what happened to whom, that its evidence is served, and that its secrets are where they should be."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from mcp_server.demo import ids
from mcp_server.demo.recorded import recording
from mcp_server.demo.world import World, world

TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ")

AGENTBOX_STORIES = {
    ids.AGENTBOX_TEST_FAILURE: ("Failed", 1, "test-deep"),
    ids.AGENTBOX_DNS: ("Failed", 2, "dns"),
    ids.AGENTBOX_DISK_FULL: ("Failed", 1, "disk-full"),
    ids.AGENTBOX_MISSING_ENV: ("Failed", 1, "missing-env"),
    ids.AGENTBOX_GCC: ("Failed", 2, "gcc-deep"),
    ids.AGENTBOX_SUCCESS: ("Completed", 0, "success-python"),
    ids.AGENTBOX_RUNNING: ("Running", None, "success-python"),
}
OPENSANDBOX_STORIES = {
    ids.OPENSANDBOX_OOM: ("Failed", 137, "oom-worker"),
    ids.OPENSANDBOX_PORT_IN_USE: ("Failed", 1, "port-in-use"),
    ids.OPENSANDBOX_DEPENDENCY_CONFLICT: ("Failed", 1, "pip-conflict"),
    ids.OPENSANDBOX_NODE_CRASH: ("Failed", 1, "node-trace"),
    ids.OPENSANDBOX_MERGE_CONFLICT: ("Failed", 1, "git-merge"),
    ids.OPENSANDBOX_SUCCESS: ("Terminated", 0, "success-node"),
}


def cause_lines(name: str) -> list[str]:
    """The lines that RECORDED.md names as the cause, without their timestamps."""
    table = files("mcp_server.demo").joinpath("recordings", "RECORDED.md").read_text()
    cell = re.search(rf"^\| `{name}\.log\.xz` \|[^|]*\|[^|]*\|[^|]*\|([^|]*)\|", table, re.MULTILINE)
    assert cell is not None
    numbers = re.findall(r"\d+(?=,| \(|$| and| more)", cell[1].strip())
    return [recording(name)[int(number) - 1].partition(" ")[2] for number in numbers]


def recordings() -> set[str]:
    folder = files("mcp_server.demo").joinpath("recordings")
    return {entry.name.removesuffix(".log.xz") for entry in folder.iterdir() if entry.name.endswith(".xz")}


def test_every_recording_has_its_sandbox():
    told = {name for _, _, name in [*AGENTBOX_STORIES.values(), *OPENSANDBOX_STORIES.values()]}
    assert told == recordings()


@pytest.mark.parametrize("sandbox_id", AGENTBOX_STORIES)
def test_an_agentbox_sandbox_ends_as_its_log_says(demo: Any, sandbox_id: str):
    status, exit_code, name = AGENTBOX_STORIES[sandbox_id]
    facts = demo.agentbox(f"sandboxes/{sandbox_id}")["sandbox"]
    assert (facts["status"], facts.get("exitCode")) == (status, exit_code)
    served = [entry["log"] for entry in demo.agentbox(f"sandboxes/{sandbox_id}/logs")["entries"]]
    assert set(cause_lines(name)) <= set(served)
    assert len(served) >= len(recording(name))


@pytest.mark.parametrize("sandbox_id", OPENSANDBOX_STORIES)
def test_an_opensandbox_sandbox_ends_as_its_log_says(demo: Any, sandbox_id: str):
    state, exit_code, name = OPENSANDBOX_STORIES[sandbox_id]
    status = demo.opensandbox(f"sandboxes/{sandbox_id}")["status"]
    assert (status["state"], status["message"]) == (state, f"Sandbox container exited with code {exit_code}.")
    text = demo.opensandbox_text(f"sandboxes/{sandbox_id}/diagnostics/logs", tail=10_000)
    served = {TIMESTAMP.sub("", line) for line in text.split("\n")}
    assert set(cause_lines(name)) <= served


def test_only_the_events_name_the_memory_kill(demo: Any):
    path = f"sandboxes/{ids.OPENSANDBOX_OOM}/diagnostics"
    log = demo.opensandbox_text(f"{path}/logs", tail=10_000)
    assert not re.search("oom|memory|killed", log, re.IGNORECASE)
    assert "OOMKilled" not in json.dumps(demo.opensandbox(f"sandboxes/{ids.OPENSANDBOX_OOM}"))
    assert "OOMKilled" in demo.opensandbox(f"{path}/events", scope="runtime")["content"]


def test_the_last_hundred_lines_miss_the_cause_of_a_taken_port(demo: Any):
    path = f"sandboxes/{ids.OPENSANDBOX_PORT_IN_USE}/diagnostics/logs"
    scoped = demo.opensandbox(path, scope="container")
    assert scoped["truncated"] is True
    assert "Errno 98" not in scoped["content"]
    assert "Errno 98" in demo.opensandbox_text(path, tail=10_000)


def test_a_second_container_tells_why_names_do_not_resolve(demo: Any):
    path = f"sandboxes/{ids.AGENTBOX_DNS}/logs"
    assert demo.agentbox(path)["containers"] == ["sandbox", "egress-proxy"]
    proxy = [entry["log"] for entry in demo.agentbox(path, container="egress-proxy")["entries"]]
    assert any("dns refused" in line and "git.example" in line for line in proxy)
    path = f"sandboxes/{ids.AGENTBOX_TEST_FAILURE}/logs"
    assert demo.agentbox(path, container="postgres")["entries"][0]["log"].startswith("LOG:  starting PostgreSQL")


def test_some_sandboxes_have_no_log_to_show(demo: Any):
    assert demo.agentbox(f"sandboxes/{ids.AGENTBOX_SILENT}/logs")["entries"] is None
    assert demo.agentbox(f"sandboxes/{ids.AGENTBOX_RECYCLED}")["sandbox"]["failureReason"] == "OOMKilled"
    silent = f"sandboxes/{ids.OPENSANDBOX_SILENT}/diagnostics/logs"
    assert demo.opensandbox(silent, scope="container")["content"] == "(no logs)"
    assert demo.opensandbox(f"sandboxes/{ids.OPENSANDBOX_SILENT}")["status"]["state"] == "Running"
    assert demo.agentbox(f"sandboxes/{ids.AGENTBOX_RUNNING}/logs", source="envd")["entries"]


def test_lists_show_every_sandbox(demo: Any):
    uuids = {value.rpartition(".")[2] for name, value in vars(ids).items() if name.startswith("AGENTBOX_")}
    assert {one["sandboxId"] for one in demo.agentbox("sandboxes")["items"]} == uuids
    listed = {value for name, value in vars(ids).items() if name.startswith("OPENSANDBOX_")}
    assert {one["id"] for one in demo.opensandbox("sandboxes")["items"]} == listed


def test_the_story_happened_just_before_now_and_a_log_ends_with_its_sandbox(demo: Any, story: World):
    facts = demo.agentbox(f"sandboxes/{ids.AGENTBOX_DNS}")["sandbox"]
    entries = demo.agentbox(f"sandboxes/{ids.AGENTBOX_DNS}/logs")["entries"]
    end = datetime.fromisoformat(facts["terminatedAt"])
    assert end == story.now - timedelta(minutes=9)
    assert abs(datetime.fromisoformat(entries[-1]["timestamp"][:19] + "Z") - end) <= timedelta(seconds=1)
    assert all(entry["timestamp"] > facts["startedAt"][:19] for entry in entries)


STATUSES = {
    ids.RUN_FAILED: "failed",
    ids.RUN_COMPLETED: "completed",
    ids.RUN_RUNNING: "running",
    ids.RUN_LOOPING: "failed",
    ids.RUN_PR_FAILED: "failed",
    ids.RUN_COMPILE_ERROR: "failed",
    ids.RUN_SETUP_COMMANDS: "completed",
    ids.RUN_LINKED: "completed",
    ids.RUN_CANCELLED: "cancelled",
    ids.RUN_MISSING_ENV: "failed",
}


def test_the_fixed_ids_are_the_documented_ones(demo: Any):
    assert (ids.RUN_FAILED, ids.RUN_COMPLETED, ids.RUN_RUNNING) == (101, 102, 103)
    assert demo.run(101)["metadata"] == {"repo_id": 301, "sandbox_id": 201}
    assert demo.codegen("organizations")["items"][0]["id"] == 1


def test_every_run_has_its_outcome_and_three_entries_from_the_start(demo: Any):
    assert {run_id: demo.run(run_id)["status"] for run_id in STATUSES} == STATUSES
    assert min(len(demo.entries(run_id)) for run_id in STATUSES) >= 3


def test_the_running_run_is_over_within_fifteen_seconds(demo: Any):
    first = len(demo.entries(103))
    demo.seconds = 6
    assert first < len(demo.entries(103))
    demo.seconds = 15
    assert demo.run(103)["status"] == "completed"
    assert demo.entries(103)[-1]["message_type"] == "FINAL_ANSWER"


def test_one_run_goes_round_in_circles(demo: Any):
    entries = demo.entries(ids.RUN_LOOPING)
    assert len(entries) > 150
    inputs = [json.dumps(entry["tool_input"]) for entry in entries if entry["tool_input"]]
    assert max(inputs.count(one) for one in set(inputs)) > 70


def test_runs_show_every_kind_of_entry_and_gap(demo: Any):
    entries = [entry for run_id in STATUSES for entry in demo.entries(run_id)]
    kinds = {entry["message_type"] for entry in entries}
    assert {"ACTION", "PLAN_EVALUATION", "ERROR", "FINAL_ANSWER", "PR_CREATION_FAILED", "AGENT_RUN_LINK"} <= kinds
    assert {type(entry["observation"]) for entry in entries} == {str, dict, type(None)}
    assert None in kinds
    assert None in {entry["created_at"] for entry in entries}


def served_texts(demo: Any) -> str:
    """Everything the three servers have to say about the past."""
    parts = [json.dumps(demo.entries(run_id)) for run_id in STATUSES]
    parts += [json.dumps(demo.opensandbox("sandboxes"))]
    for sandbox_id in OPENSANDBOX_STORIES:
        path = f"sandboxes/{sandbox_id}/diagnostics"
        parts += [demo.opensandbox_text(f"{path}/logs", tail=10_000), demo.opensandbox_text(f"{path}/inspect")]
    parts += [json.dumps(demo.agentbox(f"sandboxes/{sandbox_id}/logs")) for sandbox_id in AGENTBOX_STORIES]
    return "\n".join(parts)


def test_every_secret_is_planted_and_none_is_in_a_recording(demo: Any, story: World):
    served = served_texts(demo)
    assert [secret for secret in story.secrets if secret not in served] == []
    recorded = "\n".join("\n".join(recording(name)) for name in recordings())
    assert [secret for secret in story.secrets if secret in recorded] == []


def test_a_private_key_is_planted_line_by_line(demo: Any):
    lines = [entry["log"] for entry in demo.agentbox(f"sandboxes/{ids.AGENTBOX_DISK_FULL}/logs")["entries"]]
    begin = next(n for n, line in enumerate(lines) if line.startswith("-----BEGIN "))
    end = next(n for n, line in enumerate(lines) if line.startswith("-----END "))
    assert end - begin == 14


def test_secrets_come_from_the_seed():
    assert world(seed=1).secrets == world(seed=1).secrets
    assert set(world(seed=1).secrets) & set(world(seed=2).secrets) == set(world(seed=1).secrets[-3:])


def test_a_world_of_now_unpacks_nothing_before_it_is_read(serve: Callable[..., Any]):
    before = recording.cache_info().misses
    made = world()
    serve()
    assert recording.cache_info().misses == before
    assert datetime.now(UTC) - made.now < timedelta(seconds=60)
