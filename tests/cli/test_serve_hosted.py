from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.test_cli import Run
from tests.hosted.issuer import AUDIENCE, ISSUER, Issuer

WRONG: dict[str, tuple[list[str], Mapping[str, str], str]] = {
    "over stdio": (["--auth", "token"], {}, "--auth says who may call over HTTP: add --transport http."),
    "hosts over stdio": (["--allow-host", "a.example"], {}, "--allow-host says who may call over HTTP"),
    "no limit": (["--transport", "http", "--caller-limit", "many"], {}, "--caller-limit must be count/seconds"),
    "no token": (["--transport", "http", "--auth", "token"], {}, "--auth token needs the bearer in SANDSCOPE_HTTP_TOKEN"),
    "a short token": (["--transport", "http"], {"SANDSCOPE_HTTP_TOKEN": "short"}, "SANDSCOPE_HTTP_TOKEN must be at least"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "environ", "told"), WRONG.values(), ids=WRONG)
def test_options_that_cannot_be_used_are_one_line(
    sandscope: Run, arguments: list[str], environ: Mapping[str, str], told: str
) -> None:
    status, out, err = sandscope(*arguments, environ=environ)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"sandscope: {told}")


def test_profiles_that_others_can_read_are_refused_at_the_start(sandscope: Run, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text("")
    profiles.chmod(0o644)
    options = ["--jwks", Issuer().publish(tmp_path), "--issuer", ISSUER, "--audience", AUDIENCE]
    status, _, err = sandscope("serve", "--transport", "http", "--auth", "jwt", "--profiles", str(profiles), *options)
    assert status == 1
    assert err.startswith("sandscope: --profiles: other users can read or change the file")
