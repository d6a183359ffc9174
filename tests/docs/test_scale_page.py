import json
import re

from benchmarks import figures
from benchmarks.scale_page import SECTIONS

KEPT = figures.read("scale")


def test_figures_that_changed_show_in_every_table() -> None:
    text = re.sub(r": ([0-9.]+)", lambda found: f": {float(found[1]) + 1}", json.dumps(KEPT))
    for made in SECTIONS.values():
        assert made(json.loads(text)) != made(KEPT)
