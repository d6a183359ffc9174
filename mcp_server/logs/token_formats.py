"""The secrets that show what they are: issuer, prefix, alphabet and length of each token format (public facts)."""

from typing import Final, NamedTuple


class TokenFormat(NamedTuple):
    """One issuer's token: a literal prefix (RE2 syntax, so that variants share a row), then `least`..`most` characters."""

    kind: str
    prefix: str
    alphabet: str
    least: int
    most: int = 0
    """0: no upper bound."""
    hint: str = ""
    """What is looked for first, where the prefix tells too little for one pass over all text."""
    anywhere: bool = True
    """Whether the prefix tells enough to be seen in the midst of a word."""


_ALNUM: Final = "0-9A-Za-z"
_WORD: Final = r"\w-"
_HEX: Final = "0-9a-f"

# Each row from the issuer's own documentation of its key format. A format without a telling prefix (many vendors issue
# bare hex) is found by the name it is assigned to, in assignments.py.
TOKEN_FORMATS: Final = (
    TokenFormat("agentbox", "agbx_", _WORD, 8, anywhere=False),
    TokenFormat("github", "gh[pousr]_", _ALNUM + "_", 30),
    TokenFormat("github", "github_pat_", _ALNUM + "_", 22),
    TokenFormat("gitlab", "gl(?:pat|dt|rt|rtr|ptt|soat|ft|cbt|imt|agent|oas|ffct|wt)-", _WORD + ".", 16),
    TokenFormat("gitlab", "GR1348941", _WORD, 20, anywhere=False),
    TokenFormat("gitlab", "_gitlab_session=", _HEX, 32),
    TokenFormat("aws-id", "(?:AKIA|ASIA|ABIA|ACCA|A3T[0-9A-Z])", "0-9A-Z", 16, 16),
    TokenFormat("aws-bedrock", "ABSK", "0-9A-Za-z+/=", 100, anywhere=False),
    TokenFormat("aws-bedrock", "bedrock-api-key-", "0-9A-Za-z+/=", 16, anywhere=False),
    TokenFormat("slack", "xox[abceoprs]-", _WORD + ".", 10),
    TokenFormat("slack", r"xoxe\.xox[bp]-", _WORD, 20),
    TokenFormat("slack", r"(?i:xapp)-[0-9]-", _WORD, 16),
    TokenFormat("slack", r"hooks\.slack\.com/(?:services|workflows|triggers)/", r"\w+/-", 20),
    TokenFormat(
        "teams",
        r"[\w-]+\.webhook\.office\.com/webhookb2/",
        r"\w@/-",
        40,
        anywhere=False,
        hint=r"\.webhook\.office\.com",
    ),
    TokenFormat("discord", r"discord(?:app)?\.com/api/webhooks/", r"\w/-", 40),
    TokenFormat(
        "discord", r"[MNO][\w-]{23,25}\.[\w-]{6}\.", _WORD, 27, 40, anywhere=False, hint=r"[\w-]\.[\w-]{6}\.[\w-]{10}"
    ),
    TokenFormat("stripe", "(?:sk|rk)_(?:live|test|prod)_", _ALNUM, 10),
    TokenFormat("stripe", "whsec_", _ALNUM + "+/=", 24, anywhere=False),
    TokenFormat("anthropic", "sk-ant-", _WORD, 16),
    TokenFormat("openai", "sk-(?:proj|svcacct|admin|live|test|or-v1|lf|None)-", _WORD, 6),
    TokenFormat("openai", "sk-", _ALNUM, 18, anywhere=False, hint="sk-[0-9A-Za-z]{8}"),
    TokenFormat("google", "AIza", _WORD, 35, 35, anywhere=False),
    TokenFormat("google", r"ya29\.", _WORD, 20, anywhere=False),
    TokenFormat("google", "GOCSPX-", _WORD, 24),
    TokenFormat("google", "1//0", _WORD, 30, anywhere=False),
    TokenFormat("npm", "npm_", _ALNUM, 36, 36, anywhere=False),
    TokenFormat("pypi", "pypi-AgE", _WORD, 40, anywhere=False),
    TokenFormat("rubygems", "rubygems_", _HEX, 48, 48),
    TokenFormat("clojars", "(?i:CLOJARS_)", _ALNUM, 60, 60),
    TokenFormat("crates", "cio", _ALNUM, 32, 32, anywhere=False, hint="cio[0-9A-Za-z]{8}"),
    TokenFormat("docker", "dckr_(?:pat|oat)_", _WORD, 20, anywhere=False),
    TokenFormat("hugging-face", "(?:hf|api_org)_", "A-Za-z0-9", 34, anywhere=False),
    TokenFormat("groq", "gsk_", _ALNUM, 40, anywhere=False),
    TokenFormat("xai", "xai-", _WORD, 40, anywhere=False),
    TokenFormat("perplexity", "pplx-", _ALNUM, 40, anywhere=False),
    TokenFormat("replicate", "r8_", _ALNUM, 36, anywhere=False),
    TokenFormat("e2b", "(?:sk_)?e2b_", _HEX, 32, anywhere=False),
    TokenFormat("tavily", "tvly-", _WORD, 24, anywhere=False),
    TokenFormat("nvidia", "nvapi-", _WORD, 40),
    TokenFormat("langsmith", "lsv2_(?:pt|sk)_", _HEX + "_", 32, anywhere=False),
    TokenFormat("cloudflare", r"v1\.0-", _HEX + "-", 64, anywhere=False),
    TokenFormat("digitalocean", "do[opr]_v1_", _HEX, 64, 64),
    TokenFormat("databricks", "dapi", _HEX, 32, 34, anywhere=False),
    TokenFormat("doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", _WORD + ".", 30, anywhere=False),
    TokenFormat("duffel", "duffel_(?:test|live)_", _WORD, 40),
    TokenFormat("dynatrace", r"dt0[a-z]01\.", _ALNUM + ".", 40, anywhere=False),
    TokenFormat("easypost", "EZ[AT]K", _ALNUM, 54, 54, anywhere=False),
    TokenFormat("facebook", "EAA[MC]?", _ALNUM, 90, anywhere=False, hint="EAA[0-9A-Za-z]{12}"),
    TokenFormat("figma", "fig[dou]r?_", _WORD, 30, anywhere=False),
    TokenFormat("flutterwave", "(?i:FLW(?:PUB|SEC)K_TEST)-", _HEX + "A-FXx-", 12),
    TokenFormat("fly", "(?:fo1_|fm1[ar]_|fm2_)", _WORD + "+/=", 40),
    TokenFormat("frameio", "fio-u-", _WORD + "=", 60, anywhere=False),
    TokenFormat("grafana", "glc_", "0-9A-Za-z+/=", 32, anywhere=False),
    TokenFormat("grafana", "glsa_", _ALNUM + "_", 32),
    TokenFormat("harness", r"(?:pat|sat)\.[\w-]{22}\.", _ALNUM + ".", 30, anywhere=False, hint=r"[ps]at\.[\w-]{8}"),
    TokenFormat(
        "hashicorp",
        r"(?:hv[sbr]\.|[0-9A-Za-z]{14}\.atlasv1\.)",
        _WORD + "=",
        24,
        anywhere=False,
        hint=r"hv[sbr]\.[\w-]{4}|\.atlasv1\.",
    ),
    TokenFormat("heroku", "HRKU-", _WORD, 36),
    TokenFormat("hubspot", "pat-(?:na|eu)[0-9]-", _HEX + "-", 32),
    TokenFormat("infracost", "ico-", _ALNUM, 32, 32, anywhere=False),
    TokenFormat("jfrog", "(?:AKCp|cmVmd)", _ALNUM, 55, anywhere=False, hint="(?:AKCp|cmVmd)[0-9A-Za-z]{12}"),
    TokenFormat("linear", "lin_(?:api|oauth|wh)_", _ALNUM, 30),
    TokenFormat("mailgun", "(?:private-|pub)?key-", _HEX, 32, 32, anywhere=False),
    TokenFormat("mailchimp", "[0-9a-f]{32}-us", "0-9", 1, 2, anywhere=False, hint="[0-9a-f]{4}-us[0-9]"),
    TokenFormat("mapbox", r"[ps]k\.eyJ", _WORD + ".", 40, anywhere=False),
    TokenFormat("maxmind", r"[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mm", "k", 1, 1, anywhere=False, hint="[0-9A-Za-z]{4}_mmk"),
    TokenFormat("newrelic", "NR(?:AK|JS|II|RA)-", _WORD, 19, anywhere=False),
    TokenFormat("notion", "ntn_", _ALNUM, 40, anywhere=False),
    TokenFormat("octopus", "API-", "A-Z0-9", 26, 26, anywhere=False),
    TokenFormat("onepassword", "ops_eyJ", _WORD + "+/=", 100, anywhere=False),
    TokenFormat("onepassword", r"A3-[A-Z0-9]{6}-", "A-Z0-9-", 24, anywhere=False, hint="A3-[A-Z0-9]{6}-"),
    TokenFormat("openshift", "sha256~", _WORD, 40),
    TokenFormat("planetscale", "pscale_(?:tkn|pw|oauth)_", r"\w=.-", 30),
    TokenFormat("postman", "PMAK-", _HEX + "-", 50, anywhere=False),
    TokenFormat("prefect", "pn[ub]_", _ALNUM, 36, 36, anywhere=False),
    TokenFormat("pulumi", "pul-", _HEX, 40, 40, anywhere=False),
    TokenFormat("readme", "rdme_", _ALNUM, 60, anywhere=False),
    TokenFormat("scalingo", "tk-us-", _WORD, 40, anywhere=False),
    TokenFormat("sendgrid", r"SG\.", _WORD + "=.", 60, anywhere=False),
    TokenFormat("brevo", "xkeysib-", _HEX + "A-Za-z0-9-", 64),
    TokenFormat("sentry", "sntry[su]_", _WORD + "+/=", 40),
    TokenFormat("settlemint", "sm_(?:aat|pat|sat)_", _ALNUM, 16, anywhere=False),
    TokenFormat("shippo", "shippo_(?:live|test)_", _HEX, 40),
    TokenFormat("shopify", "shp(?:at|ca|pa|ss)_", _HEX + "A-F", 32),
    TokenFormat("sonar", "sq[upa]_", _WORD + "=", 40, anywhere=False),
    TokenFormat("sourcegraph", "(?:sgp|slk)_", _HEX + "A-F_local", 40, anywhere=False),
    TokenFormat("square", "(?:sq0[a-z]{3}-|EAAA)", _WORD, 22, 60, anywhere=False, hint=r"sq0[a-z]{3}-|EAAA[\w-]{8}"),
    TokenFormat("supabase", "sb(?:p|_secret)_", _ALNUM + "_-", 20, anywhere=False),
    TokenFormat("telegram", "[0-9]{8,10}:A", _WORD, 34, 34, anywhere=False, hint=r"[0-9]{5}:A[\w-]{8}"),
    TokenFormat("twilio", "SK", _HEX, 32, 32, anywhere=False, hint="SK[0-9a-f]{8}"),
    TokenFormat("typeform", "tfp_", _WORD + ".=", 40, anywhere=False),
    TokenFormat(
        "yandex",
        r"(?:t1\.[A-Z0-9a-z_-]+=*\.|AQVN|YC[AM])",
        _WORD + "=",
        34,
        anywhere=False,
        hint=r"t1\.[A-Z0-9a-z_-]{8}|AQVN[\w-]{4}|YC[AM][\w-]{4}",
    ),
    TokenFormat("alibaba", "LTAI", _ALNUM, 17, 26, anywhere=False),
    TokenFormat("adobe", "p8e-", _ALNUM, 32, 32, anywhere=False),
    TokenFormat("age", "AGE-SECRET-KEY-1", "0-9A-Z", 50),
    TokenFormat("airtable", r"pat[0-9A-Za-z]{14}\.", _HEX, 64, 64, anywhere=False, hint=r"pat[0-9A-Za-z]{14}\."),
    TokenFormat("atlassian", "AT(?:ATT|CTT)3", _WORD + "=", 60, anywhere=False),
    TokenFormat("bitbucket", "ATBB", _ALNUM, 28, anywhere=False),
    TokenFormat("azure-ad", r"[\w~.-]{3}[0-9]Q~", r"\w~.-", 31, 34, anywhere=False, hint="[0-9]Q~"),
    TokenFormat("azure-devops", "[0-9A-Za-z]{76}AZDO", _ALNUM, 4, 4, anywhere=False, hint="[0-9A-Za-z]{4}AZDO"),
    TokenFormat("contentful", "CFPAT-", _WORD, 43, 43, anywhere=False),
    TokenFormat("artifactory", "reftkn:", _ALNUM + ":", 40, anywhere=False),
    TokenFormat("intra42", "s-s4t2(?:ud|af)-", _HEX, 64, 64),
    TokenFormat(
        "facebook", r"[0-9]{15,16}(?:\||%7[Cc]|%)", _WORD, 27, 40, hint=r"[0-9]{8}(?:\||%)[\w-]{12}", anywhere=False
    ),
    TokenFormat("clickhouse", "4b1d", _ALNUM, 38, 38, anywhere=False),
    TokenFormat(
        "authress",
        r"(?:sc|ext|scauth|authress)_[0-9a-z]{5,30}\.[0-9a-z]{4,6}\.acc[_-][0-9a-z-]{10,32}\.",
        _WORD + "+/=",
        30,
        hint=r"\.acc[_-][0-9a-z-]{8}",
        anywhere=False,
    ),
    TokenFormat("vault", r"s\.", _ALNUM, 24, 24, hint=r"\bs\.[0-9A-Za-z]{24}", anywhere=False),
    TokenFormat("defined", "dnkey-", _WORD + "=", 70),
    TokenFormat("grafana", "eyJrIjoi", _ALNUM + "+/=", 60),
    TokenFormat("jwt", r"eyJ[\w-]{8,}\.eyJ[\w/-]{8,}\.", _WORD + "/=", 8, hint="eyJ[0-9A-Za-z_-]{8}"),
    TokenFormat("jwt", "ZXlK", r"\w/+=-", 100, anywhere=False, hint="ZXlK[0-9A-Za-z]{8}"),
)
