"""What secrets are called, and how a name and its value stand together in any notation (RE2 syntax, one line)."""

from typing import Final

WORDS: Final = (
    "pass(?:word|wd|phrase|code)s?|[a-z0-9][_-]pass|(?:store|key|ssh|become)pass|requirepass|pwd|secrets?|token|credentials?"
    "|creds|auth|cookie|sess(?:ion)?[_-]?id|connect\\.sid|(?:otp|mfa|2fa|totp)[_-]?seed|key[_-]?base|client-key-data"
    "|(?:api|app|access|secret|private|auth|account|shared|signing|signature|encryption|encrypt|master|service|admin|client"
    "|consumer|license|storage|subscription|webhook|session|deploy|ingest(?:ion)?|write|integration|instrumentation|fernet"
    "|jwt|hmac|aes|ssh|gpg|cipher|crypto|unseal|sas|host|function|project|user|root|developer|partner|send|stream"
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
    r"(?P<sep>[ \t]{0,40}(?:=>|:=|\?{1,2}=?|\.=|\+=|\|\|=?|={1,3}|:{1,3}=?|&gt;|>|,|%3[ad]|<-|->|\{value=|[ \t]is:?[ \t])[ \t]{0,8})"
)
_WRAPPED: Final = (
    r"""(?:string\([0-9]+\)[ ]|\w{0,14}\(|\[(?:\]string\{)?|&?\w{0,12}\{(?:value=)?|<!\[CDATA\[|Bearer[ \t]+)?"""
)
QUOTED: Final = (
    r"""[bru]{0,2}\\*"(?P<q>[^"\\\n]+(?:\\[^"n\n][^"\\\n]*)*)\\*(?:"|$)|[bru]{0,2}\\*['`](?P<q2>[^'`\\\n]+)['`]"""
)
BARE: Final = r"""[^\s"'`<>;,&|\\()\[\]{}][^\s"'`<>;,&|\\()\[\]{}]*"""
VALUE: Final = rf"""{_WRAPPED}(?:{QUOTED}|{QUOTE}?(?P<s>{BARE}))"""
