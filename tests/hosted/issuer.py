"""An issuer of access tokens: keys, the document that publishes them, and tokens of every kind, good and bad."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://sandscope.example.com/mcp"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class Issuer:
    """One issuer.

    Attributes:
        keys: By their ids.
        asked: How often its document was read.
    """

    keys: dict[str, PrivateKey] = field(default_factory=dict[str, PrivateKey])
    asked: int = 0

    def add(self, key_id: str, key: PrivateKey | None = None) -> None:
        """Begins to sign with a key."""
        self.keys[key_id] = key or ec.generate_private_key(ec.SECP256R1())

    def document(self, *more: dict[str, Any]) -> bytes:
        """What it publishes."""
        self.asked += 1
        published = [{**_public(key), "kid": key_id, "use": "sig"} for key_id, key in self.keys.items()]
        return json.dumps({"keys": [*more, *published]}).encode()

    def publish(self, folder: Path) -> str:
        """The path of a file with its document."""
        path = folder / "jwks.json"
        path.write_bytes(self.document())
        return str(path)

    def token(self, key_id: str | None = None, /, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good token, but for what is said otherwise; a claim given as None is left out."""
        key_id = key_id or next(iter(self.keys))
        key = self.keys[key_id]
        now = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 600, **claims}
        body = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(body, key, algorithm=algorithm_of(key), headers={"kid": key_id, **(headers or {})})


def algorithm_of(key: PrivateKey) -> str:
    """What a key signs with."""
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    return "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "EdDSA"


def _public(key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return json.loads(OKPAlgorithm.to_jwk(key.public_key()))
