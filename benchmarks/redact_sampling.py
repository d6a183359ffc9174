"""Texts with secrets drawn from the regular expressions of a rule file, which is read where it is and not kept."""

import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

from benchmarks.redact_shapes import Positive

# The parser of `re` is not public; nothing else here takes an expression apart.
import re._parser as parser  # pyright: ignore[reportMissingImports, reportMissingModuleSource]  # isort: skip

_SHAPES: Final = (
    '{i}_token = "{s}"',
    "{i}_token={s}",
    "{i}_token: {s}",
    '{"{i}_token": "{s}"}',
    '{\\"{i}_token\\": \\"{s}\\"}',
    "export {I}_TOKEN={s}",
    '{i}Token := "{s}"',
    "'{i}Token' => '{s}'",
    "<{i}Token>{s}</{i}Token>",
    "{I}_TOKEN ?= {s}",
)
_MOST_REPEATS: Final = 12
"""Where an expression has no upper bound: so many more than its lower one."""
_LEAST: Final = 6
"""Characters: what is shorter is a part of a secret, such as a name."""
_PRINTABLE: Final = "".join(map(chr, range(33, 127)))


def sampled(rules: Path, seed: int, each: int) -> Iterator[Positive]:
    """Secrets of every rule with an expression, in assignments; those of a rule whose expression cannot be drawn are left out."""
    dice = random.Random(seed)  # noqa: S311 the secrets are valid nowhere, and the same in each run
    for rule in tomllib.loads(rules.read_text(encoding="utf-8"))["rules"]:
        expression = str(rule.get("regex", ""))
        try:
            tree: list[Any] = list(cast("Any", parser).parse(_as_python(expression)))
        except re.error:
            continue
        secret_tree = _secret_part(tree)
        word = re.sub(r"\W", "", str((rule.get("keywords") or [rule["id"]])[0])) or "x"
        for number in range(each):
            secret = _draw(secret_tree, dice)
            shape = _SHAPES[number % len(_SHAPES)]
            text = shape.replace("{i}", word).replace("{I}", word.upper()).replace("{s}", secret)
            if len(secret) >= _LEAST:
                yield Positive(str(rule["id"]), text, secret)


def _as_python(expression: str) -> str:
    """Go's syntax in Python's, as far as it differs and matters to what is drawn."""
    expression = expression.replace(r"\z", r"\Z").replace("[[:alnum:]]", "[0-9A-Za-z]")
    return re.sub(r"\(\?-?[a-z]+(?:-[a-z]+)?\)", "", re.sub(r"\(\?-?[a-z-]+:", "(?:", expression))


def _secret_part(tree: Sequence[Any]) -> Sequence[Any]:
    """What the first group matches, or all."""
    return next((found for found in map(_group, tree) if found is not None), tree)


def _group(node: Any) -> Sequence[Any] | None:
    kind, value = str(node[0]), node[1]
    if kind == "SUBPATTERN" and value[0] is not None:
        return list(value[3])
    inner: Iterable[Any] = ()
    if kind == "SUBPATTERN":
        inner = value[3]
    elif kind == "BRANCH":
        inner = (node for branch in value[1] for node in branch)
    elif kind.endswith("REPEAT"):
        inner = value[2]
    return next((found for found in map(_group, inner) if found is not None), None)


def _draw(tree: Iterable[Any], dice: random.Random) -> str:
    return "".join(_drawn(str(node[0]), node[1], dice) for node in tree)


def _drawn(kind: str, value: Any, dice: random.Random) -> str:
    text = ""
    if kind == "LITERAL":
        text = chr(value)
    elif kind == "ANY":
        text = "."
    elif kind == "IN":
        text = dice.choice(_class(value))
    elif kind == "BRANCH":
        text = _draw(dice.choice(value[1]), dice)
    elif kind == "SUBPATTERN":
        text = _draw(value[3], dice)
    elif kind.endswith("REPEAT"):
        least, most, inner = value
        times = dice.randint(least, min(int(most), least + _MOST_REPEATS))
        text = "".join(_draw(inner, dice) for _ in range(times))
    return text


def _class(members: Iterable[Any]) -> str:
    chars: set[str] = set()
    negated = False
    for kind, value in members:
        name = str(kind)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            chars.add(chr(value))
        elif name == "RANGE":
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            wanted = {"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}.get(str(value), r"\S")
            chars.update(char for char in _PRINTABLE if re.match(wanted, char))
    return "".join(sorted(set(_PRINTABLE) - chars if negated else chars)) or " "
