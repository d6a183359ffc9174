"""Names of variables that are probably a mistake."""

from collections.abc import Mapping

import pytest

from mcp_server.platforms import PLATFORMS, misnamed
from mcp_server.settings import VARIABLES


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CODEGEN_TOKEN", "CODEGEN_API_TOKEN"),
        ("CODEGEN_API_TOEKN", "CODEGEN_API_TOKEN"),
        ("CODGEN_API_TOKEN", "CODEGEN_API_TOKEN"),
        ("codegen_api_token", "CODEGEN_API_TOKEN"),
        ("CODEGEN_USER_ACCESS_TOKEN", "CODEGEN_API_TOKEN"),
        ("CODEGEN_ORG", "CODEGEN_ORG_ID"),
        ("CODEGEN_URL", "CODEGEN_API_BASE_URL"),
        ("AGENTBOX_TOKEN", "AGENTBOX_API_KEY"),
        ("AGENTBOX_APIKEY", "AGENTBOX_API_KEY"),
        ("AGENTBOX_URL", "AGENTBOX_ENDPOINT"),
        ("OPENSANDBOX_API_KEY", "OPEN_SANDBOX_API_KEY"),
        ("OPENSANDBOX_TOKEN", "OPEN_SANDBOX_API_KEY"),
        ("OPEN_SANDBOX_URL", "OPEN_SANDBOX_DOMAIN"),
        ("SANDSCOPE_REDISURL", "SANDSCOPE_REDIS_URL"),
        ("SANDSCOPE_TIMEOUT", "SANDSCOPE_TIMEOUT_S"),
        ("SANDSCOPE_TOKEN", "SANDSCOPE_HTTP_TOKEN"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one_and_never_with_its_value(name: str, meant: str) -> None:
    assert misnamed({name: "very-secret"}) == [f"{name} is not read; did you mean {meant}?"]


@pytest.mark.parametrize(
    "environ",
    [
        {name: "x" for variable in VARIABLES for name in (variable.name, *variable.aliases)},
        {"PATH": "/bin", "HOME": "/", "TERM": "xterm", "GITHUB_TOKEN": "x", "API_KEY": "x", "SANDBOX_URL": "x"},
        {"CODEGEN_TOKEN": "x", "CODEGEN_API_KEY": "y"},
        {"CODEGEN_API_VERSION": "2", "SANDSCOPE_NODE": "x", "OPEN_SANDBOX_COLOUR": "x"},
        {"CODEGEN_TOKEN\x1b[2J": "x"},
    ],
    ids=["right ones", "of other programs", "where the right one is set", "like no other", "no name at all"],
)
def test_what_may_well_be_meant_is_not_told_of(environ: Mapping[str, str]) -> None:
    assert misnamed(environ) == []


def test_every_platform_says_which_variable_holds_its_key_and_its_address() -> None:
    for platform in PLATFORMS:
        assert [variable.kind for variable in platform.variables if variable.kind] == ["key", "address"]


def test_one_key_for_two_platforms_is_told_without_the_key() -> None:
    told = misnamed(
        {"CODEGEN_API_TOKEN": "very-secret", "AGENTBOX_API_KEY": "very-secret", "OPEN_SANDBOX_API_KEY": "b"}
    )
    assert told == ["CODEGEN_API_TOKEN and AGENTBOX_API_KEY hold the same key; one of them is another platform's."]
