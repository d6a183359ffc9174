import base64
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.redact import Redactor

MARK = re.compile(r"\[redacted:[a-z0-9-]+:[0-9a-f]{6}\]")
REDACTOR = Redactor(["s3cr3t-own-value"], key=b"k")

# Of our own making: right in form, valid nowhere.
ALNUM = "Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9Cc"
LONG = ALNUM * 4
HEX = "9f86d081884c7d659a2feaa0c55ad015"
TOKENS = {
    "github": ["ghp_" + LONG[:36], "github_pat_" + LONG[:22] + "_" + LONG[:59], "ghs_" + LONG[:36]],
    "gitlab": ["glpat-" + LONG[:20]],
    "aws-id": ["AKIAQ5TR7WN2YPXSV4D6"],
    "slack": ["xoxb-1234567890-" + LONG[:24], "https://hooks.slack.com/services/T0AB1CD2E/B0FG3HJ4K/" + LONG[:24]],
    "stripe": ["sk_live_" + LONG[:24], "whsec_" + LONG[:32]],
    "anthropic": ["sk-ant-api03-" + LONG[:90]],
    "openai": ["sk-proj-" + LONG[:60], "sk-" + LONG[:48]],
    "google": ["AIza" + LONG[:35], "ya29." + LONG[:60]],
    "npm": ["npm_" + LONG[:36]],
    "pypi": ["pypi-AgEIcHlwaS5vcmcC" + LONG[:60]],
    "hugging-face": ["hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh"],
    "jwt": ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSIsImlhdCI6MX0." + LONG[:43]],
    "agentbox": ["agbx_" + LONG[:24]],
    "telegram": ["1234567890:AAF" + LONG[:32]],
}


@pytest.mark.parametrize(("kind", "token"), [(kind, token) for kind, tokens in TOKENS.items() for token in tokens])
@pytest.mark.parametrize("place", ["{}", "key={}", 'x "{}",', "({})", r"a\n{}", "https://h/?q={}&x=1"])
def test_a_token_of_a_known_format_is_replaced_wherever_it_stands(kind: str, token: str, place: str):
    text, counts = REDACTOR.redact_counting(place.format(token))
    assert token[-12:] not in text
    assert MARK.search(text)
    assert kind in counts or place == "key={}" or kind == "telegram"


@pytest.mark.parametrize(
    "line",
    [
        "DB_PASSWORD=letmein",
        "SERVICE_TOKEN=abc12345",
        '{"password": "hunter2"}',
        r"{\"password\":\"hunter2\"}",
        r'"body": "{\"api_key\": \"k9Jq2Lw8Zx4R\"}"',
        "password=opensesame1",
        "password: Tr0ub4dor&3",
        "mysql --password hunter2 -h db",
        "deploy --token=abcd1234efgh",
        "login --api-key 'q1w2e3r4t5y6'",
        "Authorization: Bearer opaque-token-123456",
        "authorization: token 0123456789abcdef",
        '"Authorization": "Basic dXNlcjpwYXNzd29yZA=="',
        "curl sent Basic dXNlcjpwYXNzd29yZA== and",
        "Cookie: session=abcdef0123456789; theme=dark",
        "Set-Cookie: sid=s%3Aabcdef; Path=/; HttpOnly",
        "postgres://app:pa55w0rd@db:5432/x",
        "git clone https://0123456789abcdef0123456789abcdef01234567@git.example/x.git",
        f"GET https://b.example/k?X-Amz-Signature={HEX}{HEX}&X-Amz-Date=1",
        f"https://a.example/c?sv=2024-11-04&sig={quote(LONG[:43])}%3D&se=2026",
        f"https://s.example/o?X-Goog-Signature={HEX}",
        "AccountKey=" + LONG[:86] + "==;EndpointSuffix=core",
        "AWS Secret Access Key [None]: wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzKEY9",
        "aws_secret_access_key = " + LONG[:40],
        "curl -u deploy:s3cretpw https://x.example",
        "sshpass -p s3cretpw ssh host",
        "machine x.example login me password s3cretpw",
        '"pass": "s3cretpw"',
        f"<clientSecret>{HEX}</clientSecret>",
        f'String apiToken = "{HEX}";',
        "X-Api-Key: 0123456789abcdef",
        f"-----BEGIN PRIVATE KEY-----\\n{LONG}\\n-----END PRIVATE KEY-----",
    ],
)
def test_a_secret_shows_by_where_it_stands(line: str):
    text, counts = REDACTOR.redact_counting(line)
    assert MARK.search(text), text
    assert sum(counts.values()) == text.count("[redacted:") >= 1
    assert MARK.sub("", text).count("redacted") == 0
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "invalid token=abc in prose",
        "password: ***",
        "password: ********",
        "password=required",
        "password is required: enter a password",
        "secret: not found",
        "Unexpected token: } at line 12",
        "token: 12345",
        "max_tokens=2000 and pad_token=</s>",
        "password=$DB_PASSWORD",
        "password=<your password>",
        "password=xxxxxxxxxxxx",
        "token=${{ secrets.GITHUB_TOKEN }}",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "sha512-abcdefgh1234567+/AAAABBBBBCCCCCddddd==",
        'integrity: "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg=="',
        "md5 d41d8cd98f00b204e9800998ecf8427e  a.tar",
        "PWD=/home/agent/work OLDPWD=/tmp",
        "SSH_AUTH_SOCK=/tmp/ssh-x/agent.1",
        "PublicKeyToken=b77a5c561934e089",
        "cache-key: linux-node-abc123def456",
        "--- PASS: TestPushNotifications/CLUSTER (0.00s)",
        "Basic authentication failed for user",
        "basic some_long-name_of-it here",
        "basic YWJjZGVmZ2g= decoded",
        "Bearer token is missing",
        "Authorization: required",
        "cookie: invalid",
        "docker run -u 1000:1000 image",
        "KEY_PATH=/etc/ssl/keys/server.pem auth=/etc/x/y-z",
        "TOKEN_URL=https://id.example/oauth/token",
        'password: "Please enter a password that is long enough"',
        "http://localhost:8080/path@2x.png",
        "Downloading https://files.example/a/b/pkg-1.2.3.whl",
        "[redacted:github:0a1b2c] stays",
        "[redacted:url-password:abc123] stays",
        "password: short. Then prose.",
    ],
)
def test_what_is_no_secret_stays(line: str):
    assert REDACTOR.redact(line) == line


def test_an_own_key_goes_in_every_form_even_when_the_rest_is_off(own_key: str):
    redactor = Redactor([own_key], key=b"k", enabled=False)
    plain = own_key.encode()
    forms = [
        own_key,
        quote(own_key),
        quote(own_key, safe=""),
        quote(own_key, safe="").lower(),
        json.dumps(own_key)[1:-1],
    ]
    forms += [plain.hex(), plain.hex().upper(), quote(quote(own_key, safe=""), safe="")]
    forms += [base64.b64encode(b"x" * n + plain + b"yz").decode() for n in range(3)]
    forms += [base64.urlsafe_b64encode(b"?" * n + plain + b"\xff\xfe").decode() for n in range(3)]
    for form in forms:
        text, counts = redactor.redact_counting(f"value <{form}> end")
        assert counts == {"own-key": 1}, form
        assert own_key not in text
        assert text.startswith("value <")
        assert text.endswith("> end")
    other = "ghp_" + LONG[:36]
    assert redactor.redact(other) == other


def test_a_mark_that_is_none_shields_nothing():
    assert "hunter22" not in REDACTOR.redact("[redacted: password=hunter22")
    assert "hunter22" not in REDACTOR.redact("[redacted:x:012345] password=hunter22")


def test_equal_secrets_have_equal_marks_and_only_under_the_same_key():
    token = "ghp_" + LONG[:36]
    first, second = REDACTOR.redact(f"{token} {token}").split()
    assert first == second
    assert Redactor([], key=b"other").redact(token) != first


def test_a_short_own_key_is_not_looked_for_in_encoded_forms():
    redactor = Redactor(["hush1", "abc", ""], key=b"k")
    assert redactor.redact("say hush1 or abc") != "say hush1 or abc"
    assert redactor.redact(b"hush1".hex()) == b"hush1".hex()
    assert redactor.redact("abc") == "abc"


def test_nothing_to_look_for_leaves_all_text():
    assert Redactor([], key=b"k", enabled=False).redact("password=hunter22") == "password=hunter22"


def test_its_repr_tells_no_secret(own_key: str):
    redactor = Redactor([own_key], key=b"fingerprint-key")
    assert own_key not in repr(redactor)
    assert "fingerprint-key" not in repr(redactor)


BODY = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ{n:02}{ALNUM[:12]}" for n in range(5)]
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["a", BEGIN, *BODY, END, "b"], ["a", BEGIN, END, "b"]),
        (["a", BEGIN, "Proc-Type: 4,ENCRYPTED", "", *BODY, "last short=", END], ["a", BEGIN, "", END]),
        (["a", BEGIN, *BODY, "plain words again"], ["a", BEGIN, "plain words again"]),
        ([BEGIN, *BODY, BEGIN, *BODY, END], [BEGIN, BEGIN, END]),
        (["plain words", *BODY, END, "b"], ["plain words", END, "b"]),
        ([*BODY, END], [END]),
        ([BEGIN, END, "no body"], [BEGIN, END, "no body"]),
        (["the PRIVATE KEY is missing"], ["the PRIVATE KEY is missing"]),
    ],
)
def test_a_private_key_over_many_lines_keeps_only_its_frame_and_the_line_count(lines: list[str], kept: list[str]):
    text = "\n".join(lines)
    redacted = REDACTOR.redact(text)
    assert redacted.count("\n") == text.count("\n")
    assert [line for line in redacted.split("\n") if not MARK.fullmatch(line)] == kept
    assert REDACTOR.redact(redacted) == redacted


NOISE = st.sampled_from(
    [token for tokens in TOKENS.values() for token in tokens]
    + [
        "password=",
        "token: ",
        '"secret":"',
        "Bearer ",
        "://u:",
        "@h ",
        "hunter2x",
        " ",
        "\n",
        "s3cr3t-own-value",
        BEGIN,
        END,
        *BODY[:2],
    ]
    + [
        "[redacted:x:012345]",
        "[redacted:url-password:0a1b2c]",
        "--token ",
        "é",
        "\ud800",
        "&sig=",
        "'",
        "\\",
        ";",
        "Cookie: a=b",
        "-",
        "_",
        "AKIA",
        "0a1B2c3D4e5F6g7H8i",
    ]
)


@given(st.lists(NOISE, max_size=25).map("".join) | st.text(max_size=120))
def test_redacting_twice_is_redacting_once_and_lines_stay(text: str):
    once, counts = REDACTOR.redact_counting(text)
    assert REDACTOR.redact(once) == once
    assert once.count("\n") == text.count("\n")
    assert "s3cr3t-own-value" not in once
    assert bool(counts) == (once != text)


def test_a_quoted_secret_that_ends_its_line_with_a_backslash_is_replaced_and_takes_no_line_along():
    redacted = REDACTOR.redact('password="abcdef12345\\\nand so on"')
    assert redacted.startswith('password="[redacted:assigned:')
    assert redacted.endswith(']\\\nand so on"')
