from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, create_model

from mcp_server.errors import InvalidArgument
from mcp_server.server.arguments import check_names, invalid

SCHEMA = {"properties": {"run_id": {"type": "integer"}, "find": {"type": "string"}, "force": {"type": "boolean"}}}
Arguments = create_model(
    "get_runArguments",
    run_id=(Annotated[int, Field(ge=1)], ...),
    kind=(Literal["all", "logs"], "all"),
    types=(list[int], []),
)


def rejected(arguments: dict[str, Any]) -> InvalidArgument:
    with pytest.raises(ValidationError) as wrong:
        Arguments.model_validate(arguments)
    return invalid("get_run", wrong.value, SCHEMA)


def test_known_arguments_pass() -> None:
    check_names("get_run", {"run_id": 1, "find": "x", "force": True}, SCHEMA)
    check_names("get_run", {}, {})


def test_an_unknown_argument_is_refused_with_those_allowed() -> None:
    with pytest.raises(InvalidArgument) as error:
        check_names("get_run", {"run_id": 1, "zoom": 1, "id": 2}, SCHEMA)
    assert str(error.value) == "Unknown argument id. get_run takes: run_id, find, force."


def test_a_tool_without_arguments_says_so() -> None:
    with pytest.raises(InvalidArgument, match=r"whoami takes: no arguments\."):
        check_names("whoami", {"x": 1}, {"properties": {}})


def test_a_name_is_repeated_only_as_far_as_it_is_safe() -> None:
    with pytest.raises(InvalidArgument) as error:
        check_names("whoami", {"a\n\x1b[31mü" + "x" * 1000: 1}, {})
    assert str(error.value) == f"Unknown argument a??[31m?{'x' * 32}. whoami takes: no arguments."


def test_a_boolean_is_no_number() -> None:
    with pytest.raises(InvalidArgument, match=r"^run_id must be an integer, not a boolean\.$"):
        check_names("get_run", {"run_id": True}, SCHEMA)


def test_what_is_wrong_is_said_for_every_argument_without_its_value() -> None:
    error = rejected({"run_id": "secret words", "kind": "secret words", "types": [1, "secret words"]})
    assert str(error) == (
        "run_id must be a valid integer; kind must be 'all' or 'logs'; types.1 must be a valid integer. "
        "get_run takes: run_id, find, force."
    )


def test_what_is_missing_is_required() -> None:
    assert str(rejected({})) == "run_id is required. get_run takes: run_id, find, force."


def test_what_is_out_of_range_names_the_range() -> None:
    assert str(rejected({"run_id": 0})).startswith("run_id must be greater than or equal to 1. ")
