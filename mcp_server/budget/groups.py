"""Groups of endpoints that share a rate limit, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mcp_server.errors import NotConfigured
from mcp_server.settings import LimitRule

# From this documented limit on, one slot in ten is left to consumers we cannot see (the web page, other hosts).
CAP_FROM = 20
DEFAULT_CAP = 0.9

Purpose = Literal["interactive", "poll", "bulk"]


@dataclass(frozen=True, slots=True)
class Group:
    """`limit` requests in any `window_s` seconds, as the platform documents it; None is unlimited."""

    name: str
    limit: int | None = None
    window_s: float = 60.0

    def capped(self, cap: float | None) -> "Group":
        """The group as this host uses it: `cap` of the limit, at least one; by default 0.9 from a limit of 20 on."""
        if self.limit is None:
            return self
        share = cap if cap is not None else (DEFAULT_CAP if self.limit >= CAP_FROM else 1.0)
        return Group(self.name, max(1, int(self.limit * share + 1e-9)), self.window_s)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one request costs: a slot in every group named.

    Attributes:
        groups: Names of the groups, the most specific first.
        purpose: Who waits for it; polling and bulk reads leave slots to interactive calls.
        max_wait_s: Longest wait for a slot before `RateBudgetSpent` is raised instead, all attempts of a call together.
    """

    groups: tuple[str, ...]
    purpose: Purpose = "interactive"
    max_wait_s: float = 10.0


def effective_groups(
    documented: Iterable[Group], rules: Mapping[str, LimitRule], cap: float | None
) -> dict[str, Group]:
    """The groups this process keeps to: the operator's own rules as they are, the documented ones capped.

    Raises:
        NotConfigured: A rule names a group that does not exist.
    """
    groups = {group.name: group for group in documented}
    unknown = sorted(set(rules) - set(groups))
    if unknown:
        raise NotConfigured(
            f"SANDSCOPE_LIMITS names the unknown group {unknown[0]}; the groups are: {', '.join(sorted(groups))}."
        )
    return {
        name: Group(name, rules[name].limit, rules[name].window_s) if name in rules else group.capped(cap)
        for name, group in groups.items()
    }
