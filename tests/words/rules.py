"""What no text of ours does, each with the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping

from mcp_server.platforms import PLATFORMS
from mcp_server.platforms.codegen.models import MESSAGE_TYPES
from mcp_server.settings import VARIABLES

# Names of others that are written in capitals.
_CAPITALS = frozenset(
    {
        "API",
        "COMMAND",
        "DNS",
        "ECMP",
        "FILE",
        "HEAD",
        "HOST",
        "HTTP",
        "ID",
        "JSON",
        "JWT",
        "KEY",
        "MB",
        "MCP",
        "NAME",
        "OOM",
        "PATH",
        "PORT",
        "POST",
    }
) | frozenset(
    {
        "RE2",
        "REST",
        "RPC",
        "SCHEME",
        "SSE",
        "TLS",
        "TOML",
        "TOOL",
        "UNKNOWN",
        "URL",
        "UTC",
        "UTF",
        "SQL",
        "URI",
        "VALUE",
        "VS",
    }
)
# Ends and codes that platforms, Linux and Node name so.
_THEIRS = frozenset({"EADDRINUSE", "EAI_AGAIN", "ENOSPC", "ADMIN", "MANAGER", "MEMBER", "OTEL", "SLACK", "GITHUB"}) | {
    "SETUP_COMMANDS",
    "AGENT_RUN_LINK",
    "README",
}
KNOWN_CAPITALS = (
    _CAPITALS
    | _THEIRS
    | {name for known in MESSAGE_TYPES for name in (known, *known.split("_"))}
    | {
        name
        for each in (*VARIABLES, *(v for p in PLATFORMS for v in p.variables))
        for name in (each.name, *each.aliases)
    }
)
SHOUTED = re.compile(r"(?<![\w}-])[A-Z][A-Z0-9_]+(?![\w-])")

FORBIDDEN: Mapping[str, str] = {
    r"\bplease\b|\bsorry\b|\bunfortunately\b|\boops\b": "politeness costs tokens and tells nothing to do",
    r"\bsimply\b|\bjust (?:call|set|use|add|do)\b|\bobviously\b|\beasily\b|\bof course\b": "it is not simple for whoever reads an error",
    r"\bsomething went wrong\b|\ban error (?:has )?occurr?ed\b|\bunexpected error\b": "it does not say what went wrong",
    r"\btry (?:it )?(?:again|later)\b|\blater\.": "when? say seconds or a condition, and which call",
    r"\bhandl(?:e|es|ed|ing)\b|\bmanag(?:e|es|ed|ing)\b|\bperform(?:s|ed|ing)?\b|\bprocess(?:ed|ing)\b|\bdeal with\b": (
        "a vague verb; say what is done"
    ),
    r"(?<!!)!(?!!)": "an exclamation mark shouts",
    r"^invalid\b|\binvalid(?: \w+)?[.!]?$": "say what it must be",
    r"\byou (?:must have|forgot|failed|should have)\b|\byour (?:fault|mistake)\b": "it blames",
    r"\bis asked for\b|\bany ?more\b|\bwhat is (?:longer|more)\b|\bof several who\b|\bask again with\b|\bagain and again\b": (
        "not English as it is spoken"
    ),
}
# In prompts, on what a model looks for in a run.
_FITTING = ("the same tool with the same input again and again",)


def faults(text: str) -> Iterator[str]:
    """What is wrong with a text: the words, and why."""
    for fitting in _FITTING:
        text = text.replace(fitting, "")
    for pattern, reason in FORBIDDEN.items():
        for found in re.finditer(pattern, text, re.IGNORECASE):
            yield f"{found.group()!r}: {reason}"
    for found in SHOUTED.finditer(text):
        if found.group() not in KNOWN_CAPITALS and not found.group().startswith("OTEL_"):
            yield f"{found.group()!r}: it shouts, or is a name that nobody knows"


# When the same call can succeed: seconds, or a condition.
WHEN = re.compile(r"\bin (?:\{\}|[\d.]+) s\b|\bonce\b|\bthen call again\b|\bwhen\b|\bfor another\b")


def sentences(text: str) -> int:
    """How many a text has; quoted words of others count for nothing."""
    own = re.sub(r'"[^"]*"', "", text)
    return len(re.findall(r"[.?](?= [A-Z]|$)", own))


def unknown_names(text: str, known: Iterable[str]) -> set[str]:
    """Names of things to use (`in_snake_case`, `IN_CAPITALS` or `--options`) that do not exist."""
    own = re.sub(r'"[^"]*"|\S+://\S+', "", text)
    named = re.findall(
        r"(?<![\w.{/$-])(?:[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+|--[a-z]+(?:-[a-z]+)*)(?![\w/]|\.\w)", own
    )
    return set(named) - set(known)
