"""What redaction finds, what it finds in vain, and how fast: `python -m benchmarks.redact` prints a row for each family.

`--data DIR` counts what it replaces in ordinary logs (JSON lines with a field `text`, gzipped); `--positives FILE` and
`--rules FILE` measure it on texts and on rules of others, which stay where they are. `--rivals` asks other libraries the same
(group `bench`). `--show` lists what was missed.
"""

import argparse
import base64
import gzip
import html
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from benchmarks import figures as kept
from benchmarks import redact_families, redact_families_three, redact_families_two, redact_rivals
from benchmarks.redact_sampling import sampled
from benchmarks.redact_shapes import Positive, positives
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import sanitise

_CHUNK: Final = 1 << 20
_MARK: Final = re.compile(r"\[redacted:([a-z0-9-]+):[0-9a-f]{6}\]")
_SHOWN_CHARS: Final = 120
_TIMED_CHARS: Final = 30_000_000
_PLACES: Final = ("{}", "x {} y", '"{}"', "a={}&b=1", "abc{}123", "\\n{}\\n", "[0m{}[0m")
_KEY_CHARS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/+=&\"'\\<> é"


_FAMILIES: Final = (redact_families.FAMILIES, redact_families_two.FAMILIES, redact_families_three.FAMILIES)
SHAPES: Final = "shapes in logs"
LOGS: Final = "ordinary logs"
Figures = dict[str, float]
"""`tried` texts and those whose secret is `gone`, or `megabytes` of ordinary logs and `hits` in them."""


def recall(found: Iterable[Positive], redactor: Redactor, *, show: bool) -> Figures:
    """Print, for each family, in how many of its texts the secret is gone; that of all of them."""
    tried: Counter[str] = Counter()
    missed: dict[str, list[Positive]] = defaultdict(list)
    for positive in found:
        tried[positive.family] += 1
        if positive.secret in redactor.redact(positive.text):
            missed[positive.family].append(positive)
    for family, count in tried.items():
        lost = missed[family]
        if lost or len(tried) < 40:  # noqa: PLR2004 more rows than fit a screen show only what is not whole
            print(f"{family:40} {count:6} {100 - 100 * len(lost) / count:6.1f} %")
        for positive in lost if show else ():
            print(f"    {positive.text[:_SHOWN_CHARS]!r}")
    gone = tried.total() - sum(map(len, missed.values()))
    print(f"{'all':40} {tried.total():6} {100 * gone / max(tried.total(), 1):6.2f} %\n")
    return {"tried": tried.total(), "gone": gone}


def own_keys(seed: int, keys: int) -> Iterator[tuple[Redactor, Positive]]:
    """Own keys of many characters in every encoding, each in some surroundings, with the redactor that knows them."""
    dice = random.Random(seed)  # noqa: S311 the keys are valid nowhere, and the same in each run
    for number in range(keys):
        key = "k" + "".join(dice.choices(_KEY_CHARS, k=dice.randint(8, 60))) + "9"
        redactor = Redactor([key], key=b"benchmark", enabled=bool(number % 2))
        for name, form in _encodings(key, dice):
            for place in _PLACES:
                yield redactor, Positive(f"own key, {name}", place.format(form), form)


def _encodings(key: str, dice: random.Random) -> Iterator[tuple[str, str]]:
    plain = key.encode()
    once = json.dumps(key)[1:-1]
    yield from (("plain", key), ("JSON", once), ("JSON twice", json.dumps(once)[1:-1]), ("repr", repr(key)[1:-1]))
    quoted = quote(key, safe="")
    yield from (("URL", quoted), ("URL", quote(key)), ("URL", quote_plus(key)), ("URL twice", quote(quoted, safe="")))
    yield from (("hex", plain.hex()), ("hex", plain.hex().upper()), ("HTML", html.escape(key)))
    yield "\\u escapes", "".join(f"\\u{ord(char):04x}" for char in key)
    for shift in range(5):
        around = plain.join((dice.randbytes(shift), dice.randbytes(dice.randint(0, 4))))
        yield "base64", base64.b64encode(around).decode()
        yield "base64 for URLs", base64.urlsafe_b64encode(around).decode()
        yield "base64 in URLs", quote(base64.b64encode(around), safe="")
        yield "base32", base64.b32encode(around).decode()


def ordinary(folder: Path) -> Iterator[str]:
    """The logs of a folder, sanitised, in chunks as the server cleans them."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text, _ = sanitise(str(json.loads(line).get("text", "")))
                yield from (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))


def hits(chunks: Iterable[str], redactor: Redactor, *, show: bool) -> Figures:
    """Print what is replaced in ordinary logs, each kind by count; whether it was a secret, a reader decides."""
    counts: Counter[str] = Counter()
    chars = 0
    for chunk in chunks:
        chars += len(chunk)
        redacted, found = redactor.redact_counting(chunk)
        counts.update(found)
        if found and show:
            for before, after in zip(chunk.split("\n"), redacted.split("\n"), strict=True):
                if before != after and (match := _MARK.search(after)):
                    start = max(match.start() - _SHOWN_CHARS // 2, 0)
                    print(f"    {match[1]:14} {before[start : start + _SHOWN_CHARS]}")
    print(f"{chars / 1e6:.1f} MB of ordinary logs: {counts.total() / max(chars / 1e6, 1e-9):.2f} hits per MB")
    _table(counts)
    return {"megabytes": chars / 1e6, "hits": counts.total()}


def _table(counts: Mapping[str, int]) -> None:
    for kind, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"    {kind:14} {count:6}")


def speed(chunks: Iterable[str], redactor: Redactor) -> None:
    """Print how fast redaction alone is: processor time, the best of three, caches warm."""
    timed: list[str] = []
    chars = 0
    for chunk in chunks:
        timed.append(chunk)
        chars += len(chunk)
        if chars > _TIMED_CHARS:
            break
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for chunk in timed:
            redactor.redact(chunk)
        best = min(best, time.process_time() - start)
    print(f"\n{chars / 1e6:.1f} MB redacted at {chars / 1e6 / best:.1f} MB/s")


def given(path: Path) -> Iterator[Positive]:
    """Positives from a file of JSON lines with `text`, `secret` and perhaps `rule`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Positive(str(row.get("rule", path.stem)), row["text"], row["secret"])


def known_keys(seed: int) -> Figures:
    """Print, for each encoding of own keys, in how many texts none is left; that of all of them."""
    tried: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for knowing, positive in own_keys(seed, 20):
        tried[positive.family] += 1
        gone[positive.family] += "[redacted:own-key:" in knowing.redact(positive.text)
    for name, count in tried.items():
        print(f"{name:40} {count:6} {100 * gone[name] / count:6.1f} %")
    print()
    return {"tried": tried.total(), "gone": gone.total()}


def measured(options: argparse.Namespace) -> dict[str, Figures]:
    """Everything asked for, by the name a table gives it."""
    redactor = Redactor(["an-own-key/of+42=chars"], key=b"benchmark")
    each = [recall(positives(part, options.seed, 3), redactor, show=options.show) for part in _FAMILIES]
    found = {SHAPES: {name: sum(figures[name] for figures in each) for name in ("tried", "gone")}}
    found["own keys, encoded"] = known_keys(options.seed)
    if options.positives:
        found["given texts"] = recall(given(options.positives), redactor, show=options.show)
    if options.rules:
        found["drawn from given rules"] = recall(sampled(options.rules, options.seed, 20), redactor, show=options.show)
    if options.data:
        found[LOGS] = hits(ordinary(options.data), redactor, show=options.show)
        speed(ordinary(options.data), redactor)
    return found


def of_others(options: argparse.Namespace) -> dict[str, dict[str, Figures]]:
    """What other libraries make of the same texts; of ordinary logs they read a part."""
    found: dict[str, dict[str, Figures]] = {}
    with redact_rivals.rivals() as rivals:
        for name, clean in rivals.items():
            shapes = (positive for part in _FAMILIES for positive in positives(part, options.seed, 3))
            found[name] = {SHAPES: redact_rivals.recall(shapes, clean)}
            if options.data:
                found[name][LOGS] = redact_rivals.hits(redact_rivals.some_of(ordinary(options.data)), clean)
            print(name, found[name], flush=True)
    return found


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of *.jsonl.gz with ordinary logs")
    parser.add_argument("--positives", type=Path, help="JSON lines of text and secret")
    parser.add_argument("--rules", type=Path, help="a TOML file of rules to draw secrets from")
    parser.add_argument("--rivals", action="store_true", help="ask the others that are installed, too")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="list what was missed and what was hit")
    options = parser.parse_args()
    load = kept.load_now()
    found = measured(options)
    parts: dict[str, object] = {"rows": found}
    if options.rivals:
        parts["rivals"] = of_others(options)
    if options.write:
        kept.keep("redact", {"about": kept.about(f"generated texts of seed {options.seed}", load), **parts})


if __name__ == "__main__":
    main()
