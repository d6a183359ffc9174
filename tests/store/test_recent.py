from mcp_server.store.recent import Recent
from tests.stage import FakeTime


def test_a_value_is_kept_for_its_time_and_then_forgotten() -> None:
    time = FakeTime()
    recent = Recent[int](600, time.now)
    recent.put(("org", 1), 101)
    time.seconds += 599.9
    assert recent.get(("org", 1)) == 101
    time.seconds += 0.1
    assert recent.get(("org", 1)) is None


def test_reading_does_not_lengthen_the_time_and_putting_starts_it_anew() -> None:
    time = FakeTime()
    recent = Recent[str](10, time.now)
    recent.put("a", "first")
    time.seconds += 6
    assert recent.get("a") == "first"
    recent.put("a", "second")
    time.seconds += 6
    assert recent.get("a") == "second"
    time.seconds += 4
    assert recent.get("a") is None


def test_what_was_never_put_is_none_and_what_is_kept_is_not_shown() -> None:
    recent = Recent[str](10, FakeTime().now)
    recent.put("prompt", "private words")
    assert recent.get("other") is None
    assert "private" not in repr(recent)
