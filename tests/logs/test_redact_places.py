import base64
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.clean_json import clean_json
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import sanitise

REDACTOR = Redactor([], key=b"k")
MARK = re.compile(r"\[redacted:[a-z0-9-]+:[0-9a-f]{6}\]")

# Of our own making: valid nowhere.
SECRET = "Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3"
B64 = "Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8Rt2Wn"
PAIR = base64.b64encode(b"deploy:hunter22").decode()
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
HEX = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.mark.parametrize(
    "line",
    [
        f"map[Accept:[*/*] Authorization:[Bearer {SECRET}]]",
        f"[(b'authorization', b'Bearer {SECRET}')]",
        f"-H Authorization:Bearer\\ {SECRET}",
        f"AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature={HEX}",
        f"<Cookie session={SECRET} for h.example/>",
        f'Authorization: Digest username="u", nonce="abc", response="{SECRET}"',
        f"api_key: !vault {SECRET}",
        f"dsn=user:{SECRET}@/db",
        f"using credentials admin / {SECRET}",
        f"| password | {SECRET} |",
        f"https://{SECRET}:@h.example/v1",
        f"x-functions-key: {SECRET}",
        f"JSESSIONID={SECRET}",
        f"postgres://app:a@{SECRET}@db:5432/x",
        f"u:{SECRET}@tcp(db:3306)/x",
        f"jdbc:oracle:thin:app/{SECRET}@db:1521/x",
        f"otpauth://totp/x?secret={'ABCDEFGH' * 4}&issuer=x",
        f"https://h.example/cb?code={SECRET}&state=x",
        f"https://maker.ifttt.com/trigger/x/with/key/{SECRET}",
        f"mysql -u root -p{SECRET} x",
        f"docker login -u me -p {SECRET} h.example",
        f"redis-cli -a {SECRET} ping",
        f"ldapsearch -D cn=a -w {SECRET}",
        f"smbclient //h/s -U me%{SECRET}",
        f"openssl rsa -passin pass:{SECRET}",
        f"net use x: \\\\h\\s /user:me {SECRET}",
        f"echo {SECRET} | docker login --password-stdin",
        f"gh auth login --with-token <<< {SECRET}",
        f"::add-mask::{SECRET}",
        f"AKIAQ5TR7WN2YPXSV4D6,{B64}",
        f"db.example:5432:app:me:{SECRET}",
        f"CREATE USER u IDENTIFIED BY '{SECRET}'",
        f"ALTER USER u PASSWORD '{SECRET}'",
        f"SET PASSWORD FOR u = PASSWORD('{SECRET}')",
        f'{{"name": "DB_PASSWORD", "value": "{SECRET}"}}',
        f'{{"value": "{SECRET}", "key": "API_TOKEN"}}',
        f'<entry key="db.password">{SECRET}</entry>',
        f'<token type="x">{SECRET}</token>',
        f"setPassword('{SECRET}')",
        f"setenv API_SECRET {SECRET}",
        f'  ~ password = "x" -> "{SECRET}"',
        f"requirepass {SECRET}",
        f"using token {SECRET}",
        f"Incorrect API key provided: {SECRET}.",
        f"  -u developer:{SECRET} \\",
        "  -u developer:yqDVtkqPECriaLRi",
        f'curl -u "{SECRET}:" https://h.example',
        f"http.extraheader=AUTHORIZATION: basic {PAIR}",
        f'"auth": "{PAIR}"',
        f"client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt{B64}",
        f"abcghp_{SECRET}{SECRET[:12]}",
        f"[31mghp_{SECRET}{SECRET[:12]}",
        "asanaToken = 1234567890123456",
        f"mySecretString={SECRET}",
        "BUNDLE_ENTERPRISE__CONTRIBSYS__COM=cafebabe:deadbeef",
        f"password=SecretStr('{SECRET}')",
        f'["api_token"]=> string(24) "{SECRET}"',
        f'SELECT 1; token: Some("{SECRET}")',
        f"%22password%22%3A%22{SECRET}%22",
        f"&quot;password&quot;:&quot;{SECRET}&quot;",
        f"\\u0022password\\u0022:\\u0022{SECRET}\\u0022",
        f'"{{\\\\\\"token\\\\\\":\\\\\\"{SECRET}\\\\\\"}}"',
        f"-----BEGIN%20PRIVATE%20KEY-----%0A{B64}{B64}%0A-----END%20PRIVATE%20KEY-----",
    ],
)
def test_a_secret_is_found_by_its_place(line: str):
    text, counts = REDACTOR.redact_counting(line)
    assert MARK.search(text)
    assert sum(counts.values()) >= 1
    for secret in (SECRET, B64, PAIR, HEX, "yqDVtkqPECriaLRi", "1234567890123456", "cafebabe:deadbeef", "ABCDEFGH"):
        assert secret not in text
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"- name: DB_PASSWORD\n  value: {SECRET}",
        f'{{\n  "name": "API_TOKEN",\n  "value": "{SECRET}"\n}}',
        f"<name>db.password</name>\n<value>{SECRET}</value>",
        f"<apiToken>\n    {SECRET}\n</apiToken>",
        f"password: |\n  {SECRET}",
        f"<asanaToken>\n  1276842281407638\n</asanaToken>\n{BEGIN}\n{B64}\nPRIVATE KEY {B64}\n{END}",
        f"Your new API token:\n\n    {SECRET}",
        f"tool --token \\\n  {SECRET} \\\n  --x",
        f'"password":\n    "{SECRET}"',
        f"kind: Secret\ndata:\n  # a note\n\n  any: {SECRET}\n  other: |\n    {SECRET}\ntype: x",
        f"stringData:\n  any: '{SECRET}'\nkind: 'Secret'",
        f"kind: Secret\ndata:\n  any: {SECRET}",
        f"kind: Secret\n---\nkind: Secret\ndata:\n  any: {SECRET}",
        f"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{B64}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
        f"Private-Lines: 1\n{B64}\nPrivate-MAC: ab12",
        f"12:00 -----BEGIN RSA PRIVATE KEY-----\n12:00 {B64}\n12:00 -----END RSA PRIVATE KEY-----",
    ],
)
def test_a_secret_is_found_that_another_line_tells(text: str):
    redacted = REDACTOR.redact(text)
    assert SECRET not in redacted
    assert "1276842281407638" not in redacted
    assert B64 not in redacted
    assert redacted.count("\n") == text.count("\n")
    assert REDACTOR.redact(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "password:\n  too short:\n",
        "token:\n  required\n",
        "- name: DB_PASSWORD\n  value: $DB_PASSWORD\n",
        "- name: DB_PASSWORD\n  valueFrom: x\n",
        "api_token:\n  first line of prose\n",
        "bilinearToken:\n  prose\n",
        "heroku token:\n  word\n",
        "password:",
        "api_token:\n  abcd1234efgh:",
        "kind: Secret\ndata:\nany: plain\n",
        "kind: Secret\ndata:\n  any: ${VALUE}\ntype: x",
        "kind: Secret\n---\ndata:\n  any: plain\n",
        "kind: ConfigMap\ndata:\n  any: plain\n",
        "kind: SecretStore\ndata:\n  any: plain\n",
        "kind: Secret\ndata:\n  - odd entry here\n",
        "process_auth_result:263",
        "test token_set::check_mask_first_128 ... ok",
        "tokenfilter: tokenfilter.go:59 Allowing connection",
        "elixir_erl_pass:translate/2",
        "CODECOV_TOKEN=[secure]",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAQ5TR7WN2YPXSV4D6EXTRA",
        f"csrf_token={SECRET}",
        f"token_url = '{SECRET}'",
        f"author = {SECRET}",
        f"public_key = {SECRET}",
        f"tokenwithaverylongnamebehindit0123456 = {SECRET}",
        "docker run \\\n  -u daemon:daemonic",
        f"linear = {HEX[:-1]}",
        "-----BEGIN RSA PRIVATE KEY-----\nfailed at\n/usr/lib/somewhere/and/elsewhere",
        "/usr/lib/somewhere/and/elsewhere\n-----END RSA PRIVATE KEY-----",
        "using token authentication for requests",
        "password required1 by nobody",
        "https://h.example/cb?code=short&state=x",
        'auth: "not base64 at all!"',
        "aes_key = /etc/keys/aes.1.pem",
        "Session: 1234567",
    ],
)
def test_what_only_looks_like_a_secret_of_another_line_or_place_stays(text: str):
    assert REDACTOR.redact(text) == text


def test_a_private_key_in_a_list_and_a_value_beside_its_name_are_redacted_in_json():
    lines = ["-----BEGIN PRIVATE KEY-----", B64, "abc=", "-----END PRIVATE KEY-----", 3, "two\nlines"]
    cleaned = clean_json({"k": lines}, REDACTOR)["k"]
    assert B64 not in json.dumps(cleaned)
    assert [cleaned[0], *cleaned[3:]] == [lines[0], *lines[3:]]
    pair = {"name": "DB_PASSWORD", "value": "hunter2x"}
    assert "hunter2x" not in json.dumps(clean_json(pair, REDACTOR))
    assert clean_json({"name": "HOME", "value": "hunter2x"}, REDACTOR)["value"] == "hunter2x"
    assert clean_json({"name": 3, "value": "hunter2x"}, REDACTOR)["value"] == "hunter2x"


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=8, max_size=40)


@given(KEYS.filter(lambda key: len(set(key)) > 3), st.binary(max_size=4), st.binary(max_size=4), st.text(max_size=20))
def test_an_own_key_survives_in_no_encoding_and_no_surroundings(key: str, before: bytes, after: bytes, around: str):
    redactor = Redactor([key], key=b"k")
    plain = key.encode()
    wrapped = before + plain + after
    url = quote(key, safe="")
    encoded = base64.b64encode(wrapped).decode()
    for form in (
        key,
        json.dumps(key)[1:-1],
        json.dumps(json.dumps(key)[1:-1])[1:-1],
        url,
        quote(url, safe=""),
        plain.hex(),
        plain.hex().upper(),
        encoded,
        base64.urlsafe_b64encode(wrapped).decode(),
        quote(encoded, safe=""),
        base64.b32encode(wrapped).decode(),
    ):
        text = redactor.redact(f"{around}{form}{around}")
        assert "[redacted:" in text
        assert key not in text.replace("[redacted:", "")


def test_the_key_of_fingerprints_is_asked_for_only_when_there_is_a_secret_and_then_as_it_is():
    asked: list[int] = []

    def key() -> bytes:
        asked.append(1)
        return b"k"

    redactor = Redactor([], key=key)
    assert redactor.redact("nothing here") == "nothing here"
    assert asked == []
    # Another one may have come meanwhile, which all processes share.
    assert redactor.redact(f"token={SECRET} api_key={SECRET}1") == REDACTOR.redact(f"token={SECRET} api_key={SECRET}1")
    assert asked == [1, 1]


def test_many_own_keys_are_found_too():
    keys = [f"key-number-{n:02}-Zq8Rt2Wn/+" for n in range(12)]
    redactor = Redactor(keys, key=b"k")
    assert redactor.redact_counting("\n".join(keys))[1] == {"own-key": 12}


def test_cleaning_once_is_enough_where_an_escape_in_caret_notation_follows_a_secret():
    redactor = Redactor(["own-key-value-9"], key=b"k")
    once = redactor.redact("x own-key-value-9^[[1m^[[0m y")
    assert once.startswith("x [redacted:own-key:")
    assert once.endswith("] y")
    assert redactor.redact(sanitise(once)[0]) == once
