"""The errors the demo's analysis agent knows, each with the cause and the fix it derives from the lines around it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

# How far beyond an error's first line its details are looked for.
_REACH = 60


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, the command that repairs it, and what that changes ("" where nothing would)."""

    cause: str
    fix: str
    change: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of failure: `explain` gets all lines and the index of the first that matches."""

    kind: str
    pattern: re.Pattern[str]
    explain: Callable[[Sequence[str], int], Diagnosis]


def _find(pattern: str, lines: Sequence[str], first: int) -> re.Match[str] | None:
    found = (re.search(pattern, line) for line in lines[first : first + _REACH])
    return next((match for match in found if match), None)


def _groups(pattern: str, lines: Sequence[str], first: int, otherwise: str) -> str:
    match = _find(pattern, lines, first)
    return match[1] if match else otherwise


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _dependency_conflict(lines: Sequence[str], first: int) -> Diagnosis:
    """Find the pin that another package's requirement excludes."""
    reach = lines[first : first + 4 * _REACH]
    pinned = [match for line in reach if (match := re.search(r"requested ([\w.-]+)==([\w.]+)", line))]
    pins: dict[str, str] = {match[1]: match[2] for match in pinned}
    wants = [match for line in reach if (match := re.search(r"^\s*(\S+) (\S+) depends on ([\w.-]+)([<>=!~].*)", line))]
    for owner, owner_version, name, requirement in (match.groups() for match in wants):
        upper = re.search(r"<([\d.]+)", requirement)
        pin = pins.get(name)
        if pin is not None and upper is not None and _version(pin) >= _version(upper[1]):
            spec = requirement.partition(";")[0].replace(" and ", ",").replace(" ", "")
            return Diagnosis(
                f"requirements.txt pins {name}=={pin}, but {owner} {owner_version} needs {name}{spec}: no set of "
                "versions satisfies both, so pip installs nothing, and every later import fails for that reason.",
                f"sed -i 's/^{name}==.*/{name}{spec}/' requirements.txt\npython -m pip install -r requirements.txt",
                f"requirements.txt: {name}=={pin} -> {name}{spec}",
            )
    return Diagnosis(
        "The pinned versions contradict each other.", "python -m pip install --dry-run -r requirements.txt", ""
    )


def _disk_full(lines: Sequence[str], first: int) -> Diagnosis:
    sizes = [match for line in lines if (match := re.search(r"\s(\S+)\s+\S+\s+(\S+)\s+\d+%\s+(/\S*)", line))]
    where = f" ({sizes[-1][3]}: {sizes[-1][2]} of {sizes[-1][1]} left)" if sizes else ""
    tool = "npm" if "npm" in lines[first] else "the command"
    return Diagnosis(
        f"The file system is full{where}: {tool} cannot write, and what follows works with half-written files.",
        "df -h .\nnpm cache clean --force\nrm -rf node_modules\nnpm ci",
        "sandbox settings: a larger disk",
    )


def _missing_env(lines: Sequence[str], first: int) -> Diagnosis:
    name = _groups(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b", lines, first, "A variable")
    return Diagnosis(
        f"The environment variable {name} is not set, and the program stops at its start because of that.",
        f': "${{{name}:?set {name} first}}"\nprintf \'{name}=%s\\n\' "${name}" >> .env',
        f".env.example: {name} added; setup checks that it is set",
    )


def _port_in_use(lines: Sequence[str], first: int) -> Diagnosis:
    port = _groups(r"(?:, |:)(\d{2,5})\b", lines, first, "?")
    return Diagnosis(
        f"Port {port} is already taken by another process, so the server never starts; health checks that are "
        "answered after that are answered by the other process.",
        f"fuser -v {port}/tcp\nfuser -k {port}/tcp",
        f"start script: frees port {port} before the start",
    )


def _no_name(lines: Sequence[str], first: int) -> Diagnosis:
    host = _groups(r"(?:resolve(?: host)?:? '?|for ')([\w.-]+\.\w+)", lines, first, "a host")
    return Diagnosis(
        f"Names cannot be resolved in this sandbox (first: {host}): there is no DNS, or its egress rules do not allow "
        "the host. Everything that needed the download fails after that.",
        f"getent hosts {host}\ncat /etc/resolv.conf",
        f"sandbox settings: egress to {host} allowed",
    )


def _compile_error(lines: Sequence[str], first: int) -> Diagnosis:
    match = re.match(r"([^\s:]+):(\d+):\d+: (?:fatal )?error: (.*)", lines[first])
    file, line, message = match.groups() if match else ("a file", "?", lines[first])
    names = re.search(r"[\u2018'](\w+)[\u2019'] undeclared.*did you mean [\u2018'](\w+)[\u2019']", message)
    edit = f"sed -i 's/\\b{names[1]}\\b/{names[2]}/g' {file}\n" if names else ""
    change = f"{file}: {names[1]} -> {names[2]}" if names else f"{file}, line {line}"
    return Diagnosis(f"{file} does not compile (line {line}): {message}", f"{edit}make -k", change)


def _merge_conflict(lines: Sequence[str], first: int) -> Diagnosis:
    file = _groups(r"Merge conflict in (\S+)", lines, first, "a file")
    rejected = any("[rejected]" in line for line in lines)
    later = " After that the push was refused: the branch had moved on again (non-fast-forward)." if rejected else ""
    stuck = f"{file} was changed on both sides, so the branch cannot be put on top of the other without a decision."
    return Diagnosis(
        f"{stuck}{later}",
        f"git fetch origin\ngit rebase origin/main\n# settle {file}, then\ngit add {file}\ngit rebase --continue\n"
        "git push --force-with-lease origin HEAD",
        f"{file}: both changes settled on top of origin/main",
    )


def _test_failure(lines: Sequence[str], first: int) -> Diagnosis:
    detail = _groups(r"^E\s+(.*)", lines, first, lines[first].strip())
    place = _groups(r"^(\S+\.py:\d+): ", lines, first, "a test")
    test = place.partition(":")[0]
    return Diagnosis(f"A test fails at {place}: {detail}", f"python -m pytest -x {test}", f"the code under {test}")


def _exception(lines: Sequence[str], first: int) -> Diagnosis:
    place = _groups(r"\(?((?:file://)?/?[\w./-]+\.(?:js|ts|mjs|cjs):\d+)", lines, first, "unknown:1")
    file, _, number = place.rpartition(":")
    return Diagnosis(
        f"{lines[first].strip()}, thrown at {place}",
        f"sed -n '{number}p' {file}\nnpm test",
        f"{file}: the missing value is checked before it is used",
    )


RULES: Final = (
    Rule("dependency-conflict", re.compile(r"conflicting dependencies|ResolutionImpossible"), _dependency_conflict),
    Rule("disk-full", re.compile(r"ENOSPC|No space left on device"), _disk_full),
    Rule("dns", re.compile(r"[Cc]ould not resolve|Temporary failure (?:in name resolution|resolving)"), _no_name),
    Rule("port-in-use", re.compile(r"\[Errno 98\]|EADDRINUSE|address already in use"), _port_in_use),
    Rule(
        "missing-env", re.compile(r"Error: [A-Z][A-Z0-9_]+ is (?:undefined|not set)|KeyError: '[A-Z_]+'"), _missing_env
    ),
    Rule("merge-conflict", re.compile(r"^CONFLICT \("), _merge_conflict),
    Rule("compile-error", re.compile(r"^[^\s:]+:\d+:\d+: (?:fatal )?error: "), _compile_error),
    Rule("test-failure", re.compile(r"^E\s+(?:assert\b|\w*Error\b)"), _test_failure),
    Rule("exception", re.compile(r"^\s*(?:Type|Reference|Range)Error\b.*: "), _exception),
)
