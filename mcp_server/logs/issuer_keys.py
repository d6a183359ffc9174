"""Keys without a form of their own: what is assigned to a name with the issuer in it has this alphabet and length."""

import re
from typing import Final, NamedTuple

from mcp_server.logs.assignments import QUOTE, TYPE
from mcp_server.logs.judge import has_digit
from mcp_server.logs.linear import linear


class IssuerKey(NamedTuple):
    """Keys of some issuers: characters from `alphabet`, as many as one of `sizes` says."""

    issuers: str
    """Words of the name, blank-separated, lower case; `-` may be missing or `_`."""
    alphabet: str
    sizes: tuple[int, ...]
    opening: str = ""


_ALNUM: Final = "0-9a-z"
_WORD: Final = "0-9a-z_-"
_WIDE: Final = "0-9a-z=_-"
_HEX: Final = "0-9a-f"
_UUID: Final = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}"
"""All but its last 12 digits."""

ISSUER_KEYS: Final = (
    IssuerKey("algolia asana bitbucket bittrex codecov droneci flickr nytimes newyorktimes trello", _ALNUM, (32,)),
    IssuerKey("adobe facebook finicity linear", _HEX, (32,)),
    IssuerKey("adafruit discord fastly", _WIDE, (32,)),
    IssuerKey("asana", "0-9", (16,)),
    IssuerKey("discord", "0-9", (18,)),
    IssuerKey("discord sentry confluent freshbooks sumo jfrog artifactory bintray xray new-relic", _ALNUM, (64,)),
    IssuerKey("bitbucket coinbase", _WIDE, (64,)),
    IssuerKey("airtable", _ALNUM, (17,)),
    IssuerKey("alibaba plaid twitch", _ALNUM, (30,)),
    IssuerKey("atlassian confluence jira etsy looker plaid kucoin", _ALNUM, (24,)),
    IssuerKey("beamer", _WIDE, (44,), "b_"),
    IssuerKey("gocardless", _WIDE, (40,), "live_"),
    IssuerKey("cloudflare gitter launchdarkly", _WIDE, (40,)),
    IssuerKey("cloudflare", _HEX, (37,)),
    IssuerKey("confluent linked-in", _ALNUM, (14, 16)),
    IssuerKey("contentful", _WIDE, (43,)),
    IssuerKey("datadog zendesk sendbird sourcegraph meraki cohere", _ALNUM, (40,)),
    IssuerKey("dropbox", _ALNUM, (15,)),
    IssuerKey("dropbox", _WIDE, (64,)),
    IssuerKey("dropbox", _WIDE, (135,), r"sl\."),
    IssuerKey("finicity finnhub looker", _ALNUM, (20,)),
    IssuerKey("heroku hubspot kucoin message-bird sendbird squarespace snyk", _HEX, (12,), _UUID),
    IssuerKey("plaid", _HEX, (12,), "access-[a-z]+-" + _UUID),
    IssuerKey("intercom", _WIDE, (60,)),
    IssuerKey("jfrog artifactory bintray xray", _ALNUM, (73,)),
    IssuerKey("kraken", "0-9a-z/=_+-", tuple(range(80, 91))),
    IssuerKey("lob", _HEX, (35,), "(?:live|test)_"),
    IssuerKey("lob", _HEX, (31,), "(?:live|test)_pub_"),
    IssuerKey("mailgun", "0-9a-h-", (50,)),
    IssuerKey("mapbox", _ALNUM + ".", (83,), r"pk\."),
    IssuerKey("mattermost", _ALNUM, (26,)),
    IssuerKey("message-bird twitter", _ALNUM, (25,)),
    IssuerKey("netlify", _WIDE, tuple(range(40, 47))),
    IssuerKey("okta", _WIDE, (40,), "00"),
    IssuerKey("rapidapi", _WORD, (50,)),
    IssuerKey("sonar", _WIDE, (40,), "(?:sq[upa]_)?"),
    IssuerKey("sumo", _ALNUM, (12,), "su"),
    IssuerKey("telegram", _WORD, (34,), "[0-9]{5,16}:a"),
    IssuerKey("travis", _ALNUM, (22,)),
    IssuerKey("twitter", _ALNUM, (45, 50)),
    IssuerKey("twitter", _ALNUM, tuple(range(20, 41)), "[0-9]{15,25}-"),
    IssuerKey("twitter", "0-9a-z%", tuple(range(80, 101)), "A{22}"),
    IssuerKey("contribsys", _HEX, (8,), "[0-9a-f]{8}:"),
    IssuerKey("yandex", _WORD, (38,), "yc"),
)

_WORDS: Final = sorted({word for row in ISSUER_KEYS for word in row.issuers.split()}, key=len, reverse=True)


def _form(word: str) -> re.Pattern[bytes]:
    rows = [row for row in ISSUER_KEYS if word in row.issuers.split()]
    forms = (f"{row.opening}[{row.alphabet}]{{{size}}}" for row in rows for size in row.sizes)
    return re.compile(f"(?i)(?:{'|'.join(forms)})".encode())


_FORMS: Final = {word.replace("-", "").encode(): _form(word) for word in _WORDS}
_ISSUERS: Final = "|".join(word.replace("-", "[_-]?") for word in _WORDS)
_ISSUER: Final = linear(f"(?i){_ISSUERS}")
ISSUER_KEYWORDS: Final = rf"(?:{_ISSUERS})[\w .-]*[ \t\"'\\`]*[=:,>|?]"
ISSUED: Final = linear(
    rf"""(?im)(?:^|[^a-z]|[a-z][_-])(?P<issuer>{_ISSUERS})[ \t\w.-]{{0,30}}?{QUOTE}?\]?{TYPE}[ \t]{{0,3}}"""
    rf"""(?:=>|:{{0,3}}=|\?=|\.=|\|\||[:=>,]){{1,2}}[ \t]{{0,3}}{QUOTE}?(?P<s>[\w=+/%:.-]{{12,140}})""".encode()
)


def is_issued(issuer: bytes, value: bytes) -> bool:
    """Whether a value has the form of that issuer's keys."""
    form = _FORMS[issuer.lower().translate(None, b"_-")]
    return form.fullmatch(value) is not None and (has_digit(value) or b":" in value)


def issuer_in(name: bytes) -> bytes:
    """The issuer a name tells of, or nothing."""
    match = _ISSUER.search(name)
    return match.group() if match is not None else b""
