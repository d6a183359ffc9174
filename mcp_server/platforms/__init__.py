"""What each remote says: one folder, one vendor. This is the only list of them, and of what the environment may hold."""

from collections.abc import Iterable
from itertools import combinations

from mcp_server.platforms.agentbox import AGENTBOX
from mcp_server.platforms.base import Platform
from mcp_server.platforms.codegen import CODEGEN
from mcp_server.platforms.opensandbox import OPENSANDBOX
from mcp_server.settings import VARIABLES, Environ, Variable

PLATFORMS: tuple[Platform, ...] = (CODEGEN, AGENTBOX, OPENSANDBOX)

# Words that people name a variable by, for what it holds.
_KINDS = {
    "key": {"ACCESS", "APIKEY", "AUTHORIZATION", "BEARER", "KEY", "PAT", "SECRET", "TOKEN"},
    "address": {"ADDR", "ADDRESS", "BASE", "DOMAIN", "ENDPOINT", "HOST", "SERVER", "URI", "URL"},
}


def misnamed(environ: Environ) -> list[str]:
    """What is probably a mistake in the names of variables: a sentence for each, never with a value.

    A name is told of only where the right one is known and not set: other programs have variables that begin alike.
    """
    owners = (("SANDSCOPE", VARIABLES), *((platform.name.upper(), platform.variables) for platform in PLATFORMS))
    names = {name for _, variables in owners for variable in variables for name in _names(variable)}
    told: list[str] = []
    for name in sorted(name for name in environ if name not in names and name.isascii() and name.isidentifier()):
        meant = next(filter(None, (_meant(name, owner, variables) for owner, variables in owners)), None)
        if meant and not any(environ.get(other) for other in _names(meant)):
            told.append(f"{name} is not read; did you mean {meant.name}?")
    keys = [variable.name for platform in PLATFORMS for variable in platform.variables if variable.kind == "key"]
    return told + [
        f"{one} and {other} hold the same key; one of them is another platform's."
        for one, other in combinations(keys, 2)
        if environ.get(one) and environ.get(one) == environ.get(other)
    ]


def _names(variable: Variable) -> tuple[str, ...]:
    return variable.name, *variable.aliases


def _meant(name: str, owner: str, variables: Iterable[Variable]) -> Variable | None:
    """The variable that differs by a slip of the finger; else the owner's one for the same thing."""
    bare = _bare(name)
    for variable in variables:
        right = _bare(variable.name)
        if abs(len(bare) - len(right)) <= 1 and _shortened(bare) & _shortened(right):
            return variable
    if not bare.startswith(owner):
        return None
    words = {variable: set(variable.name.split("_")) for variable in variables}
    # Said by every name, these tell nothing.
    common = {word for word in name.upper().split("_") if all(word in each for each in words.values())}
    said = set(name.upper().split("_")) - common - {"API"}
    for variable in words:
        if variable.kind and said & _KINDS[variable.kind]:
            return variable
    return next((variable for variable in words if said & words[variable]), None)


def _bare(name: str) -> str:
    return name.upper().replace("_", "")


def _shortened(name: str) -> set[str]:
    """The name, and the name without each of its characters: two names that share one differ by a slip or two."""
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}
