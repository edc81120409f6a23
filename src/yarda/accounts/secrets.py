"""Secrets of people and browsers: made here, shown once, kept as hashes."""

import hashlib
import hmac
import secrets

KEY_PREFIX = "yarda_"
CODE_DIGITS = 8


def new_secret() -> str:
    """256 bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    return KEY_PREFIX + new_secret()


def new_code() -> str:
    """What a person types over: digits, guarded by how often it may be tried."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def hash_secret(secret: str) -> bytes:
    """For secrets nobody can guess; a plain hash is enough for those."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()


class Pepper:
    """Hashes what could be guessed with a key that is not in the database."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def hash(self, purpose: str, *parts: str) -> bytes:
        """Equal for equal parts; tells nothing to whoever has the database alone."""
        text = "\0".join((purpose, *parts)).encode(errors="surrogatepass")
        return hmac.digest(self._key, text, "sha256")
