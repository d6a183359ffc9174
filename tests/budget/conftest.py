import pytest

from mcp_server.budget.budget import Budget
from mcp_server.state.clock import Clock
from tests.budget.hands import Hands, over


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def budget(hands: Hands) -> Budget:
    return over(Clock(hands.now, hands.sleep, uniform=lambda low, _: low))
