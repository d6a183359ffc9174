"""Secrets that show by the name they are given to: env dumps, JSON, flags, name and value pairs, sentences.

Also what such names are, and how a name and its value stand together in any notation (RE2 syntax, one line).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from mcp_server.logs.linear import Pattern, linear

WORDS: Final = (
    "pass(?:word|wd|phrase|code)s?|[a-z0-9][_-]pass|(?:store|key|ssh|become)pass|requirepass|pwd|secrets?|token|credentials?"
    "|creds|auth|cookie|sess(?:ion)?[_-]?id|connect\\.sid|(?:otp|mfa|2fa|totp)[_-]?seed|key[_-]?base|client-key-data"
    "|(?:api|app|access|secret|private|auth|account|shared|signing|signature|encryption|encrypt|master|service|admin|client"
    "|consumer|license|storage|subscription|webhook|session|deploy|ingest(?:ion)?|write|integration|instrumentation|fernet"
    "|jwt|hmac|aes|ssh|gpg|cipher|crypto|unseal|sas|host|functions?|project|user|root|developer|partner|send|stream"
    "|production|prod|staging|stage|live|test|dev)[_. -]?(?:access[_. -]?)?key"
)
# After the word: what changes nothing (`_1`, `_value`), or anything short, which makes the judge stricter.
_REST: Final = r"(?:[_-]?[0-9]{1,3}|[_-]?value|(?P<rest>[\w.-]*?))"
NAME: Final = rf"(?P<name>[\w.-]*?(?:{WORDS}){_REST})"
PLAIN_NAME: Final = rf"(?P<name>[\w.-]*?(?:{WORDS})(?:[_-]?[0-9]{{1,3}})?)"
QUOTE: Final = r"""(?:\\*["'`]|\\*[ux](?:00)?2[27]|&(?:quot|#34|#39|apos);|%2[27])"""
TYPE: Final = r"(?:[ \t]{0,3}:?[ \t]{1,3}(?:&?str|string))?"
SEPARATOR: Final = (
    rf"{QUOTE}?\]?{TYPE}"
    r"(?P<sep>[ \t]{0,40}(?:=>|:=|\?{1,2}=?|\.=|\+=|\|{1,2}=?|={1,3}|:{1,3}=?|&gt;|>|,|%3[ad]|<-|->|\{value=|[ \t]is:?[ \t])[ \t]{0,8})"
)
_WRAPPED: Final = r"""(?:string\([0-9]+\)[ ]|!{1,2}\w{1,12}[ ]|\w{0,14}\(|\[(?:\]string\{)?|&?\w{0,12}\{(?:value=)?|<!\[CDATA\[|Bearer[ \t]+)?"""
QUOTED: Final = (
    r"""[bru]{0,2}\\*"(?P<q>[^"\\\n]+(?:\\[^"n\n][^"\\\n]*)*)\\*(?:"|$)|[bru]{0,2}\\*['`](?P<q2>[^'`\\\n]+)['`]"""
)
BARE: Final = r"""[^\s"'`<>;,&|\\()\[\]{}][^\s"'`<>;,&|\\()\[\]{}]*"""
VALUE: Final = rf"""{_WRAPPED}(?:{QUOTED}|{QUOTE}?(?P<s>{BARE}))"""


class Shape(NamedTuple):
    """A place where secrets stand. The secret is the group `s` (or `q`, when it was quoted); `name` is what it is called."""

    kind: str
    pattern: Pattern
    groups: Mapping[bytes, int]
    values: tuple[tuple[int, bool], ...]
    """The groups that may hold the secret, and whether it was quoted then."""
    judged: str = "as called"
    """How the value must look: "as called" like a secret of that name, "random" as if drawn, "odd" as if chosen to be
    no word, "mixed" in case too, "pair" like basic authentication; "any" where the place alone tells, if it is no placeholder."""


def shape(kind: str, expression: str, judged: str = "as called") -> Shape:
    """A shape, its expression without regard to case and with `^` and `$` at every line."""
    pattern = linear(f"(?im){expression}".encode())
    # RE2 makes the mapping anew whenever it is asked.
    groups = dict(pattern.groupindex)
    values = tuple((groups[name], name != b"s") for name in (b"s", b"q", b"q2") if name in groups)
    return Shape(kind, pattern, groups, values, judged)


CALLED: Final = r"(?:\w{0,12}[-_]?(?:name|key|id|property|variable|field))"
HELD: Final = r"(?:\w{0,12}[-_]?(?:value|val|secret|default))"
IS: Final = rf"{QUOTE}?[ \t]{{0,3}}[:=][ \t]{{0,3}}"
_SAID_NAMES: Final = (
    r"(?:pass(?:word|phrase|code)|pwd|token|secret(?:[ ]key)?|(?:api|access|auth|secret|private|licen[cs]e|unseal)[ _-]?key(?:[ ][0-9])?"
    r"|credentials?|session[ ]id|requirepass|_auth\w*|\w+_(?:key|token|password))"
)

RARELY_NAMED: Final = (
    shape(
        "assigned",
        rf"""\b{CALLED}{IS}{QUOTE}?{PLAIN_NAME}{QUOTE}?[ \t]{{0,2}}[,; \t][^<>{{}}\n]{{0,40}}?\b{HELD}(?P<sep>{IS})(?:{QUOTED}|{QUOTE}?(?P<s>[^\s"'`<>;,&|\\()\[\]{{}}]+))""",
    ),
    shape(
        "assigned",
        rf"""\b{HELD}(?P<sep>{IS}){QUOTE}?(?P<s>[^\s"'`<>;,&|\\()\[\]{{}}]+){QUOTE}?[ \t]{{0,2}}[,; \t][ \t]{{0,3}}{QUOTE}?{CALLED}{IS}{QUOTE}?{PLAIN_NAME}{QUOTE}""",
    ),
    shape("assigned", rf"""\b(?:name|key){IS}{QUOTE}{PLAIN_NAME}{QUOTE}[^<>\n]{{0,40}}(?P<sep>>)(?P<s>[^\s<>]+)<"""),
    shape("assigned", rf"""<{PLAIN_NAME}[ ][^<>\n]{{0,60}}(?P<sep>>)(?P<s>[^\s<>]+)<"""),
    shape("assigned", rf"""(?:set|with|use){PLAIN_NAME}(?P<sep>\()(?:{QUOTED})\)"""),
    shape("assigned", r"""["']?\bpass\\*["'][ \t]{0,3}(?:[:,]|=>)[ \t]{0,3}\\*["'](?P<s>[^"'\\\n]+)""", "any"),
    shape("assigned", rf"""{PLAIN_NAME}{SEPARATOR}[^\n]{{0,60}}?[ ]->[ ]{QUOTE}(?P<s>[^"'\\\n]+)"""),
    shape(
        "assigned",
        rf"""\b(?:setenv|#?define|set[ ]-\w+|env|arg|(?:config|configure)[ ]set(?:[ ]--secret)?)[ \t]+[\w./:-]*?{PLAIN_NAME}(?P<sep>[ \t]+){VALUE}""",
    ),
    shape(
        "said",
        r"""\b(?:requirepass|masterauth|pass(?:word|phrase)|pwd|_authToken)[ \t]{1,3}(?:\\*["'](?P<q>[^\s"'\\]{6,})["'\\]|(?P<s>[\w.~+/=!#^*-]{8,}))""",
        "odd",
    ),
)
"""Notations that few lines have: those with a match of RARE."""
RARE: Final = linear(
    rf"""(?im){CALLED}{IS}|{HELD}{IS}|<[\w.:-]+[ ][^<>\n]*>|(?:set|with|use)\w+\(|\bpass\\*["']|[ ]->[ ]|setenv|#?define|set[ ]-"""
    r"""|\b(?:env|arg)[ \t]|(?:config|configure)[ ]set|requirepass|masterauth|(?:pass(?:word|phrase)|pwd|_authToken)[ \t]"""
)
USUALLY_NAMED: Final = (
    shape(
        "flag",
        rf"""(?:^|[\s"'=\[(,])--?(?P<name>[\w-]*(?:{WORDS}))["']?(?P<sep>,?[ \t]{{1,3}})\\?["']?(?P<s>[^\s"'`;&|,<>()\[\]{{}}-][^\s"'`;&|,<>()\[\]{{}}]*)""",
    ),
    shape("assigned", rf"{NAME}{SEPARATOR}{VALUE}"),
    shape("said", r"""\bcredentials?:?[ ]+[\w.@-]+[ ]?[/:][ ]?(?P<s>[^\s"'`<>,;]{8,})""", "random"),
    shape(
        "said",
        rf"""\b{_SAID_NAMES}(?:[ ](?:provided|is|was|to|of|used|set[ ]to|key))?:?[ \t]{{1,3}}(?:[("'`]|\\["'])?(?P<s>[\w.~+/=!#^*-]{{8,}})""",
        "random",
    ),
)
NAME_KEYWORDS: Final = (
    r"passw|passphrase|passcode|pwd|pass[\"'`\\]+[ \t]{0,3}[=:,]|[_-]pass\w*[\"'`\\\]]{0,3}[ \t]{0,3}[=:>,]|storepass|requirepass"
    r"|secret|token(?:[^s\n]|$)|credential|creds|auth[\"'`\\]{0,3}[ \t]{0,3}[=:]|[a-z][_. -]?key[\"'`\\]{0,3}(?:[ \t=:>,\])}]|$)|key[0-9_ ]"
    r"|key%|session[ _-]?id|_seed|client-key-data"
)
