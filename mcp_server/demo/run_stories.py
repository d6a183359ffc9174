"""What the demo's earlier runs did, entry by entry; their tools' outputs come from the recordings."""

from mcp_server.demo.agent import action, answer, plan
from mcp_server.demo.excerpts import around, shell
from mcp_server.demo.secret_lines import Secrets
from mcp_server.platforms.codegen.stand_in_data import PullRequest, Step, Work

_OK = {"exit_code": 0, "stdout": "", "stderr": ""}


def dependency_conflict() -> Work:
    """Return run 101: pip cannot resolve the pins, and the agent looks for the trouble elsewhere."""
    install = "pip install -v -r requirements.txt"
    failed = "Sandbox setup failed: ModuleNotFoundError: No module named 'flask'"
    steps = (
        plan("Add request tracing to the checkout service. First the sandbox must be able to run its tests."),
        action(
            "What does it depend on?", "view_file", {"path": "requirements.txt"}, {"status": "success", "lines": 18}
        ),
        action(
            "Development tools first.",
            "run_command",
            {"command": "pip install -v -r requirements-dev.txt"},
            shell("pip-conflict", "pip install -v -r requirements-dev.txt", 0, last=3),
        ),
        action(
            "Now the service's own packages.",
            "run_command",
            {"command": install, "timeout_s": 600},
            around("pip-conflict", "conflicting dependencies", 1, before=2, after=14),
            {"status": "error", "exit_code": 1},
        ),
        plan("The install printed a lot, but the tests may still run with what is there. I go on."),
        action(
            "Do the tests run?",
            "run_command",
            {"command": "python -m pytest --version"},
            shell("pip-conflict", "python -m pytest --version", 0),
        ),
        action(
            "Does the service start?",
            "run_command",
            {"command": "python wsgi.py"},
            shell("pip-conflict", "python wsgi.py", 1),
            "flask cannot be imported",
        ),
        Step(message_type="ERROR", tool_name="run_command", observation=failed),
    )
    return Work(steps=steps, status="failed", result=failed, seconds=540)


def importer(secrets: Secrets) -> Work:
    """Return run 102: all went well, and a pull request is open."""
    url = "https://github.com/acme/checkout/pull/471"
    text = f"The importer now reports every failed row in one ExceptionGroup. 273 tests pass. Pull request: {url}"
    push = f"git push {secrets.clone_url} HEAD:codegen/import-errors"
    steps = (
        plan("Report all failed rows of an import instead of the first one."),
        action("Where are rows imported?", "ripgrep_search", {"query": "def import_rows"}, {"matches": 1}),
        action("Collect the errors.", "edit_file", {"path": "importer.py"}, {"status": "edited", "lines_changed": 14}),
        action(
            "Do all tests pass?",
            "run_command",
            {"command": "python -m pytest -v -rA"},
            shell("success-python", "python -m pytest", 0, last=6),
            "all tests passed",
        ),
        action("Publish the branch.", "run_command", {"command": push}, {**_OK, "stderr": f"To {secrets.clone_url}"}),
        Step(message_type="INITIAL_PR_GENERATION", thought="Title and description come from the two commits."),
        Step(message_type="PR_EVALUATION", thought="Checks are green.", observation={"url": url, "checks": "passed"}),
        answer(text),
    )
    opened = PullRequest(id=471, title="Report all failed rows", url=url, head_branch_name="codegen/import-errors")
    summary = "Importer reports all failed rows; pull request 471 is open."
    return Work(steps=steps, result=text, summary=summary, pull_requests=(opened,), seconds=420)


def route_migration() -> Work:
    """Return run 103, which runs while the server starts."""
    text = "All routes answer under /api/v1; the build and 120 requests against it succeed."
    steps = (
        plan("Move the web routes to /api/v1. Install, build, then one request per route."),
        action(
            "Install first.",
            "run_command",
            {"command": "npm install --loglevel http"},
            shell("success-node", "npm install", 0, last=4),
        ),
        action(
            "Which routes are there?", "ripgrep_search", {"query": "export const path", "path": "src"}, {"matches": 60}
        ),
        action("Move them.", "edit_file", {"path": "src/routes.ts"}, {"status": "edited", "lines_changed": 60}),
        action(
            "Does it build?",
            "run_command",
            {"command": "npm run build"},
            around("success-node", "Total time:", 0, before=5, after=1),
        ),
        plan("The build is fine. Now the server itself."),
        action(
            "Does every route answer?",
            "run_command",
            {"command": "./smoke.sh"},
            around("success-node", '"path":"/api/v1/resource1","ok":true', 0, before=0, after=8),
            {"status": "success", "requests": 120},
        ),
        answer(text),
    )
    return Work(steps=steps, result=text, summary=text, seconds=12)


def looping() -> Work:
    """Return run 104: the same test, the same edit and its undoing, until the step limit ends it."""
    test = "python -m pytest -x tests/test_shard_16.py"
    failing = around("test-deep", "AssertionError", 1, before=6, after=3)
    edit = {"path": "ledger/__init__.py", "old": '"GBP": 2}', "new": '"GBP": 2, "KWD": 2}'}
    undo = {"path": "ledger/__init__.py", "old": edit["new"], "new": edit["old"]}
    round_trip = (
        action("I run the failing test.", "run_command", {"command": test}, failing),
        action("The currency table may miss an entry.", "edit_file", edit, {"status": "edited"}),
        action("Did that help?", "run_command", {"command": test}, failing, "the same assertion fails"),
        action("No. I take it back.", "edit_file", undo, {"status": "edited"}),
    )
    stopped = "Stopped: 160 steps without progress (step limit)."
    steps = (
        plan("Make the shard tests pass."),
        action("Which test fails?", "run_command", {"command": "python -m pytest -q tests"}, failing),
        *(step for _ in range(39) for step in round_trip),
        plan("I have tried this before. I try it once more."),
        Step(message_type="ERROR", observation={"error": "step_limit", "message": stopped, "steps": 160}),
    )
    return Work(steps=steps, status="failed", result=stopped, seconds=2400)


def refused_push(secrets: Secrets) -> Work:
    """Return run 105: the branch conflicts, then the push is refused, and no pull request comes of it."""
    failed = "Could not create the pull request: push to main was rejected (non-fast-forward)."
    remote = {"exit_code": 0, "stdout": f"origin\t{secrets.clone_url} (push)", "stderr": ""}
    steps = (
        plan("Raise the rate limits and open a pull request."),
        action("Which remote is this?", "run_command", {"command": "git remote -v"}, remote),
        action(
            "Put the branch on top of main.",
            "run_command",
            {"command": "git rebase origin/main"},
            shell("git-merge", "git rebase origin/main", 1),
            "conflict in limits.py",
        ),
        plan("A rebase conflicts. A merge that keeps my side is quicker."),
        action(
            "Merge instead.",
            "run_command",
            {"command": "git merge origin/main"},
            shell("git-merge", "git merge origin/main", 1),
        ),
        action("Push it.", "run_command", {"command": "git push"}, shell("git-merge", "git push", 1), {"exit_code": 1}),
        Step(message_type="INITIAL_PR_GENERATION", thought="The branch should be there now.", dated=False),
        Step(message_type="PR_CREATION_FAILED", observation={"error": failed, "branch": "agent/raise-limits"}),
    )
    return Work(steps=steps, status="failed", result=failed, seconds=300)


def compile_error() -> Work:
    """Return run 106: one file of 300 does not compile; the entries have the gaps real ones have."""
    broken = "make: the build failed; see the output of the last command"
    steps = (
        plan("The check suite of the last push is red. I build as it does."),
        Step(message_type=None, observation="check suite 88 of acme/ingest: 1 failed", dated=False),
        Step(message_type="DETECT_PR_ERRORS", observation={"check": "build", "conclusion": "failure"}),
        action("Build all.", "run_command", {"command": "make -k -j2"}, shell("gcc-deep", "make -k -j2", 2, last=8)),
        action(
            "Thousands of warnings; where is the error?",
            "ripgrep_search",
            {"query": "error:"},
            around("gcc-deep", "undeclared", 0, before=2, after=4),
        ),
        Step(message_type="FIX_PR_ERRORS", thought="A constant is used that the header does not define."),
        Step(message_type="ERROR", tool_name="run_command", observation=broken),
    )
    return Work(steps=steps, status="failed", result=broken, seconds=360)


def linked(secrets: Secrets) -> Work:
    """Return run 108, which looks after run 105 and links to it."""
    text = "Run 105 failed because main had moved on twice. Rebase and settle limits.py by hand; then push again."
    call = f'curl -fsS -H "Authorization: Bearer {secrets.bearer}" https://git.acme.internal/api/branches/main'
    steps = (
        Step(message_type="USER_MESSAGE", observation="Why is there no pull request for the rate limits?"),
        Step(
            message_type="AGENT_RUN_LINK",
            observation={"agent_run_id": 105, "url": "https://app.codegen.com/agent/trace/105"},
        ),
        action(
            "Where does main stand?", "run_command", {"command": call}, {**_OK, "stdout": '{"ahead": 0, "behind": 2}'}
        ),
        action("How does the branch differ?", "run_command", {"command": "git log"}, shell("git-merge", "git log", 0)),
        Step(message_type="COMMIT_EVALUATION", thought="Two commits on main touch the same line of limits.py."),
        answer(text),
    )
    return Work(steps=steps, result=text, summary=text, seconds=90)


def cancelled() -> Work:
    """Return run 109, stopped by the one who started it."""
    steps = (
        plan("Upgrade all packages to their latest versions."),
        action(
            "What is outdated?", "run_command", {"command": "pip list --outdated"}, {**_OK, "stdout": "23 packages"}
        ),
        Step(message_type="USER_MESSAGE", observation="Stop, this is the wrong repository."),
    )
    return Work(steps=steps, status="cancelled", seconds=45)


def missing_env(secrets: Secrets) -> Work:
    """Return run 110: the service needs a variable that the agent sets in the wrong place."""
    crash = around("missing-env", "DATABASE_URL is undefined", 1, before=6, after=5)
    exported = f"export DATABASE_URL={secrets.database_url}"
    failed = "The service does not start: DATABASE_URL is undefined in the supervisor's environment."
    steps = (
        plan("Start the orders service and check its health."),
        action("Install.", "run_command", {"command": "npm install"}, shell("missing-env", "npm install", 0, last=3)),
        action("Start it.", "run_command", {"command": "node dist/server.js"}, crash),
        action("Set the variable in my own shell.", "run_command", {"command": exported}, _OK, None),
        action("Start the supervisor again.", "run_command", {"command": "supervisorctl restart orders"}, crash),
        Step(
            message_type="ERROR", tool_name="run_command", tool_input={"command": "supervisorctl"}, observation=failed
        ),
    )
    return Work(steps=steps, status="failed", result=failed, seconds=200)
