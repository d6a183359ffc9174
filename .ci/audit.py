"""Asks the public lists of known holes about pinned versions: a hole fails, a list that cannot be reached is said aloud.

python .ci/audit.py PIP_AUDIT REQUIREMENTS...
"""

import json
import subprocess
import sys
from typing import Any, cast

SERVICES = ("pypi", "osv")
# What is asked about is pinned, so nothing is resolved or installed.
OPTIONS = ("--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=15")
MISUSED = 2


def audited(command: str, requirements: str) -> list[dict[str, Any]] | None:
    """What the first list that answers says of each package; None if none does."""
    for service in SERVICES:
        asked = [command, "--vulnerability-service", service, "--requirement", requirements, *OPTIONS]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603  our own command line
        if done.returncode == MISUSED:
            sys.exit(done.stderr)
        try:
            found = cast("list[dict[str, Any]]", json.loads(done.stdout)["dependencies"])
        except ValueError:
            continue
        if any("vulns" in one for one in found):
            return found
    return None


def verdict(requirements: str, found: list[dict[str, Any]] | None) -> tuple[str, bool]:
    """A text for people, and whether there is a hole."""
    if found is None:
        return f"NOT RUN: no list of known holes can be reached from here, so {requirements} was not audited.", False
    known = [one for one in found if "vulns" in one]
    unknown = ", ".join(one["name"] for one in found if "vulns" not in one)
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in known
        for hole in one["vulns"]
    ]
    said = [f"{requirements}: {len(known)} packages audited, {len(holes)} known holes", *holes]
    return "\n".join([*said, f"NOT AUDITED: {unknown}"] if unknown else said), bool(holes)


if __name__ == "__main__":
    verdicts = [verdict(requirements, audited(sys.argv[1], requirements)) for requirements in sys.argv[2:]]
    print("\n".join(text for text, _ in verdicts))  # noqa: T201  a gate prints
    sys.exit(any(holes for _, holes in verdicts))
