"""What was done a short while ago, so that asking twice does not pay twice."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(slots=True)
class Recent(Generic[ValueT]):
    """Values that lapse.

    Attributes:
        ttl_s: Seconds a value is kept.
        now: Monotonic seconds.
    """

    ttl_s: float
    now: Callable[[], float]
    _kept: dict[Hashable, tuple[float, ValueT]] = field(
        default_factory=dict[Hashable, tuple[float, ValueT]], repr=False
    )

    def get(self, key: Hashable) -> ValueT | None:
        """The value kept for the key, or None."""
        self._drop_lapsed()
        kept = self._kept.get(key)
        return None if kept is None else kept[1]

    def put(self, key: Hashable, value: ValueT) -> None:
        """Keeps a value from now on."""
        self._drop_lapsed()
        self._kept[key] = (self.now() + self.ttl_s, value)

    def _drop_lapsed(self) -> None:
        now = self.now()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
