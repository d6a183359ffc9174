"""Others that find secrets in text, asked the way their documents show: each makes of a text one without what it found.

`detect-secrets` (PyPI) looks at files for what should not be committed; with its default plugins. `agentscrub` (PyPI)
cleans sessions of coding agents; its own function for lines of a terminal, with its search for random-looking text. (Its search
of whole files starts a scanner that has to be downloaded, so it is not measured.) What is not installed is left out.
"""

import importlib
import importlib.util
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.redact_shapes import Positive

Clean = Callable[[str], tuple[str, int]]
"""Text -> the text without the secrets found, and how many those are."""
_MARK: Final = "[found]"
_LOG_CHARS: Final = 3_000_000
"""Some of them are slow: of ordinary logs they read so much, spread evenly."""


@contextmanager
def rivals() -> Generator[Mapping[str, Clean]]:
    """Those that are installed, by the name a table gives them."""
    with ExitStack() as stack:
        found: dict[str, Clean] = {}
        if importlib.util.find_spec("detect_secrets"):
            # By name: they are needed here only, and their types are not ours to check.
            settings: Any = importlib.import_module("detect_secrets.settings")
            scan: Any = importlib.import_module("detect_secrets.core.scan")
            stack.enter_context(settings.default_settings())
            file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redact-"))) / "text.log"
            found["detect-secrets"] = lambda text: _without(text, _in_file(file, text, scan.scan_file))
        if importlib.util.find_spec("agentscrub"):
            redact: Any = importlib.import_module("agentscrub.redact")
            found["agentscrub (terminal)"] = lambda text: _by_line(
                text, lambda line: redact.redact_short_text(line, high_entropy=True)
            )
        yield found


def _in_file(file: Path, text: str, scan: Callable[[str], Iterable[Any]]) -> list[Any]:
    file.write_text(text, "utf-8")
    return list(scan(str(file)))


def _by_line(text: str, clean: Clean) -> tuple[str, int]:
    cleaned = [clean(line) for line in text.split("\n")]
    return "\n".join(line for line, _ in cleaned), sum(count for _, count in cleaned)


def _without(text: str, secrets: Iterable[Any]) -> tuple[str, int]:
    count = 0
    # The longest first: a part of another would leave the rest of it.
    for value in sorted({str(secret.secret_value) for secret in secrets if secret.secret_value}, key=len, reverse=True):
        count += text.count(value)
        text = text.replace(value, _MARK)
    return text, count


def recall(found: Iterable[Positive], clean: Clean) -> dict[str, float]:
    """Texts tried, and those whose secret is gone."""
    each = [positive.secret not in clean(positive.text)[0] for positive in found]
    return {"tried": len(each), "gone": sum(each)}


def hits(chunks: Iterable[str], clean: Clean) -> dict[str, float]:
    """Megabytes of ordinary logs, and what is found in them."""
    chars = count = 0
    for chunk in chunks:
        chars += len(chunk)
        count += clean(chunk)[1]
    return {"megabytes": chars / 1e6, "hits": count}


def some_of(chunks: Iterable[str], chars: int = 20_000) -> list[str]:
    """The beginnings of chunks that are spread evenly, about `_LOG_CHARS` of them."""
    starts = [chunk[:chars] for chunk in chunks]
    step = max(sum(map(len, starts)) // _LOG_CHARS, 1)
    return starts[::step]
