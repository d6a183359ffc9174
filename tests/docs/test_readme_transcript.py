"""The README shows what an agent really sees: its evidence lines are lines of real answers."""

import re
from pathlib import Path

import pytest

from mcp_server.demo import ids
from tests.stage import Stage

pytestmark = pytest.mark.anyio

README = Path(__file__).parents[2] / "README.md"


async def test_every_evidence_line_of_the_transcript_is_in_an_answer(stage: Stage) -> None:
    transcript = README.read_text(encoding="utf-8").partition("<!-- transcript -->")[2].partition("<!-- /transcript")[0]
    answers = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
    answers += await stage.text("get_sandbox_logs", sandbox_id=ids.AGENTBOX_GCC)
    lines = [line.removesuffix(" ...") for line in re.findall(r"^  \d+ \| .*$", transcript, re.MULTILINE)]
    assert len(lines) == 5
    for line in lines:
        # When it finished depends on when the demo was started.
        assert line.partition("2026-")[0] in answers
    for reason in re.findall(r"^\[(.*?) · ", transcript, re.MULTILINE):
        assert f"[{reason} · " in answers
