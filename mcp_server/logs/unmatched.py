"""What a search that found nothing offers instead: the same words in other letters, words spelled nearly so, what does occur."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final

from mcp_server.errors import InvalidArgument
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.search import quoted, terms
from mcp_server.logs.signals import bad_lines

# An escape is passed over together with its letter: `\bname` asks for the word `name`.
_ASKED: Final = re.compile(r"\\.|[A-Za-z][A-Za-z_]{3,39}", re.ASCII | re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z_]{3,39}", re.ASCII)
_TELLING_LINES: Final = 2000
_LINE_CHARS: Final = 400
_VOCABULARY: Final = 3000
_ASKED_WORDS: Final = 8
"""Words of an expression that are looked for; each costs milliseconds."""
_NEAR: Final = 0.75
_LENGTHS: Final = 2
"""Letters that a word may have more or less than one spelled nearly so."""

Count = Callable[[str], int]
"""How many lines an expression matches."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What to say, in sentences, and an expression that does match; empty if none is known."""

    said: str
    find: str


def offer(log: CapturedLog, find: str, count: Count) -> Offer:
    """What to look for instead of an expression that matches nothing."""
    said: list[str] = []
    finds: list[str] = []
    if not find.startswith("(?i)") and (alike := _counted(count, f"(?i){find}")):
        said.append(f"{_lines(alike)} with (?i).")
        finds.append(f"(?i){find}")
    nearly = _respelled(find, _vocabulary(log))
    if nearly != find and (matching := _counted(count, nearly)):
        said.append(f"{_lines(matching)} `{quoted(nearly)}`.")
        finds.append(nearly)
    occurring = terms(log)
    told = ", ".join(f"{term} ({number:,})" for term, number in occurring)
    said.append(f"Signs of failure here: {told or 'none of the usual words'}.")
    return Offer(" ".join(said), next(iter([*finds, *(term for term, _ in occurring)]), ""))


def _lines(count: int) -> str:
    return f"{count:,} {'line matches' if count == 1 else 'lines match'}"


def _counted(count: Count, find: str) -> int:
    try:
        return count(find)
    except InvalidArgument:
        # Too long with what was added, or a word stood where only some names may.
        return 0


def _vocabulary(log: CapturedLog) -> Mapping[str, str]:
    """Words of the telling lines in small letters -> as they are written most."""
    tally: Counter[str] = Counter()
    for index, _ in islice(bad_lines(log.lines), _TELLING_LINES):
        tally.update(_WORD.findall(log.lines[index][:_LINE_CHARS]))
    words: dict[str, str] = {}
    for word, _ in tally.most_common(_VOCABULARY):
        words.setdefault(word.lower(), word)
    return words


def _respelled(find: str, words: Mapping[str, str]) -> str:
    """The expression with each plain word that the log lacks replaced by the one nearest to it."""
    asked = islice(_ASKED.finditer(find), _ASKED_WORDS)
    return "".join(_pieces(find, words, asked))


def _pieces(find: str, words: Mapping[str, str], asked: Iterator[re.Match[str]]) -> Iterator[str]:
    done = 0
    for match in asked:
        word = match.group().lower()
        if word in words:
            continue
        about = [known for known in words if abs(len(known) - len(word)) <= _LENGTHS]
        if near := get_close_matches(word, about, n=1, cutoff=_NEAR):
            yield find[done : match.start()] + words[near[0]]
            done = match.end()
    yield find[done:]
