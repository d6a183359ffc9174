"""How the demo's story looks in a terminal: colours where there is a terminal, plain text elsewhere."""

import shutil
import textwrap
from dataclasses import dataclass, field
from typing import TextIO

BOLD, DIM, CYAN = "1", "2", "36"


@dataclass(slots=True)
class Page:
    """Writes the story.

    Attributes:
        out: Where to.
        colour: Whether to use ANSI colours.
        width: Columns.
    """

    out: TextIO
    colour: bool = False
    width: int = field(default=100)

    @classmethod
    def on(cls, out: TextIO, *, plain: bool) -> "Page":
        """A page as wide as the terminal; without colours if `plain` or if there is no terminal."""
        return cls(out, out.isatty() and not plain, min(120, shutil.get_terminal_size((100, 24)).columns))

    def chapter(self, number: int, title: str) -> None:
        """A new step of the story."""
        self._write("")
        self._write(self._styled(f"{number}. {title}", BOLD))

    def say(self, text: str) -> None:
        """The narrator, wrapped."""
        for line in textwrap.wrap(text, self.width):
            self._write(line)

    def call(self, text: str) -> None:
        """A tool call as the agent makes it."""
        self._write(self._styled(f"→ {text}", CYAN))

    def answer(self, text: str) -> None:
        """What the agent sees, as it is; long lines go on below themselves."""
        room = self.width - 2
        for line in text.splitlines():
            for start in range(0, max(len(line), 1), room):
                self._write(f"{self._styled('│', DIM)} {line[start : start + room]}")

    def note(self, text: str) -> None:
        """Figures about a call."""
        self._write(self._styled(f"  {text}", DIM))

    def _styled(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def _write(self, line: str) -> None:
        self.out.write(f"{line}\n")
        self.out.flush()
