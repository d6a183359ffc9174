"""Secrets made up for the demo, and the log lines that give them away as real programs do."""

import hashlib
import string
from dataclasses import dataclass

from mcp_server.demo.keys import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY

_ALNUM = string.ascii_letters + string.digits
_BASE64 = _ALNUM + "+/"


@dataclass(frozen=True, slots=True)
class Secrets:
    """One secret of each common shape, made from a seed: none of them opens anything."""

    aws_key_id: str
    aws_secret: str
    github_token: str
    database_password: str
    bearer: str
    openai_key: str
    pem_lines: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every text that must never reach an agent, the demo's own keys included; a PEM line by line."""
        own = (CODEGEN_TOKEN, AGENTBOX_KEY, OPENSANDBOX_KEY)
        made = (self.aws_key_id, self.aws_secret, self.github_token, self.database_password, self.bearer)
        return (*made, self.openai_key, *self.pem_lines, *own)

    @property
    def database_url(self) -> str:
        """A connection URL with the password in it."""
        return f"postgresql://checkout:{self.database_password}@db.acme.internal:5432/checkout"

    @property
    def clone_url(self) -> str:
        """A repository's URL with the token in it."""
        return f"https://x-access-token:{self.github_token}@github.com/acme/checkout.git"

    def env_dump(self) -> tuple[str, ...]:
        """Lines of `env`, as a CI job prints them."""
        return (
            "$ env | sort",
            f"AWS_ACCESS_KEY_ID={self.aws_key_id}",
            "AWS_DEFAULT_REGION=eu-central-1",
            f"AWS_SECRET_ACCESS_KEY={self.aws_secret}",
            "HOME=/home/agent",
            f"OPENAI_API_KEY={self.openai_key}",
            "PATH=/usr/local/bin:/usr/bin:/bin",
        )

    def curl_call(self) -> tuple[str, ...]:
        """A traced call with its header."""
        return (f'+ curl -fsS -H "Authorization: Bearer {self.bearer}" https://artifacts.acme.internal/api/manifest',)

    def key_file(self) -> tuple[str, ...]:
        """A deploy key, printed by somebody who wanted to see whether it is there."""
        kind = "RSA PRIVATE KEY"
        return ("+ cat /run/deploy/id_rsa", f"-----BEGIN {kind}-----", *self.pem_lines, f"-----END {kind}-----")

    def own_keys(self) -> tuple[str, ...]:
        """The keys of the three platforms, as a careless health check echoes them."""
        return (
            f'+ curl -s -H "OPEN-SANDBOX-API-KEY: {OPENSANDBOX_KEY}" http://sandboxes.acme.internal/health',
            f'+ curl -s -H "AGENTBOX-API-KEY: {AGENTBOX_KEY}" http://agentbox.acme.internal/v1/clusters',
            f"config: codegen.token={CODEGEN_TOKEN} codegen.org=1",
        )


def make_secrets(seed: int) -> Secrets:
    """Return the secrets of a seed, the same every time."""
    return Secrets(
        aws_key_id="AKIA" + _text(seed, "aws-id", 16, string.ascii_uppercase + "234567"),
        aws_secret=_text(seed, "aws-secret", 40, _BASE64),
        github_token="ghp_" + _text(seed, "github", 36, _ALNUM),
        database_password=_text(seed, "database", 24, _ALNUM),
        bearer=_text(seed, "bearer", 43, _ALNUM + "-_"),
        openai_key="sk-proj-" + _text(seed, "openai-1", 20, _ALNUM) + "T3BlbkFJ" + _text(seed, "openai-2", 20, _ALNUM),
        pem_lines=(
            *(_text(seed, f"pem-{n}", 64, _BASE64) for n in range(12)),
            _text(seed, "pem-last", 30, _BASE64) + "==",
        ),
    )


def _text(seed: int, name: str, length: int, alphabet: str) -> str:
    """Draw characters from a hash: repeatable, and no random generator that could be mistaken for a safe one."""
    drawn = hashlib.shake_256(f"{seed}:{name}".encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in drawn)
