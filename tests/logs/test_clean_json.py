"""JSON from upstream comes out without secrets and controls, with its structure, and the same however it was cleaned."""

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcp_server.logs.clean_json import _Cleaner, clean_json  # pyright: ignore[reportPrivateUsage]  the slow way
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import sanitise
from tests.logs.conftest import OWN_KEY

REDACTOR = Redactor([OWN_KEY], key=b"test")
SECRET = "hunter22abcX9"
NAMES = ("password", "api_key", "Authorization", "--token", "--password", "DB_PASSWORD_2", "credentials")
HIDDEN_NAMES = ("pass\x1b[0mword", "to\u200bken", "api\x00_key", "--pass\u2028word")
PIECES = (
    *(OWN_KEY, SECRET, "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB", "https://me:hunter22abc@host/"),
    *(
        "password=",
        "TOKEN: ",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----END RSA PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA1234",
    ),
    *("\x1b[31m", "\x9b1m", "\x1b]0;title\x07", "\r", "\n", "\r\n", "\t", "\x00", "\u200b", "\ud800", "世界", " ", '"'),
)
TEXTS = st.lists(st.sampled_from((*PIECES, *NAMES)) | st.text(max_size=6), max_size=5).map("".join)
KEYS = st.sampled_from(("", "name", *NAMES, *HIDDEN_NAMES, OWN_KEY)) | TEXTS
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | st.just(SECRET)
FLAGS = st.tuples(st.sampled_from((*NAMES, *HIDDEN_NAMES)), SCALARS).map(list[object])


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)


JSON = st.recursive(SCALARS | FLAGS, _grown, max_leaves=12)


def cleaned(value: Any) -> Any:
    return clean_json(value, REDACTOR)


def slowly(value: Any) -> Any:
    return _Cleaner(REDACTOR).cleaned(value)


def nested(value: Any, levels: int) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"": value}
    return value


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from strings(item)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield key
            yield from strings(item)


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Every scalar with the key it stands under, or the text before it in a list."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield key, item
            yield from fields(item)
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        yield from ((prior, item) for prior, item in itertools.pairwise(items) if isinstance(prior, str))
        for item in items:
            yield from fields(item)


@given(JSON)
@example({"a": "one line\n"})
@example(["--pass\u200bword", SECRET])
@example({"password": [SECRET, {"value": SECRET}]})
@example({"password": 12345678, "pin": [1, 2.5, None, True]})
@example(["-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA1234", "-----END RSA PRIVATE KEY-----"])
def test_the_fast_way_and_the_slow_way_give_the_same(value: Any) -> None:
    assert cleaned(value) == slowly(value)


@given(JSON, st.integers(57, 63))
def test_so_they_do_at_the_deepest_level_that_is_shown(value: Any, levels: int) -> None:
    assert cleaned(nested(value, levels)) == slowly(nested(value, levels))


@given(JSON)
@example({"pass\x1b[0mword": SECRET})
@example(["--pass\u200bword", SECRET])
def test_cleaned_again_it_stays_as_it_is(value: Any) -> None:
    clean = cleaned(value)
    assert cleaned(clean) == clean


@given(JSON)
def test_no_text_holds_what_the_redactor_or_the_sanitiser_would_remove(value: Any) -> None:
    for text in strings(cleaned(value)):
        assert REDACTOR.redact(text) == text
        assert sanitise(text)[0] == text
        assert OWN_KEY not in text


@given(JSON)
@example({"pass\x1b[0mword": SECRET})
@example({"api\x00_key": [SECRET]})
def test_no_value_is_a_secret_by_the_name_it_stands_under(value: Any) -> None:
    for name, item in fields(cleaned(value)):
        # Quotes, commas and what JSON escapes make another text of the same value.
        if name in NAMES and isinstance(item, str) and not set(item) & set("\"\\'`,\n\t"):
            pair = f'"{name}": "{item}"'
            assert REDACTOR.redact(pair) == pair


@given(JSON)
def test_nothing_is_invented_and_the_structure_stays(value: Any) -> None:
    assert _alike(value, cleaned(value))


def _alike(old: Any, new: Any) -> bool:
    if isinstance(old, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        keys = [slowly(key) for key in before]
        # Of keys that differ in what nobody sees alone, the last one stands.
        last = dict(zip(keys, before.values(), strict=True))
        return [*last] == [*after] and all(_alike(last[key], after[key]) for key in after)
    if isinstance(old, list):
        before, after = cast("list[Any]", old), cast("list[Any]", new)
        return len(before) == len(after) and all(map(_alike, before, after))
    if isinstance(old, str):
        return isinstance(new, str) and old.count("\n") == new.count("\n") and _is_left_over(old, new)
    return old == new or (not isinstance(old, bool) and isinstance(new, str) and new.startswith("[redacted:"))


def _is_left_over(old: str, new: str) -> bool:
    """Whether the new text is the old one, or at least no line of it is that was not marked as changed."""
    plain = sanitise(old)[0].split("\n")
    return all("[redacted:" in line or line == before for before, line in zip(plain, new.split("\n"), strict=True))


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Ada", "tags": ["a", "b"], "count": 3, "ratio": 0.5, "on": True, "none": None, "": ""},
        [],
        {},
        "text\n",
        7,
        None,
        math.inf,
        nested("deep", 60),
        ("a", "tuple"),
    ],
)
def test_a_clean_value_is_given_back_as_the_same_object(value: Any) -> None:
    assert cleaned(value) is value


def _inner(value: Any) -> Any:
    (inner,) = cast("list[Any]", value) if isinstance(value, list) else cast("dict[str, Any]", value).values()
    return inner


@pytest.mark.parametrize("levels", [61, 1000, 50_000])
def test_what_is_nested_too_deep_is_named_and_takes_no_deep_stack(levels: int) -> None:
    clean = cleaned(nested(SECRET, levels))
    for _ in range(60):
        clean = _inner(clean)
    assert clean == "[more than 60 levels]"


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ({"password": SECRET}, 1),
        ({"password": 12345678}, 1),
        ({"password": f'abc"{SECRET}'}, 1),
        ({"password": [SECRET, SECRET]}, 2),
        ({"user": {"api_key": SECRET, "note": "a word"}}, 1),
        (["run", "--token", SECRET, "--verbose"], 1),
        ({"args": ["--password", SECRET]}, 1),
        ({OWN_KEY: "x"}, 1),
        (f"key {OWN_KEY}", 1),
        ({"password": f"line one\n{SECRET}"}, 2),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1234\n-----END RSA PRIVATE KEY-----", 1),
        ({"password": "", "token": None, "secret": True, "passwords": []}, 0),
    ],
)
def test_secrets_show_by_their_form_their_key_and_the_flag_before_them(value: Any, secrets: int) -> None:
    text = json.dumps(cleaned(value))
    assert text.count("[redacted:") == secrets
    assert all(secret not in text for secret in (SECRET, "12345678", OWN_KEY, "MIIE"))


@pytest.mark.parametrize("name", HIDDEN_NAMES)
def test_a_telling_name_tells_also_with_something_invisible_in_its_midst(name: str) -> None:
    plain = sanitise(name)[0]
    for value in ({name: SECRET}, [name, SECRET], {name: [SECRET]}):
        text = json.dumps(cleaned(value))
        assert plain in text
        assert "[redacted:" in text
        assert SECRET not in text


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("\x1b[31mred\x1b[0m\r\n", "red\n"),
        ({"a\x1b[0mb": ["\u200b", "c\x00d"]}, {"ab": ["", "cd"]}),
        (("\x1b[0ma", 1), ["a", 1]),
        ("50 %\r100 %", "100 %"),
        ("\ud800\n\n", "\n\n"),
    ],
)
def test_controls_and_what_is_invisible_goes_and_line_ends_stay(value: Any, clean: Any) -> None:
    assert cleaned(value) == clean


def test_whoever_redacts_nothing_of_others_still_redacts_our_own_keys() -> None:
    redactor = Redactor([OWN_KEY], key=b"test", enabled=False)
    clean = clean_json({"password": SECRET, "key": OWN_KEY}, redactor)
    assert clean["password"] == SECRET
    assert clean["key"].startswith("[redacted:own-key:")


def test_of_many_clean_lines_nothing_is_copied() -> None:
    lines: Sequence[str] = [f"line {n} of a quiet log" for n in range(10_000)]
    value = {"log": "\n".join(lines), "lines": lines}
    assert cleaned(value) is value
