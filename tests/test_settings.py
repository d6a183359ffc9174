import contextlib
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mcp_server.errors import NotConfigured
from mcp_server.server.hosted.hosting import HTTP_TOKEN
from mcp_server.settings import VARIABLES, LimitRule, Settings, base_url, read, secret


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.from_env({})
    assert settings == Settings(limits={}, budget_cap=None, redact=True, timeout_s=30, demo=False, environ={})


def test_every_variable_is_read() -> None:
    environ = {
        "SANDSCOPE_LIMITS": " a.logs = 60/30 , a.shared=off,,a.slow=1/0.5 ",
        "SANDSCOPE_BUDGET_CAP": "0.5",
        "SANDSCOPE_STATE_DIR": "/somewhere/else",
        "SANDSCOPE_CACHE": "memory",
        "SANDSCOPE_REDIS_URL": "redis://:secret@cache.example.com:6379/2",
        "SANDSCOPE_REDACT": "off",
        "SANDSCOPE_TIMEOUT_S": " 12.5 ",
        "OTHER": "x",
    }
    assert {variable.name for variable in VARIABLES} == (environ.keys() - {"OTHER"}) | {HTTP_TOKEN}
    settings = Settings.from_env(environ, demo=True)
    assert settings.limits == {"a.logs": LimitRule(60, 30), "a.shared": LimitRule(None), "a.slow": LimitRule(1, 0.5)}
    assert (settings.budget_cap, settings.redact, settings.timeout_s, settings.demo) == (0.5, False, 12.5, True)
    assert (settings.state_dir, settings.cache_on_disk) == (Path("/somewhere/else"), False)
    assert settings.redis_url == SecretStr("redis://:secret@cache.example.com:6379/2")
    assert "secret" not in repr(settings)
    assert settings.environ == environ


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES])
def test_an_empty_variable_is_an_absent_one(name: str) -> None:
    assert Settings.from_env({name: " "}) == Settings(environ={name: " "})


@pytest.mark.parametrize(
    "value",
    [
        "logs=60/60",
        "a.logs",
        "a.logs=",
        "a.logs=60",
        "a.logs=60/0",
        "a.logs=0/60",
        "a.logs=-1/60",
        "a.logs=60/1e3",
        "a.logs=on",
        "A.logs=60/60",
        "a.logs=100000/60",
        "a.logs=" + "9" * 5000 + "/60",
        "a.logs=60/60;a.users=60/60",
    ],
)
def test_a_limit_that_cannot_be_used_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(
        NotConfigured, match=r"^SANDSCOPE_LIMITS: .*codegen\.logs=60/60,codegen\.shared=off\.$"
    ) as refused:
        Settings.from_env({"SANDSCOPE_LIMITS": f"a.good=1/1,{value}"})
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SANDSCOPE_BUDGET_CAP", "0", "must be a number from 0.01 to 1"),
        ("SANDSCOPE_BUDGET_CAP", "1.1", "must be a number from 0.01 to 1"),
        ("SANDSCOPE_BUDGET_CAP", "nan", "must be a number from 0.01 to 1"),
        ("SANDSCOPE_BUDGET_CAP", "90%", "must be a number from 0.01 to 1"),
        ("SANDSCOPE_TIMEOUT_S", "0.9", "must be a number from 1 to 300"),
        ("SANDSCOPE_TIMEOUT_S", "inf", "must be a number from 1 to 300"),
        ("SANDSCOPE_TIMEOUT_S", "-5", "must be a number from 1 to 300"),
        ("SANDSCOPE_REDACT", "yes", "must be one of: on, off"),
        ("SANDSCOPE_REDACT", "ON", "must be one of: on, off"),
    ],
)
def test_a_value_that_cannot_be_used_names_the_variable_and_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    with pytest.raises(NotConfigured) as refused:
        Settings.from_env({name: value})
    assert str(refused.value) == f"{name} {allowed}."


@pytest.mark.parametrize(("name", "value"), [("SANDSCOPE_BUDGET_CAP", "0.01"), ("SANDSCOPE_TIMEOUT_S", "300")])
def test_the_ends_of_a_range_are_allowed(name: str, value: str) -> None:
    Settings.from_env({name: value})


def test_settings_never_show_the_environment() -> None:
    settings = Settings.from_env({"CODEGEN_API_TOKEN": "sk-very-secret", "SANDSCOPE_TIMEOUT_S": "5"})
    assert "sk-very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_key_is_read_without_the_spaces_around_it_and_never_shown() -> None:
    found = secret({"OLD": "", "KEY": " sk-very-secret~! "}, "OLD", "KEY", "ALIAS")
    assert found is not None
    assert (found[0].get_secret_value(), found[1]) == ("sk-very-secret~!", "KEY")
    assert "secret" not in repr(found)


def test_no_key_among_the_names_is_none() -> None:
    assert secret({"OTHER": "x"}, "KEY", "ALIAS") is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('"sk-very-secret"', "is in quotes; set it without them."),
        ("\u201csk-very-secret\u201d", "is in quotes; set it without them."),
        ("Bearer sk-very-secret", 'begins with "Bearer "; set the key alone.'),
        ("KEY=sk-very-secret", 'begins with "KEY="; set what comes after it.'),
        ("$KEY", "holds a placeholder"),
        ("%KEY%", "holds a placeholder"),
        ("<your key>", "holds a placeholder"),
        ("{{key}}", "holds a placeholder"),
    ],
)
def test_a_key_with_more_around_it_is_refused_and_not_repeated(value: str, told: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        secret({"KEY": value}, "KEY")
    assert str(refused.value).startswith(f"KEY {told}")
    assert "very-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("localhost:8080", "is not a base URL: it has no scheme; give scheme, host"),
        ("https://https://h", "is not a base URL: it has two schemes; give scheme, host"),
        ("https://h/v1", "ends with /v1, which is added to it; leave that out."),
        ("https://h/some/v1/", "ends with /v1, which is added to it; leave that out."),
        ("'https://h'", "is in quotes; set it without them."),
        ("https://${HOST}", "holds a placeholder that nobody has replaced"),
    ],
)
def test_an_address_that_is_nearly_right_is_refused_with_what_is_wrong(value: str, told: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        base_url("ADDRESS", value)
    assert str(refused.value).startswith(f"ADDRESS {told}")


@pytest.mark.parametrize("char", ["\n", "\r", "\t", " ", "\x00", "\x7f", "é", "“", "\u200b"])
def test_a_key_that_no_header_can_carry_names_variable_and_position_and_not_the_value(char: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        secret({"KEY": f"sk-very{char}secret"}, "KEY")
    text = str(refused.value)
    assert text.startswith("KEY holds a space, control or non-ASCII character at position 8 of 14; ")
    assert "very" not in text
    assert "secret" not in text


@given(st.text())
def test_a_key_is_printable_ascii_or_refused(value: str) -> None:
    with contextlib.suppress(NotConfigured):
        found = secret({"KEY": value}, "KEY")
        assert found is None or set(found[0].get_secret_value()) <= set(string.printable) - set(string.whitespace)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("http://localhost:8080/some/prefix//", "http://localhost:8080/some/prefix"),
        ("HTTPS://api_1.example.com:65535", "HTTPS://api_1.example.com:65535"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://h/a%2Fb", "https://h/a%2Fb"),
    ],
)
def test_a_base_url_is_kept_without_its_last_slash(value: str, kept: str) -> None:
    assert base_url("ADDRESS", value) == kept


@pytest.mark.parametrize(
    "value",
    [
        "api.example.com",
        "localhost:8080",
        "ftp://h",
        "http://",
        "http:///v1",
        "http://user@h",
        "http://user:very-secret@h",
        "http://@h",
        "http://h?q=1",
        "http://h?",
        "http://h/#part",
        "http://h/#",
        "http://h:0",
        "http://h:65536",
        "http://h:port",
        "http://h:",
        "http://[::1",
        "http://[1.2.3.4]",
        "http://[1::2::3]",
        "http://999.1.1.1",
        "http://2130706433",
        "http://exa mple.com",
        "http://exa\nmple.com",
        "http://h/a b",
        "http://h/a\tb",
        "http://höst",
        "http://h\\@elsewhere",
    ],
)
def test_what_is_no_base_url_is_refused_naming_the_variable_and_not_the_value(value: str) -> None:
    with pytest.raises(
        NotConfigured, match=r"^ADDRESS is not a base URL(: it has no scheme)?; give scheme, host"
    ) as refused:
        base_url("ADDRESS", value)
    assert "very-secret" not in str(refused.value)


def test_a_variable_is_read_without_the_spaces_around_it() -> None:
    assert (read({"A": " x y "}, "A"), read({"A": "  "}, "A"), read({}, "A")) == ("x y", None, None)


@pytest.mark.parametrize(
    ("redact", "cache", "on_disk"), [("on", "disk", True), ("on", "memory", False), ("off", "disk", False)]
)
def test_what_is_not_redacted_is_cached_in_memory_alone(redact: str, cache: str, on_disk: bool) -> None:  # noqa: FBT001  a case's own figure
    assert Settings.from_env({"SANDSCOPE_REDACT": redact, "SANDSCOPE_CACHE": cache}).cache_on_disk == on_disk


def test_who_asks_anew_keeps_everything_but_the_cache() -> None:
    settings = Settings.from_env({"SANDSCOPE_STATE_DIR": "/somewhere"})
    assert settings.asking_anew() == settings.model_copy(update={"cache_on_disk": False})


@pytest.mark.parametrize("value", ["state", "./state", "/a\0b"])
def test_a_state_directory_is_an_absolute_path(value: str) -> None:
    with pytest.raises(NotConfigured, match="SANDSCOPE_STATE_DIR must be the absolute path of a folder"):
        Settings.from_env({"SANDSCOPE_STATE_DIR": value})


def test_a_state_directory_may_be_below_the_home_of_whoever_runs_it() -> None:
    assert Settings.from_env({"SANDSCOPE_STATE_DIR": "~/state"}).state_dir == Path("~/state").expanduser()


@pytest.mark.parametrize(
    "value", ["http://cache.example.com", "redis:secret", "redis://", "unix://", "redis://a secret"]
)
def test_a_redis_url_that_cannot_be_used_is_refused_without_being_repeated(value: str) -> None:
    with pytest.raises(NotConfigured, match="SANDSCOPE_REDIS_URL must be a URL") as refused:
        Settings.from_env({"SANDSCOPE_REDIS_URL": value})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    [
        "redis://localhost",
        "redis://:p%40ss@h:6379/0",
        "rediss://h.example.com:6380",
        "redis://[::1]",
        "unix:///run/redis.sock",
    ],
)
def test_redis_is_named_as_its_clients_name_it(value: str) -> None:
    assert Settings.from_env({"SANDSCOPE_REDIS_URL": value}).redis_url == SecretStr(value)


@pytest.mark.parametrize("left", ["${NAME}", "${NAME:-}", "${env:NAME}", " ${user_config.name} "])
def test_what_a_client_did_not_replace_counts_as_not_set(left: str):
    assert read({"NAME": left}, "NAME") is None
    assert read({"NAME": f"key{left}"}, "NAME") == f"key{left}".strip()
