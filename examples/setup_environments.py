"""Setup scripts for development, staging and production, written by an agent, saved as `.codegen/setup-ENV.sh`.

    uv run python examples/setup_environments.py 301 --demo --into /somewhere

Codegen allows five of these runs per minute. The server keeps count: when the limit is reached it answers
`rate_budget_spent` with the seconds to wait, and `connection.call()` sleeps exactly that long.
"""

import argparse
import re
from pathlib import Path

import connection
from connection import Facts, Refused, Sandscope

ENVIRONMENTS = ("development", "staging", "production")
PROMPT = """\
Generate setup commands for the {environment} environment of this repository:
- configuration of that environment, secrets taken from environment variables
- database connection and service dependencies
- health checks
Answer with one shell script with comments and nothing else.
"""
MARKDOWN = re.compile(r"```(?:bash|sh|shell)?\n(.*?)```", re.DOTALL)
# How the server ends a result that it had to cut.
CUT = re.compile(r"\[\d+ more characters\]\s*\Z")


def targets(folder: Path, *, force: bool) -> dict[str, Path]:
    """Where each script goes.

    Raises:
        Refused: One is there already and `force` is not set. This is asked before any run is started.
    """
    files = {environment: folder / ".codegen" / f"setup-{environment}.sh" for environment in ENVIRONMENTS}
    there = [str(path) for path in files.values() if path.exists()]
    if there and not force:
        raise Refused(f"{', '.join(there)}: already there. Nothing was started; --force overwrites.")
    return files


def script_of(run: Facts) -> str:
    """The script a finished run wrote, without the Markdown around it.

    Raises:
        Refused: The run did not end well, or its result is not a whole script.
    """
    result: str = run.get("result", "")
    if run["status"] != "completed" or not result:
        raise Refused(f"run {run['run_id']} ended as {run['status']}. To see why: {run.get('next', 'get_run_logs')}")
    if CUT.search(result):
        raise Refused(f"the script of run {run['run_id']} is too long to be passed on whole: {run.get('web_url')}")
    fenced = MARKDOWN.search(result)
    return (fenced[1] if fenced else result).rstrip("\n") + "\n"


def save(path: Path, script: str) -> None:
    """Writes an executable script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8", newline="\n")
    path.chmod(path.stat().st_mode | 0o111)


async def generate(sandscope: Sandscope, repo_id: int, files: dict[str, Path]) -> None:
    """Starts a run for each environment, then waits for each by its `next` and saves what it wrote."""
    runs: dict[str, Facts] = {}
    for environment in files:
        runs[environment] = await sandscope.facts(
            "generate_setup_commands", repo_id=repo_id, prompt=PROMPT.format(environment=environment), wait_seconds=0
        )
        print(f"{environment}: run {runs[environment]['run_id']} started", flush=True)
    for environment, path in files.items():
        run = await sandscope.finished(runs[environment])
        script = script_of(run)
        save(path, script)
        print(f"{environment}: {path}, {len(script.splitlines())} lines. {run.get('summary', '')}".rstrip(), flush=True)
        if "[redacted:" in script:
            connection.say(f"warning: {path} names a secret that was redacted; put a variable in its place.")


def main() -> int:
    """Reads the command line and writes the scripts."""
    parser = argparse.ArgumentParser(description="Setup scripts for three environments of a repository.")
    parser.add_argument("repo_id", type=int, help="Codegen repository")
    parser.add_argument("--into", type=Path, default=Path(), metavar="FOLDER", help="default: the current folder")
    parser.add_argument("--force", action="store_true", help="overwrite scripts that are there already")
    connection.add_arguments(parser)
    arguments = parser.parse_args()

    async def work(sandscope: Sandscope) -> int:
        await generate(sandscope, arguments.repo_id, targets(arguments.into, force=arguments.force))
        return 0

    return connection.run(arguments, work)


if __name__ == "__main__":
    raise SystemExit(main())
