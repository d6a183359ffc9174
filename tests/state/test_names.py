from mcp_server.state.cells import hidden


def test_the_same_name_is_found_again_by_all_who_know_the_key() -> None:
    assert hidden(b"key", "window https://a me") == hidden(b"key", "window https://a me")


def test_another_name_or_another_key_gives_something_else() -> None:
    stored = {hidden(key, name) for key in (b"key", b"another") for name in ("a", "b", "ü")}
    assert len(stored) == 6


def test_what_is_stored_has_one_length_whatever_the_name() -> None:
    assert {len(hidden(b"key", name)) for name in ("", "a", "a" * 1000)} == {16}
