"""What a family of generated logs is made of: templates whose fields `cause_families.py` fills."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """One kind of run, as templates of one or more lines.

    A field is a kind of value and perhaps a number: `{n}`, `{n1}`, `{word2}`, `{hex}`; `{time}` and `{pct}` go on with the
    log. Braces of the text itself are doubled.

    Attributes:
        name: The family.
        opening: How the log begins.
        work: Ordinary output.
        harmless: Ordinary output that mentions failure: counts of none, names of files and tests, warnings.
        handled: Failures that were dealt with, written before the cause.
        causes: What made the run fail; a line is labelled where it begins with `! `, the others begin with two blanks.
        follows: What fails because of the cause.
        ending: The end of the log, which does not repeat the cause.
    """

    name: str
    opening: str
    work: Sequence[str]
    harmless: Sequence[str]
    handled: Sequence[str]
    causes: Sequence[str]
    follows: Sequence[str]
    ending: str


# fmt: off
WORDS = (
    "ledger", "invoice", "parcel", "harbor", "orchard", "signal", "meadow", "copper", "lantern", "anchor",
    "basket", "canyon", "drift", "ember", "falcon", "garnet", "hollow", "island", "juniper", "kettle",
    "lagoon", "marble", "nectar", "olive", "pebble", "quartz", "river", "saddle", "timber", "umber", "velvet",
    "willow", "yarrow", "zephyr", "atlas", "beacon", "cobalt", "delta", "echo", "fjord", "grove", "helium",
    "indigo", "jasper", "koala", "lotus", "mango", "nimbus", "onyx", "prism", "quill", "raven", "sierra",
    "tundra", "ursa", "vortex", "walnut", "xenon", "yonder", "zinc", "amber", "birch", "cedar",
)
# fmt: on
