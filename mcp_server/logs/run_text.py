"""What a step says in few tokens: its own words without what other steps say as well, then the telling part of its answer."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.tokens import cut, estimate

_CHARS: Final = 600_000
"""Characters of a run that are looked at for its outline."""
_STEP_CHARS: Final = (400, 60_000)
"""The least and the most of them that are a step's."""
_SHARED: Final = 3
"""Steps that must have three words in a row in common, at least, before these count as a template."""
_SHARED_PART: Final = 8
"""One step in so many must."""
_TEMPLATE: Final = 6
"""Words of a template at the beginning of a step that are worth leaving out; elsewhere twice as many."""
_LED: Final = 2
"""Words of a template at the beginning of a step that stay, so that its kind is seen."""
_ROOMY: Final = 20
"""Tokens from which they do."""
_ENDING: Final = 48
"""Tokens from which the end of a long text is shown as well."""
_CALM: Final = 100
"""Tokens that the answer to a step that went well is worth."""
_NEAR: Final = 160
"""Characters within which a telling line is seen at once."""
_LEAST: Final = 4
"""Tokens of an answer below which it tells nothing."""
_SAME: Final = 40
"""Characters from which saying it again costs more than a reference."""
_PADDING: Final = " a a a a a a a a"
GAP: Final = ".."


@dataclass(frozen=True, slots=True)
class Told:
    """Words of a step: `full`; without what is a template, `bare`; and with the begin of the template, `led`."""

    full: str
    bare: str
    led: str
    is_reference: bool = False

    def cut_for(self, limit: int) -> str:
        """The words to cut when not all fit."""
        return self.led if limit >= _ROOMY else self.bare


_NOTHING: Final = Told("", "", "")


@dataclass(frozen=True)
class StepText:
    """What a step says.

    Attributes:
        own: What the agent thought and asked for; what an earlier step said is a reference to that.
        failure: The telling lines of a failing answer, empty without and for a reference.
        answer: What it was told, or a reference likewise.
        failing: Whether the answer tells of a failure.
        echo: Number of the step it repeats if it says nothing that earlier ones do not, else 0.
    """

    own: Told
    failure: str
    answer: Told
    failing: bool
    echo: int

    @property
    def templated(self) -> bool:
        """Whether it begins as many others do: a report rather than an act."""
        told = self.own if self.own.full else self.answer
        return told.led != told.bare

    @cached_property
    def whole(self) -> str:
        """All of it, but for the middle of a long answer to a step that went well."""
        answer = self.answer.full
        if self.failure and self.failure not in answer[:_NEAR]:
            # What failed is said first where it would be far down.
            answer = f"{self.failure} {GAP} {answer}"
        elif self.own.full and not self.failing:
            answer = sliced(answer, _CALM)
        return " ".join(filter(None, (self.own.full, self._sign if answer else "", answer)))

    @property
    def _sign(self) -> str:
        return "!!" if self.failing else "->" if self.own.full else ""

    def within(self, limit: int) -> str:
        """The step in at most `limit` tokens."""
        if fits(self.whole, limit):
            return self.whole
        own, rest = self.own.cut_for(limit), self.answer.cut_for(limit)
        if self.failure:
            rest = f"{self.failure} {GAP} {rest}"
        rest = f"{self._sign} {rest}".strip() if rest else ""
        part = limit // 2 if self.failing else limit // 3 if limit >= _ROOMY else 0
        told = own if self.own.is_reference else sliced(own, limit - min(estimate(rest[: 16 * limit]), part) - 1)
        left = limit - estimate(told) - 1
        return f"{told} {sliced(rest, left) if left >= _LEAST else ''}".strip()

    def least(self, chars: int) -> int:
        """Tokens of about so many characters of it, in which it begins to tell."""
        told = self.own if self.own.full else self.answer
        return estimate((told.full if told.is_reference else self.failure or told.bare)[:chars])

    def need(self, limit: int) -> int:
        """Tokens of all of it, or `limit` if that is less."""
        return min(estimate(self.whole[: 16 * limit]) + 1, limit) if self.whole else 0


NO_TEXT: Final = StepText(_NOTHING, "", _NOTHING, failing=False, echo=0)
"""Of a row that says all in its opening."""


def fits(text: str, limit: int) -> bool:
    """Whether a text takes at most `limit` tokens."""
    # No token of a log is longer than 16 characters on average.
    return len(text) <= 16 * limit and estimate(text) <= limit


def clip(text: str, limit: int) -> str:
    """The beginning of a text in at most `limit` tokens, without a mark where it ends."""
    if limit <= 0 or fits(text, limit):
        return text if limit > 0 else ""
    # `cut` keeps room for its mark, three tokens.
    return cut(text[: 16 * limit] + _PADDING, limit + 3).removesuffix("…").rstrip()


def sliced(text: str, limit: int) -> str:
    """The beginning of a text and, where there is room for both, its end."""
    if fits(text, limit):
        return text
    if limit < _ENDING:
        return clip(text, limit)
    words = text[-4 * limit :].split(" ")
    spent, first = 0, len(words)
    while first > 1 and (spent := spent + estimate(f" {words[first - 1]}")) <= limit // 4:
        first -= 1
    ending = " ".join(words[first:])
    return f"{clip(text, limit - estimate(ending) - 2)} {GAP} {ending}".rstrip()


def step_texts(run: CapturedRun, failures: Mapping[int, Sequence[int]], shown: Sequence[int]) -> dict[int, StepText]:
    """The texts of the steps at the positions `shown`, ascending; `failures` has the telling lines of failing answers."""
    chars = min(max(_CHARS // max(len(shown), 1), _STEP_CHARS[0]), _STEP_CHARS[1])
    lines = run.log.lines
    owns: dict[int, str] = {}
    answers: dict[int, str] = {}
    for n in shown:
        entry = run.entries[n]
        owns[n] = _joined(lines[entry.first : entry.answer - 1], chars, _own_line)
        answers[n] = _joined(lines[entry.answer - 1 : entry.last], chars, _answer_line)
    templates = _Templates([*owns.values(), *answers.values()], len(shown))
    firsts: dict[str, int] = {}
    texts: dict[int, StepText] = {}
    for n in shown:
        said = owns[n], answers[n]
        met = [firsts.setdefault(text, n) for text in said]
        own, answer = (
            _reference(run.entries[first].number) if first != n and len(text) >= _SAME else templates.told(text)
            for first, text in zip(met, said, strict=True)
        )
        # What is not there needs no earlier one.
        echoed = [first for first, text in zip(met, said, strict=True) if text]
        echo = run.entries[echoed[0]].number if echoed and n not in echoed else 0
        if echo and answer == own and own.is_reference:
            answer = _NOTHING
        failing = n in failures and answer != _NOTHING
        telling = [lines[number - 1] for number in failures.get(n, ())] if failing and not answer.is_reference else []
        # What the answer begins with is seen anyway.
        telling = [line for line in telling if not answer.bare.startswith(" ".join(_answer_line(line).split()))]
        texts[n] = StepText(own, _joined(telling, chars, _answer_line), answer, failing=failing, echo=echo)
    return texts


def _reference(number: int) -> Told:
    return Told(*[f"as #{number}"] * 3, is_reference=True)


def _own_line(line: str) -> str:
    return f"> {line[7:]}" if line.startswith("input: ") else line.removeprefix("thought: ")


def _answer_line(line: str) -> str:
    return line.removeprefix("output: ").removeprefix("observation: ")


def _joined(lines: Sequence[str], chars: int, unlabelled: Callable[[str], str]) -> str:
    """Lines as one, white space single; what is beyond a number of characters loses its middle."""
    if sum(map(len, lines)) <= chars:
        return " ".join(word for line in lines for word in unlabelled(line).split())
    ending = chars // 4
    return " ".join([*_beginning(lines, chars - ending, unlabelled), GAP, *_ending(lines, ending)])


# Both for lines that have more characters in all.
def _beginning(lines: Sequence[str], chars: int, unlabelled: Callable[[str], str]) -> list[str]:
    words: list[str] = []
    n = 0
    while chars > 0:
        words += unlabelled(lines[n][:chars]).split()
        chars -= len(lines[n])
        n += 1
    return words


def _ending(lines: Sequence[str], chars: int) -> list[str]:
    words: list[str] = []
    n = len(lines)
    while chars > 0:
        n -= 1
        words[:0] = lines[n][-chars:].split()
        chars -= len(lines[n])
    return words


class _Templates:
    """Words that stand in the same order in many steps, known by three in a row."""

    def __init__(self, texts: Iterable[str], steps: int) -> None:
        counts = Counter[tuple[str, str, str]]()
        for text in texts:
            counts.update(set(_threes(text.split(" "))))
        enough = max(_SHARED, steps // _SHARED_PART)
        self._shared = {three for three, count in counts.items() if count >= enough}
        self._met: set[tuple[str, str, str]] = set()

    def told(self, text: str) -> Told:
        """The text as it is, and without what was met before."""
        words = text.split(" ")
        stale = bytearray(len(words))
        for n, three in enumerate(_threes(words)):
            if three in self._shared:
                stale[n : n + 3] = b"\1\1\1"
        edges = [0, *(n for n, (a, b) in enumerate(pairwise(stale), 1) if a != b), len(words)]
        kept: list[str] = []
        for start, end in pairwise(edges):
            least = 2 * _TEMPLATE if start else _TEMPLATE
            if stale[start] and end - start >= least and self._is_met(words, start):
                kept.append(GAP)
            else:
                kept.append(" ".join(words[start:end]))
        bare = " ".join(kept).removeprefix(GAP).strip()
        if len(bare) < _SAME:
            return Told(text, text, text)
        return Told(text, bare, " ".join([*words[:_LED], *kept]) if kept[0] == GAP else bare)

    def _is_met(self, words: Sequence[str], start: int) -> bool:
        three = (words[start], words[start + 1], words[start + 2])
        met = three in self._met
        self._met.add(three)
        return met


def _threes(words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    return zip(words, words[1:], words[2:], strict=False)
