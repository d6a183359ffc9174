"""The environment of a process that is measured: tracing its lines would be most of what it takes."""

import os


def untraced(**more: str) -> dict[str, str]:
    """This process's environment and `more`, without what starts coverage in a child."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")} | more
