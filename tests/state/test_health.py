import pytest

from mcp_server.state.health import Health


def test_nothing_is_wrong_at_first(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    health.well("disk")
    assert (health.warnings(), caplog.messages) == ([], [])


def test_a_warning_is_logged_once_and_told_to_whoever_asks(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    for _ in range(3):
        health.warn("disk", "disk: full")
    assert (health.warnings(), caplog.messages) == (["disk: full"], ["disk: full"])


def test_a_new_reason_is_logged_and_takes_the_old_ones_place(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    health.warn("disk", "disk: full")
    health.warn("disk", "disk: gone")
    assert (health.warnings(), caplog.messages) == (["disk: gone"], ["disk: full", "disk: gone"])


def test_it_is_said_once_that_something_works_again(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    health.warn("disk", "disk: full")
    for _ in range(2):
        health.well("disk")
    assert (health.warnings(), caplog.messages) == ([], ["disk: full", "disk works again"])


def test_a_warning_with_a_percent_sign_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    Health().warn("disk", "disk: 100%s full")
    assert caplog.messages == ["disk: 100%s full"]


def test_warnings_stand_in_the_order_of_what_they_are_about() -> None:
    health = Health()
    health.warn("b", "b: broken")
    health.warn("a", "a: broken")
    assert health.warnings() == ["a: broken", "b: broken"]
