"""The prompt `verify_setup`."""

from typing import Annotated

from pydantic import Field

from mcp_server.prompts.values import number


def verify_setup(repo_id: Annotated[str, Field(description="Codegen repository, a number")]) -> str:
    """Generate the setup commands of a repository, try them in a sandbox, and fix what fails."""
    repo = number("repo_id", repo_id)
    return f"""\
Give repository {repo} setup commands that are known to work. Each run costs money; before each one, say what it is for.

1. whoami(platform="codegen"): the token works, and for which organisation. Any error: stop and report it.
2. generate_setup_commands(repo_id={repo}, wait_seconds=55). Not finished: follow `next` until it is. Failed: \
get_run_logs(run_id=...) and report why.
3. Show the script in `result`. Read it through: does it install what the repository declares, is it safe to run twice, does it \
contain a secret?
4. With consent, create_run(repo_id={repo}, prompt=<the script, and: "Run these setup commands in a fresh sandbox, then the tests. \
Report each command with its exit code. Change nothing else.">, wait_seconds=55).
5. Check it: get_run(run_id=..., wait_seconds=55) until finished.
   - completed, and the result names exit code 0 for every command: done; report the script.
   - completed, but a command failed: treat it as failed.
   - failed: its facts name a sandbox_id: analyze_logs(sandbox_id=..., wait_seconds=55); none: get_run_logs(run_id=...).
6. Fix with consent: create_run(repo_id={repo}, prompt=<the script, the cause with its evidence, the change to make>, \
wait_seconds=55), then check as in step 5.
7. At most two rounds of fixing. Then report what works, what fails and why.

analyze_logs and generate_setup_commands allow 5 calls a minute each: when an error gives retry_after_s, wait that long before the next call. Answer with \
the final script, what was tried with run ids, and what remains open.
"""
