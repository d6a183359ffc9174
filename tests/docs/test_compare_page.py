"""The page `docs/compare.md` shows what the demo answers."""

import re
from pathlib import Path

import pytest
from mcp_types import TextResourceContents

from mcp_server.demo import ids
from tests.stage import Stage

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")


# What both the page and the answer say, however many rows fit beside it: that depends on ids, which are drawn.
TOLD = (
    "270 lines of 16 kinds are new; 4 kinds of the good log never came",
    "  573 | ERROR: Cannot install -r requirements.txt (line 7), boto3 and urllib3==2.2.2 because these package versions",
    "  888 | ModuleNotFoundError: No module named 'flask'",
)


async def test_the_example_tells_what_the_demo_answers(stage: Stage) -> None:
    pair = {"sandbox_id": ids.OPENSANDBOX_DEPENDENCY_CONFLICT, "compare_to": ids.OPENSANDBOX_SETUP_SUCCESS}
    answer = await stage.call("get_diagnostics", **pair, max_tokens=1000)
    (example,) = re.findall(r"(?s)```text\n(.*?)\n```", PAGE)
    for row in TOLD:
        assert row in example
        assert row in answer.text
    # Every line it shows is one of the log, under its number.
    result = await stage.client.read_resource(f"log://{answer.log_id}")
    (content,) = result.contents
    assert isinstance(content, TextResourceContents)
    lines = {line.rstrip() for line in content.text.splitlines()}
    shown = {row.strip() for row in example.splitlines() if re.match(r" +\d+ \| ", f"{row} ")}
    assert len(shown) > 10
    assert shown <= lines
