import json
import re

from benchmarks.load import FIGURES
from benchmarks.scale_page import PAGE, SECTIONS, filled

KEPT = json.loads(FIGURES.read_text("utf-8"))


def test_the_page_tells_the_figures_that_were_kept() -> None:
    page = PAGE.read_text("utf-8")
    assert filled(page, KEPT) == page
    assert tuple(re.findall(r"<!-- (\w+) -->", page)) == tuple(SECTIONS)


def test_figures_that_changed_show_in_every_table() -> None:
    text = re.sub(r": ([0-9.]+)", lambda found: f": {float(found[1]) + 1}", json.dumps(KEPT))
    for made in SECTIONS.values():
        assert made(json.loads(text)) != made(KEPT)
