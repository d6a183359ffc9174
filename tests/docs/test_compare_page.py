"""The page `docs/compare.md` shows what the demo answers."""

import re
from pathlib import Path

import pytest

from mcp_server.demo import ids
from tests.stage import Stage

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")


def masked(text: str) -> set[str]:
    """The rows of an answer without what differs each time, and of cut ones what any cut leaves."""
    for what in (r"log_[a-z2-7]{12}", r"\d{4}-\d\d-\d\dT[\d:.]+Z?", r"\d\d:\d\d:\d\d", r"\b[0-9a-f]{8}(?=$|>>>)"):
        text = re.sub(f"(?m){what}", "0", text)
    return {row[:30] if "…" in row else row for row in text.strip().split("\n")}


async def test_the_example_is_the_answer_of_the_demo(stage: Stage) -> None:
    pair = {"sandbox_id": ids.OPENSANDBOX_DEPENDENCY_CONFLICT, "compare_to": ids.OPENSANDBOX_SETUP_SUCCESS}
    text = await stage.text("get_diagnostics", **pair, max_tokens=1000)
    (example,) = re.findall(r"(?s)```text\n(.*?)\n```", PAGE)
    # How many rows fit depends on the ids, which are drawn.
    rows = {row for row in masked(example) if row.startswith("  ") and " | " in row}
    assert rows
    assert rows <= masked(text)
