"""What the demo's coding agent answers: analyses, scripts and repairs, through the API that starts them."""

import shutil
import subprocess
from typing import Any

import pytest

from mcp_server.demo import ids
from mcp_server.demo.people import CHECKOUT_REPO, INGEST_REPO, WEB_REPO
from mcp_server.demo.setup_script import setup_script
from mcp_server.platforms.codegen.stand_in_data import Repository


def analysed(demo: Any, sandbox_id: int) -> Any:
    return demo.finish(demo.codegen(f"organizations/1/sandbox/{sandbox_id}/analyze-logs", body={}))


def script(demo: Any, repo_id: int, prompt: str | None = None) -> str:
    body = {"repo_id": repo_id, "prompt": prompt}
    return demo.finish(demo.codegen("organizations/1/setup-commands/generate", body=body))["result"]


def created(demo: Any, prompt: str, **more: Any) -> Any:
    return demo.finish(demo.codegen("organizations/1/agent/run", body={"prompt": prompt, **more}))


def test_an_analysis_says_why_the_sandbox_of_the_failed_run_failed(demo: Any):
    done = analysed(demo, ids.CODEGEN_DEPENDENCY_CONFLICT)
    assert done["status"] == "completed"
    assert "pins urllib3==2.2.2, but botocore" in done["summary"]
    assert "sed -i 's/^urllib3==.*/urllib3<2.1,>=1.25.4/' requirements.txt" in done["result"]
    entries = demo.entries(done["id"])
    assert [entry["message_type"] for entry in entries] == [
        "PLAN_EVALUATION",
        "ACTION",
        "ACTION",
        "PLAN_EVALUATION",
        "ACTION",
        "FINAL_ANSWER",
    ]
    assert entries[-1]["observation"] == done["result"]


@pytest.mark.parametrize("sandbox_id", range(201, 214))
def test_every_sandbox_can_be_analysed_but_the_one_without_a_log(demo: Any, sandbox_id: int):
    if sandbox_id == ids.CODEGEN_NO_LOGS:
        with pytest.raises(AssertionError, match="No logs available"):
            analysed(demo, sandbox_id)
    else:
        assert analysed(demo, sandbox_id)["result"].startswith("Cause: ")


def test_setup_commands_follow_from_the_manifests(demo: Any):
    text = script(demo, CHECKOUT_REPO)
    for part in (
        "python3.12 -m venv",
        "requirements-dev.txt",
        "docker compose up -d --wait postgres redis",
        "make test",
    ):
        assert part in text
    assert text.index("pip install") < text.index("alembic upgrade head") < text.index("make test")


def test_setup_commands_for_production_check_settings_and_run_no_tests(demo: Any):
    text = script(demo, CHECKOUT_REPO, "for the production environment, please")
    assert ': "${DATABASE_URL:?set DATABASE_URL before the setup}"' in text
    assert "requirements-dev" not in text
    assert "make test" not in text
    assert "docker compose" not in text
    assert "npm run build" in script(demo, WEB_REPO, "staging")
    assert "npm test" in script(demo, WEB_REPO, "as in CI")


def test_setup_commands_know_system_packages_and_makefiles(demo: Any):
    text = script(demo, INGEST_REPO)
    assert "apt-get install -y --no-install-recommends build-essential zlib1g-dev" in text
    assert text.index("apt-get") < text.index("make -j") < text.index("make check")


@pytest.mark.parametrize("repo_id", [CHECKOUT_REPO, WEB_REPO, INGEST_REPO])
@pytest.mark.parametrize("prompt", [None, "production", "staging", "test"])
def test_every_script_is_well_formed_shell(demo: Any, repo_id: int, prompt: str | None):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here to check the scripts with")
    text = script(demo, repo_id, prompt)
    assert text.startswith("#!/usr/bin/env bash\n")
    checked = subprocess.run([bash, "-n"], input=text, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_repository_that_says_little_gets_a_short_script():
    def lines(files: dict[str, str]) -> list[str]:
        return setup_script(Repository(id=1, org_id=1, name="acme/x", files=files), None).splitlines()

    assert lines({"package.json": "{}"})[-2:] == ["# Node packages (package.json)", "npm install"]
    assert lines({})[1] == "# Setup of acme/x for development, from: no manifest at all."


FIXED = "requirements.txt: urllib3==2.2.2 -> urllib3<2.1,>=1.25.4"


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "Fix the setup", "metadata": {"sandbox_id": 201}},
        {"prompt": "Please repair sandbox 201"},
        {"prompt": "Resolve whatever broke run #101"},
    ],
)
def test_a_run_that_shall_fix_something_says_what_it_changed(demo: Any, body: dict[str, Any]):
    done = created(demo, **body)
    assert done["result"].startswith(f"Fixed. Changed {FIXED}.")
    assert done["summary"] == f"Changed {FIXED}"
    assert done["github_pull_requests"][0]["head_branch_name"] == "codegen/fix-dependency-conflict"
    assert demo.entries(done["id"])[2]["tool_output"]["exit_code"] == 0


def test_a_fix_can_be_asked_for_by_quoting_the_analysis(demo: Any):
    done = created(demo, "Fix this:\nError: DATABASE_URL is undefined: cannot open the connection pool")
    assert "Changed .env.example: DATABASE_URL added" in done["result"]


@pytest.mark.parametrize(
    "prompt",
    [
        "What is in here?",
        "Fix it",
        "Fix sandbox 207",
        "Fix sandbox 999",
        "Fix run 105",
        "Fix sandbox 212",
        "Fix sandbox 202",
    ],
)
def test_a_run_without_anything_to_fix_changes_nothing_and_says_so(demo: Any, prompt: str):
    done = created(demo, prompt)
    assert "Nothing was changed" in done["result"]
    assert done["github_pull_requests"] == []


def test_a_resumed_run_can_fix_its_own_sandbox(demo: Any):
    body = {"agent_run_id": 101, "prompt": "Now fix it."}
    done = demo.finish(demo.codegen("organizations/1/agent/run/resume", body=body))
    assert FIXED in done["result"]


def test_a_resumed_run_of_no_known_repository_still_answers(demo: Any):
    started = demo.codegen("organizations/1/agent/run", body={"prompt": "look", "metadata": {"repo_id": 999}})
    body = {"agent_run_id": started["id"], "prompt": "look again"}
    done = demo.finish(demo.codegen("organizations/1/agent/run/resume", body=body))
    assert "Looked through the repository: 0 files" in done["result"]
