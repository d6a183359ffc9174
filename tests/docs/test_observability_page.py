import re
from pathlib import Path

from mcp_server.telemetry.instruments import INSTRUMENTS

PAGE = Path(__file__).parent.parent.parent / "docs" / "observability.md"


def test_the_page_lists_exactly_the_instruments_there_are() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("<!-- metrics -->\n")[2].partition("<!-- /metrics -->")[0]
    heading, line, *rows = table.splitlines()

    assert (heading, line) == ("| metric | kind | unit | attributes | meaning |", "| --- | --- | --- | --- | --- |")
    assert rows == [
        f"| `{made.name}` | {made.kind} | `{made.unit}` | {', '.join(f'`{name}`' for name in made.attributes)} "
        f"| {made.description} |"
        for made in INSTRUMENTS
    ]


def test_the_page_names_no_attribute_that_is_never_told() -> None:
    told = {name for made in INSTRUMENTS for name in made.attributes}
    spans = PAGE.read_text(encoding="utf-8").partition("### Spans")[2]
    ours = set(re.findall(r"`(sandscope\.[a-z_.]+)`", spans))
    assert ours - told == {"sandscope.upstream.requests", "sandscope.answer.cut", "sandscope.budget.wait"}
