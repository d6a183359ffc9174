"""A table is added to a TOML file, and nothing else of the file changes."""

import tomllib
from typing import Any

import pytest

from mcp_server.commands.clients.toml_merge import merged_toml
from mcp_server.errors import NotConfigured

TABLE = {"command": "uvx", "args": ["sandscope"], "env_vars": ["A", "B"], "startup_timeout_sec": 60}
OURS: dict[str, Any] = {"mcp_servers": {"sandscope": TABLE}}
TEXT = """[mcp_servers.sandscope]
command = "uvx"
args = ["sandscope"]
env_vars = ["A", "B"]
startup_timeout_sec = 60
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", TEXT),
        ('model = "x" # mine\n', f'model = "x" # mine\n\n{TEXT}'),
        ("[tui]\nx = 1", f"[tui]\nx = 1\n\n{TEXT}"),
        ("[[a]]\n[[a]]\n", f"[[a]]\n[[a]]\n\n{TEXT}"),
        ("a = 1\r\n", f"a = 1\n\n{TEXT}".replace("\n", "\r\n")),
    ],
)
def test_a_table_that_is_not_there_comes_last(old: str, new: str):
    assert merged_toml(old, OURS) == new
    assert merged_toml(new, OURS) == new


def test_of_a_table_that_is_there_what_the_user_wrote_stays():
    old = '''# \u2028 top
[mcp_servers."sandscope"] # mine
# slow machine
startup_timeout_sec = 90
command = "old"
env_vars = [
  "B", # two
  "C",
]
enabled = false

# of another
[mcp_servers.sandscope.tools.x]
args = ["stays"]

[other]
text = """
[mcp_servers.sandscope]
command = 1
"""
'''
    new = '''# \u2028 top
[mcp_servers."sandscope"] # mine
# slow machine
startup_timeout_sec = 90
command = "uvx"
env_vars = ["B", "C", "A"]
enabled = false
args = ["sandscope"]

# of another
[mcp_servers.sandscope.tools.x]
args = ["stays"]

[other]
text = """
[mcp_servers.sandscope]
command = 1
"""
'''
    assert merged_toml(old, OURS) == new
    assert merged_toml(new, OURS) == new


def test_an_empty_table_is_filled():
    assert merged_toml("[mcp_servers.sandscope]\n", OURS) == TEXT


def test_an_entry_for_a_server_elsewhere_keeps_nothing_of_it():
    old = '[mcp_servers.sandscope]\nurl = "http://127.0.0.1:8000/mcp"\nbearer_token_env_var = "T"\nenabled = true\n'
    assert tomllib.loads(merged_toml(old, OURS)) == {"mcp_servers": {"sandscope": {**TABLE, "enabled": True}}}


def test_what_is_no_toml_is_told_by_its_place():
    with pytest.raises(NotConfigured, match=r"no valid TOML: .*line 2"):
        merged_toml("a = 1\nb = k3y\n", OURS)


@pytest.mark.parametrize(
    "text",
    [
        '[mcp_servers]\nsandscope = { command = "x" }\n',
        'mcp_servers.sandscope.command = "x"\n',
        '[mcp_servers]\nsandscope.command = "x"\n',
        "[[mcp_servers.sandscope]]\n",
    ],
)
def test_a_table_written_otherwise_is_refused(text: str):
    with pytest.raises(NotConfigured, match="not as a table of its own"):
        merged_toml(text, OURS)


@pytest.mark.parametrize("text", ["mcp_servers = {}\n", "mcp_servers = 1\n", "[[mcp_servers]]\n"])
def test_a_place_that_is_taken_is_refused(text: str):
    with pytest.raises(NotConfigured):
        merged_toml(text, OURS)
