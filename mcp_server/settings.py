"""What is common to all platforms, read once from the environment and passed down.

Each platform parses its own variables with the same readers (`read`, `secret`, `base_url`).
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from mcp_server.errors import NotConfigured

Environ = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, as the README's table shows it.

    `kind` is what it holds, if a key or an address; `secret` ones are hidden where people are asked for them.
    """

    name: str
    meaning: str
    default: str = ""
    aliases: tuple[str, ...] = ()
    secret: bool = False
    kind: Literal["", "key", "address"] = ""


@dataclass(frozen=True, slots=True)
class LimitRule:
    """An operator's own limit for one budget group: `limit` requests per `window_s` seconds; None is unlimited."""

    limit: int | None
    window_s: float = 60.0


VARIABLES = (
    Variable("SANDSCOPE_LIMITS", "own limits, `group=count/seconds` or `group=off`, comma-separated"),
    Variable(
        "SANDSCOPE_BUDGET_CAP",
        "share of each documented limit to use, 0.01 to 1",
        "0.9 where the limit is 20 or more, else 1",
    ),
    Variable(
        "SANDSCOPE_STATE_DIR",
        "where budget, learned limits and cache live, shared by every process of this user",
        "the platform's user-state directory",
    ),
    Variable("SANDSCOPE_CACHE", "`disk` (only sanitised, redacted text; 24 h, 200 MB) or `memory`", "disk"),
    Variable("SANDSCOPE_REDIS_URL", "share budget and cache between machines (needs `sandscope[redis]`)"),
    Variable("SANDSCOPE_HTTP_TOKEN", "the bearer of `serve --transport http --auth token`, at least 20 characters"),
    Variable(
        "SANDSCOPE_REDACT",
        "`on`, or `off`: leave common secrets in log text (never loaded keys); cache in memory only",
        "on",
    ),
    Variable("SANDSCOPE_TIMEOUT_S", "hard total seconds of one upstream request, 1 to 300", "30"),
)

# Each request of a limit is a slot in memory, so counts end at five digits.
_RULE = re.compile(r"(off)|([0-9]{1,5})/([0-9]{1,6}(?:\.[0-9]{1,3})?)")
_GROUP = re.compile(r"[a-z_]+\.[a-z_]+")
_REDIS_URL = re.compile(r"(?:rediss?://[!-~]*[A-Za-z0-9\]/]|unix://[!-~]*/[!-~]+)")
_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")
# What every URL parser reads alike: neither spaces nor controls, which some drop, nor a query or fragment, even empty.
_BASE_URL = re.compile(r"(?i:https?)://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[!-\x22$->@-~]*)?")

_QUOTES = "'\"`\u2018\u2019\u201c\u201d"
# As shells, batch files, VS Code's inputs and examples write what is to be put in.
_TO_REPLACE = re.compile(r"\$\{.*\}|\$[A-Za-z_]\w*|%\w+%|<.*>|\{\{.*\}\}")


class Settings(BaseModel):
    """Everything that is common, parsed and checked.

    Attributes:
        limits: Budget group name to the operator's rule. Names are checked when the server is built.
        budget_cap: Share of each limit to use; None takes the default by size of the limit.
        state_dir: Where processes of this user share their state; None is the platform's folder.
        cache_on_disk: Whether captured logs and pages may be kept there too.
        redis_url: Shares the state between machines in place of the folder. Never shown.
        redact: Whether secret shapes in log text are replaced.
        timeout_s: Hard total seconds of one upstream request.
        demo: Whether the built-in stand-ins answer; set by the command line, never by a variable.
        environ: What was read, for the platforms to take their own variables from. Never shown.
    """

    model_config = ConfigDict(frozen=True)

    limits: Mapping[str, LimitRule] = Field(default_factory=dict[str, LimitRule])
    budget_cap: Annotated[float, Field(ge=0.01, le=1)] | None = None
    state_dir: Path | None = None
    cache_on_disk: bool = True
    redis_url: SecretStr | None = None
    redact: bool = True
    timeout_s: Annotated[float, Field(ge=1, le=300)] = 30.0
    demo: bool = False
    environ: Environ = Field(default_factory=dict[str, str], repr=False, exclude=True)

    @classmethod
    def from_env(cls, environ: Environ, *, demo: bool = False) -> "Settings":
        """Reads `SANDSCOPE_*` from `environ`.

        Raises:
            NotConfigured: A variable has a value that cannot be used; the text names it and what is allowed.
        """
        redact = _choice(environ, "SANDSCOPE_REDACT", ("on", "off")) == "on"
        cached = _choice(environ, "SANDSCOPE_CACHE", ("disk", "memory")) == "disk"
        return cls(
            limits=_limits(environ),
            budget_cap=_number(environ, "SANDSCOPE_BUDGET_CAP", None, least=0.01, most=1),
            state_dir=_directory(environ, "SANDSCOPE_STATE_DIR"),
            # What is not redacted stays in memory.
            cache_on_disk=cached and redact,
            redis_url=_redis_url(environ, "SANDSCOPE_REDIS_URL"),
            redact=redact,
            timeout_s=_number(environ, "SANDSCOPE_TIMEOUT_S", 30.0, least=1, most=300),
            demo=demo,
            environ=dict(environ),
        )

    def asking_anew(self) -> "Settings":
        """The same, with nothing known from before: what is asked is asked upstream."""
        return self.model_copy(update={"cache_on_disk": False})


def read(environ: Environ, name: str) -> str | None:
    """The value of a variable without surrounding spaces; None if absent or empty.

    What a client was to replace and did not, such as `${NAME}` or `${env:NAME}`, is nobody's value: it counts as absent.
    """
    value = environ.get(name, "").strip(" ")
    return None if _PLACEHOLDER.fullmatch(value) else value or None


def secret(environ: Environ, *names: str) -> tuple[SecretStr, str] | None:
    """The first key set among `names`, with the name it came from.

    Raises:
        NotConfigured: It holds a control or non-ASCII character, which no HTTP header may carry (RFC 9110, 5.5), or more
            than the key. The text gives the position, never the value.
    """
    for name in names:
        value = read(environ, name)
        if value is None:
            continue
        if too_much := _too_much(name, value):
            raise NotConfigured(f"{name} {too_much}.")
        for position, char in enumerate(value, start=1):
            if not " " < char < "\x7f":
                raise NotConfigured(
                    f"{name} holds a space, control or non-ASCII character at position {position} of {len(value)}; "
                    "copy the key again without line breaks or quotes."
                )
        return SecretStr(value), name
    return None


def _too_much(name: str, value: str) -> str:
    """What a value holds around the thing itself, in the words of an error; empty if nothing."""
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return "is in quotes; set it without them"
    if value.lower().startswith("bearer "):
        return 'begins with "Bearer "; set the key alone'
    if value.startswith(f"{name}="):
        return f'begins with "{name}="; set what comes after it'
    if _TO_REPLACE.fullmatch(value.rpartition("://")[2]):
        return "holds a placeholder that nobody has replaced; not every client puts variables in, so write the value itself"
    return ""


def base_url(name: str, value: str) -> str:
    """An http(s) base URL without a trailing slash.

    Args:
        name: The variable it came from.
        value: What the variable holds.

    Raises:
        NotConfigured: It is no http(s) URL, carries a user, query or fragment, or ends with the `/v1` that every platform's
            paths begin with.
    """
    if too_much := _too_much(name, value):
        raise NotConfigured(f"{name} {too_much}.")
    if _BASE_URL.fullmatch(value) is None or not _reachable(value):
        schemes = value.count("://")
        why = ": it has no scheme" if not schemes else ": it has two schemes" if schemes > 1 else ""
        raise NotConfigured(
            f"{name} is not a base URL{why}; give scheme, host and optional port and path, for example "
            "https://api.example.com or http://localhost:8080, without user, query or fragment."
        )
    bare = value.rstrip("/")
    if bare.endswith("/v1"):
        raise NotConfigured(f"{name} ends with /v1, which is added to it; leave that out.")
    return bare


def loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reachable(url: str) -> bool:
    """Whether a host of numbers is an IP address in full, and a port is 1 to 65535."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if ":" in host or host.replace(".", "").isdigit():
            ipaddress.ip_address(host)
        port = parts.port
    except ValueError:
        return False
    return port != 0


def _limits(environ: Environ) -> dict[str, LimitRule]:
    rules: dict[str, LimitRule] = {}
    for item in (read(environ, "SANDSCOPE_LIMITS") or "").split(","):
        if not item.strip():
            continue
        group, _, said = (part.strip() for part in item.partition("="))
        rule = limit_rule(said)
        if rule is None or _GROUP.fullmatch(group) is None:
            raise NotConfigured(
                f"SANDSCOPE_LIMITS: {item.strip()[:60]!r} is not group=count/seconds with both above zero and a count "
                "below 100000, nor group=off; for example codegen.logs=60/60,codegen.shared=off."
            )
        rules[group] = rule
    return rules


def limit_rule(said: str) -> LimitRule | None:
    """The rule of `count/seconds` or `off`; None if it is neither, or allows nothing."""
    match = _RULE.fullmatch(said)
    if match is None:
        return None
    if match[1]:
        return LimitRule(None)
    rule = LimitRule(int(match[2]), float(match[3]))
    return rule if rule.limit and rule.window_s else None


def _directory(environ: Environ, name: str) -> Path | None:
    value = read(environ, name)
    if value is None:
        return None
    directory = Path(value).expanduser()
    if "\0" in value or not directory.is_absolute():
        raise NotConfigured(f"{name} must be the absolute path of a folder; it is made if it does not exist.")
    return directory


def _redis_url(environ: Environ, name: str) -> SecretStr | None:
    value = read(environ, name)
    if value is None:
        return None
    # It may hold a password, so it is not repeated.
    if _REDIS_URL.fullmatch(value) is None:
        raise NotConfigured(
            f"{name} must be a URL such as redis://:password@host:6379/0, rediss://host or unix:///path."
        )
    return SecretStr(value)


def _number(environ: Environ, name: str, default: T, *, least: float, most: float) -> float | T:
    value = read(environ, name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise NotConfigured(f"{name} must be a number from {least:g} to {most:g}.")
    return number


def _choice(environ: Environ, name: str, allowed: tuple[str, ...]) -> str:
    value = read(environ, name) or allowed[0]
    if value not in allowed:
        raise NotConfigured(f"{name} must be one of: {', '.join(allowed)}.")
    return value
