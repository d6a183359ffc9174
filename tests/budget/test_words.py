import pytest

from mcp_server.budget.ledger import GroupState
from mcp_server.budget.words import nearly_spent, standing


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (GroupState(54, 60, 54, 0), "54 of 54 per 60 s left"),
        (GroupState(54, 60, 12, 3.2, 31, 11), "12 of 54 per 60 s left, used 31 here, 11 elsewhere"),
        (GroupState(None, 60, None, 0), "no limit known"),
        (GroupState(None, 60, None, 29.1, frozen=True, level=1), "no limit known, held back by its 429 for 30 s"),
        (GroupState(5, 60, 5, 0, level=2), "5 of 5 per 60 s left, slowed down since a 429"),
        (
            GroupState(5, 60, 3, 0, said_limit=60, said_remaining=3),
            "3 of 5 per 60 s left, the platform says 3 of 60 left",
        ),
        (GroupState(5, 60, 3, 0, said_remaining=3), "3 of 5 per 60 s left, the platform says 3 left"),
        (GroupState(5, 60, 5, 0, said_limit=60), "5 of 5 per 60 s left, the platform says 60 in all"),
    ],
)
def test_a_group_is_told_in_few_words(state: GroupState, said: str) -> None:
    assert standing(state) == said


def test_an_agent_is_told_only_of_groups_of_which_less_than_a_quarter_is_left() -> None:
    states = {
        "a.logs": GroupState(54, 60, 13, 3.2),
        "a.users": GroupState(54, 30, 14, 3.2),
        "a.analyze": GroupState(5, 60, 1, 41.5),
        "a.all": GroupState(None, 60, None, 0),
    }
    assert (
        nearly_spent(states) == "Rate budget: a.logs 13 of 54 left, next in 4 s; a.analyze 1 of 5 left, next in 42 s."
    )


def test_nothing_is_said_while_there_is_enough() -> None:
    assert nearly_spent({"a.one": GroupState(1, 60, 1, 0), "a.all": GroupState(None, 60, None, 0)}) == ""
