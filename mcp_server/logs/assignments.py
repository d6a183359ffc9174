"""Secrets that show by the name they are given to: env dumps, JSON, flags, name and value pairs, sentences."""

from typing import Final

from mcp_server.logs.names import NAME, PLAIN_NAME, QUOTE, QUOTED, SEPARATOR, VALUE, WORDS
from mcp_server.logs.places import PLACE_KEYWORDS, PLACES, shape

CALLED: Final = r"(?:\w{0,12}[-_]?(?:name|key|id|property|variable|field))"
HELD: Final = r"(?:\w{0,12}[-_]?(?:value|val|secret|default))"
IS: Final = rf"{QUOTE}?[ \t]{{0,3}}[:=][ \t]{{0,3}}"
_SAID_NAMES: Final = (
    r"(?:pass(?:word|phrase|code)|pwd|token|secret(?:[ ]key)?|(?:api|access|auth|secret|private|licen[cs]e|unseal)[ _-]?key(?:[ ][0-9])?"
    r"|credentials?|session[ ]id|requirepass|_auth\w*|\w+_(?:key|token|password))"
)

NAMED: Final = (
    shape(
        "flag",
        rf"""(?:^|[\s"'=\[(,])--?(?P<name>[\w-]*(?:{WORDS}))["']?(?P<sep>,?[ \t]{{1,3}})\\?["']?(?P<s>[^\s"'`;&|,<>()\[\]{{}}-][^\s"'`;&|,<>()\[\]{{}}]*)""",
    ),
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
    shape("assigned", rf"{NAME}{SEPARATOR}{VALUE}"),
    shape("assigned", rf"""{PLAIN_NAME}{SEPARATOR}[^\n]{{0,60}}?[ ]->[ ]{QUOTE}(?P<s>[^"'\\\n]+)"""),
    shape(
        "assigned",
        rf"""\b(?:setenv|#?define|set[ ]-\w+|env|arg|(?:config|configure)[ ]set(?:[ ]--secret)?)[ \t]+[\w./:-]*?{PLAIN_NAME}(?P<sep>[ \t]+){VALUE}""",
    ),
    shape(
        "said",
        rf"""\b(?:requirepass|masterauth|pass(?:word|phrase)|pwd|_authToken)[ \t]{{1,3}}(?:\\*["'](?P<q>[^\s"'\\]{{6,}})["'\\]|(?P<s>[\w.~+/=!#^*-]{{8,}}))""",
        "odd",
    ),
    shape(
        "said",
        rf"""\b{_SAID_NAMES}(?:[ ](?:provided|is|was|to|of|used|set[ ]to|key))?:?[ \t]{{1,3}}(?:[("'`]|\\["'])?(?P<s>[\w.~+/=!#^*-]{{8,}})""",
        "random",
    ),
)
SHAPES: Final = (*PLACES, *NAMED)

KEYWORDS: Final = (
    r"passw|passphrase|passcode|pwd|pass[\"'`\\]+[ \t]{0,3}[=:,]|[_-]pass\w*[\"'`\\\]]{0,3}[ \t]{0,3}[=:>,]|storepass|requirepass"
    r"|secret|token|credential|creds|auth[\"'`\\]{0,3}[ \t]{0,3}[=:]|[a-z][_. -]?key[\"'`\\]{0,3}(?:[ \t=:>,\])}]|$)|key[0-9_ ]"
    r"|key%|session[ _-]?id|_seed|client-key-data"
    f"|{PLACE_KEYWORDS}"
)
