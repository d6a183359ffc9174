"""A file says which caller acts with which keys; it is for the server's eyes alone."""

import os
import re
import sys
from pathlib import Path

import pytest

from mcp_server.errors import NotConfigured
from mcp_server.server.hosted.profiles import Profile, profile_of, read_profiles

GOOD = """
[profile.acme.match]
org = "acme"
groups = ["ops", "dev"]
[profile.acme.keys]
CODEGEN_API_TOKEN = "acme-token-1234567890"

[profile."b.2"]
match = {sub = "bob"}
keys = {AGENTBOX_API_KEY = "bob-key-1234567890", AGENTBOX_ENDPOINT = "https://agentbox.example.com"}
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners are POSIX's")


def written(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "profiles.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_profiles_are_read_in_their_order(tmp_path: Path) -> None:
    environ = {"SANDSCOPE_CACHE": "memory", "CODEGEN_API_TOKEN": "the-servers-own-1234567890", "HOME": "/"}
    acme, second = read_profiles(written(tmp_path, GOOD), environ)
    assert (acme.name, second.name) == ("acme", "b.2")
    assert acme.match == {"org": {"acme"}, "groups": {"ops", "dev"}}
    # What the environment has for everybody, and no key of it.
    assert acme.environ == {"SANDSCOPE_CACHE": "memory", "CODEGEN_API_TOKEN": "acme-token-1234567890"}
    assert set(second.environ) == {"SANDSCOPE_CACHE", "AGENTBOX_API_KEY", "AGENTBOX_ENDPOINT"}
    assert (acme.secrets, second.secrets) == (("acme-token-1234567890",), ("bob-key-1234567890",))
    assert "1234567890" not in repr((acme, second))


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"org": "acme", "groups": ["dev", "other", 7]}, "acme"),
        ({"org": "acme", "groups": "ops"}, "acme"),
        ({"org": "acme", "groups": "ops", "sub": "bob"}, "acme"),
        ({"org": "acme", "sub": "bob"}, "b.2"),
        ({"org": "acme"}, None),
        ({"org": "acme", "groups": {"dev": 1}}, None),
        ({"org": ["other"], "groups": ["dev"]}, None),
        ({"sub": "bobby"}, None),
        ({}, None),
    ],
)
def test_a_caller_has_the_first_profile_of_which_every_claim_matches(
    tmp_path: Path, claims: dict[str, object], name: str | None
) -> None:
    found = profile_of(read_profiles(written(tmp_path, GOOD), {}), claims)
    assert (found.name if found else None) == name


def test_a_profile_without_claims_is_everybodys() -> None:
    everybody = Profile("", {}, {})
    assert profile_of([everybody], {}) is everybody


WRONG = {
    "no TOML": ("profile = {{", "the file is not TOML"),
    "no text": (b"\xff\xfe", "the file cannot be read: it is not UTF-8"),
    "empty": ("", "profile: Field required"),
    "no profile": ("[profile]", "profile: Dictionary should have at least 1 item"),
    "a name that is none": ('[profile."../x"]\nmatch={a="b"}\nkeys={CODEGEN_API_TOKEN="t"}', r"profile\.\.\./x.*pattern"),
    "no match": ('[profile.a.keys]\nCODEGEN_API_TOKEN="t"', r"profile\.a\.match: Field required"),
    "a match of everybody": ('[profile.a]\nmatch={}\nkeys={CODEGEN_API_TOKEN="t"}', r"profile\.a\.match: Dictionary should"),
    "no keys": ('[profile.a.match]\nsub="a"', r"profile\.a\.keys: Field required"),
    "something else": (GOOD + "[other]\nx=1", "other: Extra inputs are not permitted"),
    "another variable": (
        '[profile.a]\nmatch={sub="a"}\nkeys={SANDSCOPE_REDACT="off"}',
        r"profile\.a\.keys\.SANDSCOPE_REDACT is not a platform's variable; those are: AGENTBOX_API_KEY, ",
    ),
    "a key no header carries": (
        '[profile.a]\nmatch={sub="a"}\nkeys={CODEGEN_API_TOKEN="secret\\nsecret"}',
        r"profile\.a: CODEGEN_API_TOKEN holds a space, control or non-ASCII character at position 7",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_used_is_refused_without_its_text(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(NotConfigured, match=f"^--profiles: {told}") as refused:
        read_profiles(written(tmp_path, text), {})
    assert "secret" not in str(refused.value)
    assert not re.search(r"= *['\"]", str(refused.value))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match=r"^--profiles: the file cannot be read: No such file or directory"):
        read_profiles(tmp_path / "profiles.toml", {})


@posix
@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o640, 0o620, 0o644, 0o666])
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NotConfigured, match="other users can read or change the file, which holds keys"):
        read_profiles(written(tmp_path, GOOD, mode), {})


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    os.chown(path, 65534, -1)
    with pytest.raises(NotConfigured, match="other users can read or change the file"):
        read_profiles(path, {})


@posix
def test_a_mounted_secret_is_roots_and_read_by_our_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, GOOD, 0o640)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid == 0:
        assert len(read_profiles(path, {})) == 2
    else:
        with pytest.raises(NotConfigured):
            read_profiles(path, {})
