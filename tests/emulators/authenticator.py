"""A device with passkeys, in software: real key pairs, real attestation and assertion objects, false on demand."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass(slots=True, kw_only=True)
class Credential:
    """One passkey, with its private half."""

    id: bytes
    site: str
    user: bytes
    key: PrivateKey
    alg: int
    count: int = 0


@dataclass(slots=True, kw_only=True)
class Authenticator:
    """Answers `create` and `get` as a browser on `origin` would hand them on, as JSON.

    `site` takes the place of what the options say; `flags` of presence and verification; `counts` says whether
    it counts signatures, as hardware does and synchronised passkeys do not.
    """

    origin: str
    site: str | None = None
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: str, *, alg: int = ES256) -> str:
        asked = json.loads(options)
        key, public = _make_key(alg)
        made = Credential(
            id=uuid4().bytes,
            site=self.site or asked["rp"]["id"],
            user=from_base64url(asked["user"]["id"]),
            key=key,
            alg=alg,
        )
        self.credentials.append(made)
        attested = bytes(16) + len(made.id).to_bytes(2, "big") + made.id + cbor2.dumps(public)
        data = self._authenticator_data(made, ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": base64url(self._client_data("webauthn.create", asked["challenge"])),
            "attestationObject": base64url(attestation),
            "transports": ["internal"],
        }
        return _credential(made, response)

    def get(self, options: str, *, credential: Credential | None = None, user: bytes | None = None) -> str:
        asked = json.loads(options)
        used = credential or self.credentials[-1]
        used.count += self.counts
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = self._authenticator_data(used, 0)
        response = {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(data),
            "signature": base64url(_sign(used, data + hashlib.sha256(client_data).digest())),
            "userHandle": base64url(used.user if user is None else user),
        }
        return _credential(used, response)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _authenticator_data(self, credential: Credential, more: int) -> bytes:
        site = hashlib.sha256((self.site or credential.site).encode()).digest()
        return site + bytes([self.flags | more]) + credential.count.to_bytes(4, "big")


def _make_key(alg: int) -> tuple[PrivateKey, dict[int, Any]]:
    """A key pair, and its public half as COSE writes it."""
    if alg == EDDSA:
        edwards = ed25519.Ed25519PrivateKey.generate()
        return edwards, {1: 1, 3: alg, -1: 6, -2: edwards.public_key().public_bytes_raw()}
    if alg == RS256:
        big = rsa.generate_private_key(65537, 2048)
        numbers = big.public_key().public_numbers()
        return big, {1: 3, 3: alg, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
    curve, name, width = (ec.SECP256R1(), 1, 32) if alg == ES256 else (ec.SECP384R1(), 2, 48)
    key = ec.generate_private_key(curve)
    point = key.public_key().public_numbers()
    return key, {1: 2, 3: alg, -1: name, -2: point.x.to_bytes(width, "big"), -3: point.y.to_bytes(width, "big")}


def _sign(credential: Credential, data: bytes) -> bytes:
    match credential.key:
        case ec.EllipticCurvePrivateKey() as key:
            return key.sign(data, ec.ECDSA(hashes.SHA256()))
        case rsa.RSAPrivateKey() as key:
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        case key:
            return key.sign(data)


def _credential(credential: Credential, response: dict[str, Any]) -> str:
    name = base64url(credential.id)
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
