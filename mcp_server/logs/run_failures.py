"""Which steps of a run were answered with a failure, and the lines that say so."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from mcp_server.logs.linear import LinearSet, Pattern, linear
from mcp_server.logs.runs import CapturedRun, EntrySpan
from mcp_server.logs.signals import lines_with

_ENDED: Final = r"(?i)\b(?:exit(?:ed)?[_ ]?(?:with )?(?:code|status)?|return[_ ]?code)\b\W{1,4}"
# RE2 expression -> how much a line with it tells: the message more than the code, the code more than "Traceback".
_FAILED: Final = (
    (r"^(?:(?:output|observation): )?\W{0,8}(?:\w+[.:]+)*[A-Z]\w*(?:Error|Exception|Failure|Interrupt):?(?:\s|$)", 5),
    (r"error [A-Z]{1,4}\d+|: (?:fatal )?error:|error\[E\d+\]|\bundefined reference|ld returned|\berror TS\d{4}\b", 5),
    (r"\bpanic(?:ked)?(?::| at )|^\s*thread .* panicked|goroutine \d+ \[", 5),
    (r"(?i)^\W{0,12}(?:\w+: )?(?:error|fatal|err!|failure|failed|fail|killed|aborted)\b", 4),
    (r"(?i)oomkilled|out of memory|segmentation fault|core dumped|no space left|\bSIG(?:KILL|SEGV|ABRT)\b", 4),
    (
        r"npm ERR!|gyp ERR|\bERR_[A-Z_]+|\bE(?:ACCES|ADDRINUSE|CONN[A-Z]+|EXIST|NOENT|NOSPC|NOTFOUND|PERM|RESOLVE|TIMEDOUT)\b",
        4,
    ),
    (
        r"(?i)command not found|no such file or directory|permission denied|no module named|connection refused|^conflict\b|\[rejected\]",
        4,
    ),
    (r"\b(?:ERROR|CRITICAL|SEVERE|FATAL)\b|(?i:\[\s*(?:error|fatal|severe|critical)\s*\]|\blevel=(?:error|fatal))", 3),
    (r"(?i)(?:^\W*|[=,:] ?)[1-9]\d* (?:tests? )?(?:failed|failures?|errors?)\b|(?-i:\bFAILED\b)", 3),
    (r"(?i)command failed|make(?:\[\d+\])?: \*\*\*|\bexecution failed\b|BUILD FAILED|^timeout\b|timed out", 2),
    (_ENDED + r"-?[1-9]", 2),
    (r"Traceback \(most recent call", 1),
)
_LAST_COUNTS: Final = 0
"""The sign of which the last line is the cause: of several exceptions the last one ended it."""
_HARMLESS: Final = (
    r"(?i)\b(?:0|no|without) (?:errors?|failures?|failed|failing|problems?)\b|(?:failures?|errors?|failed)[:=] ?0\b",
    r"\bPASS(?:ED)?\b|\bok$|^ok\b",
)
_ENDED_WELL: Final = _ENDED + r"0\b"
_USED: Final = (*(sign for sign, _ in _FAILED), *_HARMLESS, _ENDED_WELL)
_DESPITE_SUCCESS: Final = 4
"""What a line must tell at least for a command that says it ended well to have failed."""
_CODE: Final = 2
"""What the second line must tell at least to be worth its tokens."""
_LINES: Final = 12
"""Lines with a sign that are looked at from either end of an answer."""
_ENDING: Final = 200
"""Lines in which the last ones are looked for."""
_CHARS: Final = 400
"""Characters of a line that are looked at."""


def failures_of(run: CapturedRun) -> dict[int, tuple[int, ...]]:
    """Position in the run's entries -> numbers of the one or two telling lines of its answer, empty if only its type says so."""
    failures: dict[int, tuple[int, ...]] = {}
    lines = run.log.lines
    for position, entry in enumerate(run.entries):
        told = _telling([(number, lines[number - 1]) for number in _hits(lines, entry)])
        if told or is_error_type(entry):
            failures[position] = told
    return failures


def is_error_type(entry: EntrySpan) -> bool:
    """Whether the entry's own type says that something failed (ERROR, PR_CREATION_FAILED)."""
    kind = entry.type.upper()
    return kind == "ERROR" or kind.endswith(("_FAILED", "_ERROR"))


def _hits(lines: Sequence[str], entry: EntrySpan) -> list[int]:
    """Numbers of the lines of the answer that carry a sign: the first ones, and the last where there are more."""
    hits: list[int] = []
    for number in _signed(lines, entry.answer, entry.last):
        hits.append(number)
        if len(hits) == _LINES:
            ending = max(number + 1, entry.last - _ENDING + 1)
            hits.extend(list(_signed(lines, ending, entry.last))[-_LINES:])
            break
    return hits


def _telling(hits: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """The most telling line, and a second one if that tells something else; ascending."""
    ranked: list[tuple[int, int]] = []
    ended_well = False
    for number, line in hits:
        signs = set(_sign_set().matches(line[:_CHARS].encode("utf-8", "replace")))
        ended_well = ended_well or len(_USED) - 1 in signs
        told = max((_FAILED[n][1] for n in signs if n < len(_FAILED)), default=0)
        if told and max(signs) < len(_FAILED):
            ranked.append((told, number if _LAST_COUNTS in signs else -number))
    ranked.sort(reverse=True)
    if not ranked or (ended_well and ranked[0][0] < _DESPITE_SUCCESS):
        return ()
    best = ranked[0]
    second = next((other for other in ranked[1:] if _CODE <= other[0] < best[0]), best)
    return tuple(sorted({abs(best[1]), abs(second[1])}))


def _signed(lines: Sequence[str], first: int, last: int) -> Iterator[int]:
    """Numbers of the lines from `first` to `last` that carry one of the signs, ascending."""
    return (index + 1 for index, _ in lines_with(_any_sign(), lines, first - 1, last))


@cache
def _any_sign() -> Pattern:
    """Compiled at first use: start-up must not pay for it."""
    return linear("(?m)" + "|".join(f"(?:{sign})" for sign in _USED), one_line=True)


@cache
def _sign_set() -> LinearSet:
    return LinearSet(_USED)
