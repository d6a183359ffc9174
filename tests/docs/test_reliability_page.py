"""The page on reliability names the test that proves each row, and every one of them is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| (---|what may happen)", line)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", PAGE)))


def test_every_row_says_what_happens_what_holds_and_names_its_proof() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        _, happens, holds, proof, _ = re.split(r"(?<!\\)\|", row)
        assert happens.strip(), row
        assert holds.strip(), row
        assert re.search(r"`tests/[\w/]+\.py", proof), row


@pytest.mark.parametrize("named", NAMED)
def test_a_proof_that_is_named_is_there(named: str) -> None:
    file, _, test = named.partition("::")
    source = (ROOT / file).read_text(encoding="utf-8")
    assert not test or re.search(rf"^(async )?def {test}\(", source, re.MULTILINE)


def test_the_readme_leads_to_the_page() -> None:
    assert "docs/reliability.md" in (ROOT / "README.md").read_text(encoding="utf-8")
