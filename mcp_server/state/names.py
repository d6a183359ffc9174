"""Names as they are stored: unreadable, for they hold origins and digests of tokens."""

import hashlib


def hidden(key: bytes, name: str) -> bytes:
    """A name as it is stored, with a key that only those who share the state know."""
    return hashlib.blake2b(name.encode(), key=key, digest_size=16).digest()
