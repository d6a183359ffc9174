"""The team directory, read page by page."""

import json
import subprocess
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from mcp_server.demo.people import users

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_everybody_is_in_it_once_by_role_however_large_the_pages(run_example: Run):
    done = run_example("team_directory", "--json", "--page-size", 3, "--demo")
    assert done.returncode == 0, done.stderr
    directory: dict[str, Any] = json.loads(done.stdout)
    assert directory["total"] == len(users())
    for role in ("ADMIN", "MANAGER", "MEMBER"):
        assert [user["user_id"] for user in directory["by_role"][role]] == [
            user.id for user in users() if user.role == role
        ]


@pytest.mark.slow
def test_people_read_names_totals_and_what_is_missing(run_example: Run):
    done = run_example("team_directory", "--demo")
    assert done.returncode == 0
    assert done.stdout.startswith("Team directory: 8 members\n\nADMIN (1)\n  @dana-okafor · Dana Okafor · ")
    assert "\nno role (1)\n  @old-account · Former Colleague\n" in done.stdout
    assert done.stdout.endswith(
        "Incomplete profiles (2)\n  @acme-ci lacks full_name, email\n  @old-account lacks email, role\n"
    )


@pytest.mark.slow
def test_a_page_size_out_of_range_is_refused_by_the_server(run_example: Run):
    done = run_example("team_directory", "--page-size", 1000, "--demo")
    assert done.returncode == 1
    assert "limit" in done.stderr


def test_somebody_without_a_name_anywhere_is_named_by_id(load_example: Callable[[str], ModuleType]):
    directory = load_example("team_directory").directory_of([{"user_id": 5}])
    assert directory["incomplete"] == {"user 5": ["full_name", "email", "role"]}
