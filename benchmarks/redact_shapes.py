"""Where secrets stand in logs: templates by family, to be filled with secrets that are valid nowhere.

In a template, `{s}` is the secret and `{r}` some harmless random characters; nothing else is replaced. A template that
escapes its text holds the secret as it is there, since no secret of these kinds has a character that would be escaped.
"""

import base64
import random
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

_ALNUM: Final = string.ascii_letters + string.digits
_HEX: Final = "0123456789abcdef"


class Positive(NamedTuple):
    """A text with one secret in it."""

    family: str
    text: str
    secret: str


def _some(dice: random.Random, alphabet: str, least: int, most: int = 0) -> str:
    while True:
        made = "".join(dice.choices(alphabet, k=dice.randint(least, most or least)))
        if any(char.isdigit() for char in made) and not made.isdigit():
            return made


def _jwt(dice: random.Random) -> str:
    parts = ('{"alg":"RS256"}', f'{{"sub":"{_some(dice, _ALNUM, 12)}"}}')
    first = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    return f"{first}.{_some(dice, _ALNUM + '-_', 43)}"


def _pair(dice: random.Random) -> str:
    return base64.b64encode(f"deploy:{_some(dice, _ALNUM, 12)}".encode()).decode()


KINDS: Final[Mapping[str, Callable[[random.Random], str]]] = {
    "opaque": lambda dice: _some(dice, _ALNUM, 20, 48),
    "hex": lambda dice: _some(dice, _HEX, dice.choice((32, 40, 64))),
    "base64": lambda dice: _some(dice, _ALNUM + "+/", 42) + "==",
    "uuid": lambda dice: "-".join(_some(dice, _HEX, size) for size in (8, 4, 4, 4, 12)),
    "password": lambda dice: dice.choice("BCDFGH") + _some(dice, _ALNUM + "!#^*_", 8, 15),
    "weak": lambda dice: dice.choice(("hunter", "letmein", "winter", "dragon")) + str(dice.randint(10, 9999)),
    "odd": lambda dice: "p" + _some(dice, _ALNUM + "#?!*^$", 9, 14) + "7",
    "jwt": _jwt,
    "pair": _pair,
    "github": lambda dice: "ghp_" + _some(dice, _ALNUM, 36),
    "aws": lambda dice: "AKIA" + _some(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "aws-secret": lambda dice: _some(dice, _ALNUM + "+/", 40),
    "slack": lambda dice: f"xoxb-{dice.randint(10**11, 10**12 - 1)}-{_some(dice, _ALNUM, 24)}",
    "stripe": lambda dice: "sk_live_" + _some(dice, _ALNUM, 24),
    "base32": lambda dice: _some(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32),
    "pem": lambda dice: _some(dice, _ALNUM + "+/", 64),
}


class Family(NamedTuple):
    """Places of one sort.

    Attributes:
        kinds: Which KINDS of secrets stand there, blank-separated.
        templates: One text each.
    """

    kinds: str
    templates: tuple[str, ...]


def positives(families: Mapping[str, Family], seed: int, rounds: int) -> Iterator[Positive]:
    """Every template of every family with every kind of secret, `rounds` times."""
    dice = random.Random(seed)  # noqa: S311 the secrets are valid nowhere, and the same in each run
    for _ in range(rounds):
        for name, family in families.items():
            for template in family.templates:
                for kind in family.kinds.split():
                    secret = KINDS[kind](dice)
                    filled = template.replace("{r}", _some(dice, _ALNUM, 8)).replace("{s}", secret)
                    yield Positive(name, filled, secret)
