"""What works only in part: said once on stderr, and to whoever asks, until it works again."""

import logging
from dataclasses import dataclass, field

logger = logging.getLogger("sandscope")


@dataclass(slots=True)
class Health:
    """Warnings by what they are about."""

    _warnings: dict[str, str] = field(default_factory=dict[str, str])

    def warn(self, about: str, text: str) -> None:
        """Notes that something works only in part."""
        if self._warnings.get(about) != text:
            logger.warning("%s", text)
        self._warnings[about] = text

    def well(self, about: str) -> None:
        """Notes that it works."""
        if self._warnings.pop(about, None):
            logger.warning("%s works again", about)

    def warnings(self) -> list[str]:
        """What works only in part now."""
        return [self._warnings[about] for about in sorted(self._warnings)]
