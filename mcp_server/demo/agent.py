"""The demo's coding agent: what its runs do and answer is worked out from logs and repositories when they start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_server.demo.analyst import Finding, analyse, clean, report
from mcp_server.demo.setup_script import environment_of, parts_of, setup_script
from mcp_server.platforms.codegen.stand_in_data import Json, PullRequest, Repository, Sandbox, Step, Task, Work

_FIX = re.compile(r"\b(fix|repair|resolve|solve)", re.IGNORECASE)
_NAMED = re.compile(r"\b(sandbox|run)[\s#_id:=]*(\d+)", re.IGNORECASE)
_SHOWN_LINES = 20


def action(thought: str, tool: str, tool_input: Json, tool_output: Json, observation: Json | str | None = None) -> Step:
    """Return the entry of one tool use."""
    return Step(
        message_type="ACTION",
        thought=thought,
        tool_name=tool,
        tool_input=tool_input,
        tool_output=tool_output,
        observation=observation,
    )


def plan(thought: str) -> Step:
    """Return an entry in which the agent thinks about what comes next."""
    return Step(message_type="PLAN_EVALUATION", thought=thought)


def answer(text: str) -> Step:
    """Return the last entry of a run that ends well."""
    return Step(message_type="FINAL_ANSWER", observation=text)


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """Implements the stand-in's `Agent`; it may look into the sandboxes, and knows which run used which."""

    sandboxes: Mapping[int, Sandbox]
    sandbox_of_run: Mapping[int, int]

    def analyze(self, sandbox: Sandbox, log: str) -> Work:
        """Explain a sandbox's setup log."""
        finding = analyse(log)
        text = report(finding)
        steps = (
            plan("The last message of a setup log is rarely the cause. I look for the first failure."),
            _read_log(sandbox.id, log),
            _search(finding),
            plan(f"This looks like {finding.kind.replace('-', ' ')}. I check it against the lines around it."),
            _view(finding),
            answer(text),
        )
        return Work(steps=steps, result=text, summary=finding.diagnosis.cause, seconds=6)

    def set_up(self, repository: Repository, prompt: str | None) -> Work:
        """Write setup commands for a repository."""
        environment = environment_of(prompt)
        script = setup_script(repository, prompt)
        sources = [part.source for part in parts_of(repository, environment)]
        steps = (
            plan(f"I read the manifests of {repository.name} before I write anything for {environment}."),
            action("Which manifests are there?", "list_files", {"path": "."}, {"files": sorted(repository.files)}),
            *(_read_file(repository, name) for name in dict.fromkeys(sources)),
            action(
                "Is the script well-formed?",
                "run_command",
                {"command": "bash -n setup.sh"},
                {"exit_code": 0, "stdout": "", "stderr": ""},
            ),
            answer(script),
        )
        summary = f"Setup of {repository.name} for {environment}, from {', '.join(dict.fromkeys(sources))}."
        return Work(steps=steps, result=script, summary=summary, seconds=7)

    def work(self, task: Task) -> Work:
        """Do what the prompt says: repair what it names or quotes, or report on the repository."""
        name = task.repository.name if task.repository else "the repository"
        finding = self._finding(task)
        if not _FIX.search(task.prompt) or finding is None or not finding.diagnosis.change:
            return _survey(task, name)
        return _repair(finding, name)

    def _finding(self, task: Task) -> Finding | None:
        """Find what is to be repaired: in the sandbox of the metadata, one the prompt names, or the prompt's own text."""
        for sandbox_id in self._named(task):
            sandbox = self.sandboxes.get(sandbox_id)
            if sandbox is not None and sandbox.setup_log is not None:
                return analyse(sandbox.setup_log())
        quoted = analyse(task.prompt)
        return quoted if quoted.evidence and quoted.kind not in ("success", "cut-short") else None

    def _named(self, task: Task) -> list[int]:
        named = [task.metadata.get("sandbox_id")]
        for kind, number in _NAMED.findall(task.prompt):
            is_run = kind.lower() == "run"
            named.append(self.sandbox_of_run.get(int(number)) if is_run else int(number))
        return [one for one in named if isinstance(one, int)]


def _read_log(sandbox_id: int, log: str) -> Step:
    lines = clean(log)
    return action(
        "First the end of the log, to see how it stopped.",
        "read_setup_log",
        {"sandbox_id": sandbox_id, "tail": _SHOWN_LINES},
        {"total_lines": len(lines), "stdout": "\n".join(lines[-_SHOWN_LINES:])},
    )


def _search(finding: Finding) -> Step:
    matches = [{"line": number, "text": text} for number, text in finding.evidence]
    return action(
        "Now every line that reports a failure, the earliest first.",
        "ripgrep_search",
        {"query": "error|fatal|failed|conflict|no space|undeclared", "ignore_case": True},
        {"matches": len(matches), "lines": matches},
        f"Found {len(matches)} lines that matter.",
    )


def _view(finding: Finding) -> Step:
    first = finding.evidence[0][0]
    return action(
        "What ran when it happened?",
        "view_lines",
        {"start": first, "count": len(finding.evidence)},
        {"command": finding.command, "exit_code": finding.exit_code},
        {"kind": finding.kind, "first_line": first},
    )


def _read_file(repository: Repository, name: str) -> Step:
    return action(f"What does {name} say?", "view_file", {"path": name}, {"content": repository.files[name]})


def _survey(task: Task, name: str) -> Work:
    files = sorted(task.repository.files) if task.repository else []
    text = f"Looked through {name}: {len(files)} files at its root. Nothing was changed, because nothing to repair was named."
    steps = (
        plan(f"The task: {task.prompt[:200]}"),
        action("What is there?", "list_files", {"path": "."}, {"files": files}),
        action(
            "Is the work tree clean?", "run_command", {"command": "git status --short"}, {"exit_code": 0, "stdout": ""}
        ),
        answer(text),
    )
    return Work(steps=steps, result=text, summary=text, seconds=6)


def _repair(finding: Finding, name: str) -> Work:
    """Return a run that makes the change its finding asks for and opens a pull request with it."""
    change = finding.diagnosis.change
    title = f"Fix {finding.kind.replace('-', ' ')}: {change}"
    number = 480 + len(change) % 100
    url = f"https://github.com/{name}/pull/{number}"
    text = f"Fixed. Changed {change}.\n\nCause: {finding.diagnosis.cause}\n\nVerified with:\n```bash\n{finding.diagnosis.fix}\n```\n\nPull request: {url}"
    steps = (
        plan(f"Cause: {finding.diagnosis.cause}"),
        action("I make the smallest change that removes it.", "edit_file", {"change": change}, {"status": "edited"}),
        action(
            "Does it hold?",
            "run_command",
            {"command": finding.diagnosis.fix},
            {"exit_code": 0, "stdout": "", "stderr": ""},
        ),
        Step(message_type="INITIAL_PR_GENERATION", thought="The change is small and verified; I open a pull request."),
        Step(message_type="PR_EVALUATION", thought="All checks passed.", observation={"url": url, "checks": "passed"}),
        answer(text),
    )
    opened = PullRequest(id=number, title=title, url=url, head_branch_name=f"codegen/fix-{finding.kind}")
    return Work(steps=steps, result=text, summary=f"Changed {change}", pull_requests=(opened,), seconds=9)
