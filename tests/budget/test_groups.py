import pytest

from mcp_server.budget.groups import Charge, Group, effective_groups
from mcp_server.errors import NotConfigured
from mcp_server.settings import LimitRule


@pytest.mark.parametrize(
    ("limit", "cap", "used"),
    [
        (60, None, 54),
        (20, None, 18),
        (19, None, 19),
        (5, None, 5),
        (60, 1.0, 60),
        (60, 0.5, 30),
        (5, 0.9, 4),
        (10, 0.7, 7),
        (100, 0.29, 29),
        (5, 0.01, 1),
        (1, None, 1),
    ],
)
def test_a_limit_of_20_or_more_leaves_one_in_ten_unless_the_operator_gives_a_share(
    limit: int, cap: float | None, used: int
) -> None:
    assert Group("a.b", limit, 30).capped(cap) == Group("a.b", used, 30)


def test_no_share_makes_an_unlimited_group_limited() -> None:
    assert Group("a.b").capped(0.5) == Group("a.b")


def test_the_operators_own_rule_is_taken_as_it_is() -> None:
    documented = [Group("a.logs", 60, 60), Group("a.users", 60, 30), Group("a.shared", 60, 60)]
    rules = {"a.logs": LimitRule(100, 10), "a.shared": LimitRule(None)}
    assert effective_groups(documented, rules, None) == {
        "a.logs": Group("a.logs", 100, 10),
        "a.users": Group("a.users", 54, 30),
        "a.shared": Group("a.shared"),
    }


def test_a_rule_for_an_unknown_group_lists_the_groups_there_are() -> None:
    with pytest.raises(NotConfigured) as refused:
        effective_groups([Group("b.x", 1), Group("a.y")], {"c.z": LimitRule(1), "a.y": LimitRule(1)}, None)
    assert str(refused.value) == "SANDSCOPE_LIMITS names the unknown group c.z; the groups are: a.y, b.x."


def test_a_charge_is_interactive_and_waits_ten_seconds_unless_it_says_otherwise() -> None:
    assert Charge(("a.b",)) == Charge(("a.b",), "interactive", 10.0)
