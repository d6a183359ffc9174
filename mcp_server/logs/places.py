"""Places that hold a secret whatever it is called there: URLs, headers, cookies, and arguments of known commands."""

from typing import Final

from mcp_server.logs.assignments import QUOTE, shape

_QUERY_NAMES: Final = (
    "x-amz-signature|x-amz-security-token|x-amz-credential|x-goog-signature|x-goog-credential|x-oss-signature|x-ms-signature"
    "|q-signature|signature|sig|hmac|policy|googleaccessid|awsaccesskeyid"
)
_SCHEMES: Final = (
    "bearer|basic|token|api-?key|api-token|negotiate|digest|hmac|key|jwt|aws4-hmac-sha256|sso-key|splunk|snowflake|ntlm"
)
_ANY: Final = r"""[^\s"'`]"""
_ARGUMENT: Final = r"""\\?["']?(?P<s>[^\s"'`\\]+)"""
_HEADER_END: Final = rf"{QUOTE}?[ \t]{{0,3}}(?:[:=,]|%3a|\)?,)[ \t]{{0,3}}\[?(?:\[\]string\{{)?(?:[bu]?{QUOTE})?"

PLACES: Final = (
    shape("url-password", r"""[a-z]:\\?/\\?/[^\s/:@"'<>\\]*:(?P<s>[^\s@"'<>/]+)@""", "any"),
    # A password with an unescaped `/` or `@` in it: a host follows that has a port or a path or a dot.
    shape("url-password", r"""[a-z]://[\w.%+-]*:(?P<s>[^\s"'<>:/]+[/@:][^\s"'<>]*?[^\s"'<>/])@[\w.-]+[:/]""", "any"),
    shape("url-password", r"""%3A%2F%2F[\w.%-]{0,60}?%3A(?P<s>[^\s"'<>&]+?)%40""", "any"),
    shape("url-password", r"""\b[\w.-]+:(?P<s>[^\s@"'<>/:]+)@(?:tcp|unix)\(""", "any"),
    shape("url-password", r"""\bdsn=[\w.-]+:(?P<s>[^\s@"'<>/:]+)@""", "any"),
    shape("url-password", r"""jdbc:oracle:\w+:[\w.-]+/(?P<s>[^\s@"'<>/]+)@""", "any"),
    shape("url-password", r"""https?://(?P<s>[\w.~%-]{20,})(?::(?:x-oauth-basic)?)?@"""),
    shape("otp-seed", r"""otpauth(?::|%3a)[^\s"'<>]*?secret(?:=|%3d)(?P<s>[A-Z2-7]{8,})""", "any"),
    shape(
        "signed-url",
        rf"""(?:[?&;]|\\*u0026|%26|amp;|SharedAccessSignature[ ])(?P<name>{_QUERY_NAMES})(?:=|%3d)(?P<s>[^&\s"'<>\\;,)]{{16,}})""",
        "any",
    ),
    shape(
        "signed-url",
        r"""(?:[?&;]|%26|%3f)(?:key|code|auth|ticket|apikey|st|jwt|session)(?:=|%3d)(?P<s>[\w.~+/-]{16,})""",
        "random",
    ),
    shape(
        "webhook",
        r"""https://(?:[\w.-]*(?:hook|bot|ifttt|infura|alchemy|ngrok|zapier|pipedream|integromat|make)[\w.-]*|[\w.-]+/[^\s"'<>]*(?:hook|trigger)[^\s"'<>]*)"""
        r"""/(?:[^\s"'<>]*/)?(?P<s>[\w-]{16,})""",
        "random",
    ),
    shape("sentry", r"""https://(?P<s>[\da-z]{20,})@[\w.-]+/[0-9]+""", "random"),
    shape(
        "authorization",
        rf"""\b(?P<name>(?:proxy-)?authorization){_HEADER_END}(?:(?:{_SCHEMES})(?:[ \t]{{1,3}}|%20|\\+[ ]))?"""
        r"""(?P<s>[^\s"'\\,<>\[\]()]{4,})""",
        "any",
    ),
    shape("authorization", r"""\bdigest[ ][^\n]*?\bresponse=\\*["']?(?P<s>\w{16,})""", "any"),
    shape("authorization", r"""\bAWS4-HMAC-SHA256[^\n]*?Signature=(?P<s>[\w/+=-]{20,})""", "any"),
    shape(
        "authorization", r"""http\.[\w./:-]*extraheader[=: ]+\W{0,3}authorization:[ ]\w+[ ](?P<s>[\w+/=.-]+)""", "any"
    ),
    shape("bearer", rf"""\bbearer(?:[ \t]{{1,3}}|%20|,[ ]|\\+[ ]){QUOTE}?(?P<s>[\w.~+/=-]{{12,}})"""),
    shape("basic", r"""\bbasic(?:[ \t]{1,3}|%20)(?:auth[ ])?(?P<s>[0-9A-Za-z+/_-]{8,}={0,2})""", "pair"),
    shape(
        "basic",
        rf"""\b_?auth(?:[ _]?token)?{QUOTE}?[ \t]{{0,3}}[:=][ \t]{{0,3}}{QUOTE}?(?P<s>[0-9A-Za-z+/]{{8,}}={{0,2}})""",
        "pair",
    ),
    shape("cookie", rf"""\b(?:set-)?cookie{_HEADER_END}(?P<s>[\w.-]+=[^\s"'\\\]][^"'\n\\\]]*)""", "any"),
    shape("cookie", r"""\b(?:(?:J|PHP|ASP\.NET_)sess(?:ion)?_?id|connect\.sid|sid)=(?P<s>[\w%.~+/-]{12,})""", "any"),
    shape("cookie", r"""<Cookie[ ][\w.-]+=(?P<s>[^\s<>]+)""", "any"),
    shape("cookie", rf"""\bcurl\b[^\n]*?[ \t](?:-b|--cookie)[ =]\\?["']?(?P<s>[\w.-]+={_ANY}{{8,}}[^"'\n]*)""", "any"),
    shape(
        "flag",
        r"""\b(?:curl|wget|http|https|xh|httpie)\b[^\n]*?[ \t](?:-u|--user|--proxy-user|-a|--auth)[ \t=]{0,3}\\?["']?[^\s:"']*["']?:"""
        r"""["']?\{?(?P<s>[^\s"'{}$][^\s"'}]*)""",
    ),
    # A key for a name, and no password; and the line of a command that began above.
    shape("flag", r"""\bcurl\b[^\n]*?[ \t](?:-u|--user)[ \t=]{1,3}["']?(?P<s>[^\s:"']{8,}):["']?(?:\s|$)"""),
    shape("flag", r"""^[ \t]*(?:-u|--user)[ \t=]{1,3}["']?[^\s:"']+:(?P<s>[^\s"']+)""", "mixed"),
    shape("flag", r"""\b(?:mysql\w*|mariadb\w*|mysqladmin|mongo\w*)\b[^\n]*?[ \t]-p["']?(?P<s>[^\s"'`]{3,})"""),
    shape("flag", rf"""\bsshpass[ \t]+-p[ \t]{{0,3}}{_ARGUMENT}""", "any"),
    shape("flag", rf"""\b(?:login|twine|az|oc|sqlcmd|mongo\w*|bcp)\b[^\n]*?[ \t](?:-p|-P)[ \t]{{1,3}}{_ARGUMENT}"""),
    shape("flag", rf"""\bredis-cli\b[^\n]*?[ \t](?:-a|--pass)[ \t]{{1,3}}{_ARGUMENT}""", "any"),
    shape("flag", rf"""\bldap\w+\b[^\n]*?[ \t]-w[ \t]{{0,3}}{_ARGUMENT}""", "any"),
    shape("flag", rf"""\bsmbclient\b[^\n]*?[ \t]-U[ \t]{{0,3}}["']?[\w.\\-]+%{_ARGUMENT}""", "any"),
    shape(
        "flag", rf"""\bopenssl\b[^\n]*?[ \t](?:-k|-K|-passin[ ]pass:|-passout[ ]pass:)[ \t]{{0,3}}{_ARGUMENT}""", "any"
    ),
    shape("flag", rf"""\bnet[ ]use\b[^\n]*?/user:\S+[ \t]+{_ARGUMENT}""", "any"),
    shape("flag", rf"""\bvault[ ]login[ ]+{_ARGUMENT}""", "random"),
    shape(
        "flag",
        r"""\b(?:echo|printf)[ \t]+(?:-n[ ])?["']?(?P<s>[^\s"'$|]{6,})["']?[ \t]*\|[^\n]*(?:-stdin|sudo[ ]-S|with-token)""",
        "any",
    ),
    shape("flag", rf"""--with-token[ \t]*<<<?[ \t]*{_ARGUMENT}""", "any"),
    shape("mask", rf"""::add-mask::{_ARGUMENT}""", "any"),
    shape("aws-secret", r"""secret access key[^:=\n]{0,30}[:=][ \t]{0,8}["']?(?P<s>[\w/+=]{40})"""),
    shape(
        "aws-secret",
        r"""(?:\bA3T[0-9A-Z]|\bAKIA|\bASIA|\[redacted:aws-id:)[^\n]{0,30}?[\s,;:|"']{1,5}(?P<s>[\w/+]{40})(?:[^\w/+=]|$)""",
        "random",
    ),
    shape("netrc", r"""\blogin[ \t]+\S+[ \t]+password[ \t]+(?P<s>\S+)""", "any"),
    shape("pgpass", r"""^[\w.*-]+:(?:[0-9]{2,5}|\*):[\w*-]+:[\w*-]+:(?P<s>[^\s:]{6,})$""", "any"),
    shape("sql", r"""\bidentified(?:[ ]with[ ]\w+)?[ ]by[ ](?:password[ ])?\\*["'](?P<s>[^"'\\\n]+)""", "any"),
    shape("sql", r"""\bpassword[ ](?:=[ ])?\\*'(?P<s>[^'\\\n]+)\\*'"""),
    shape("sql", r"""=[ ]password\(\\*["'](?P<s>[^"'\\\n]+)""", "any"),
    shape("kubernetes", r"""\bLS0tLS1CRUdJTi[\w+/]{6,}[\w+/=]*?(?P<s>[\w+/=]{40,})""", "any"),
)

PLACE_KEYWORDS: Final = (
    r"bearer|basic(?: |%20)|cookie|authorization|(?:[?&;]|%26|%3f|u0026|amp;| )(?:sig|signature|hmac|policy|key|code|auth|ticket|st|jwt"
    r"|session)(?:=|%3d)|accessid=|accesskeyid=|x-amz-|x-goog-|x-oss-|x-ms-sig|q-signature|aws4-hmac|extraheader"
    r"""|:\\?/\\?/[^\s/@"'<>]+@|://[\w.%+-]*:[^\s"'<>:/]+[/@:][^\s"'<>]*@|%3a%2f%2f[\w.%-]*%40|@(?:tcp|unix)\(|dsn=|jdbc:oracle"""
    r"|hooks?[./-]|-?bot/|ifttt|infura|sess(?:ion)?_?id=|connect\.sid|sshpass|-p[ \t'\"]|-u[ =]|--user|(?:curl|http|mysql)[^\n]*[ \t]-[uabp]"
    r"|redis-cli|ldap\w+ |smbclient|openssl[^\n]* -(?:k|pass)|net use|vault login|add-mask::|-stdin|sudo -S|akia[0-9a-z]|identified "
    r"|:[0-9]{2,5}:[\w*-]+:[\w*-]+:|LS0tLS1CRUdJTi|otpauth|_auth[^0-9a-z_]"
    r"|secret access key|with-token|redacted:aws-id:|password ?[=(']|login[ \t]+\S+[ \t]+password"
    r"|private(?: |%20|\+)key|private-(?:lines|mac):"
)
