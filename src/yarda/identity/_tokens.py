"""What an ID token proves, once everything about it is checked."""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with an issuer's private key: no `none`, and nothing that a public key could be the secret of."""
LEEWAY_SECONDS = 60


def read_id_token(
    tokens: dict[str, Any], keys: KeySet, *, issuer: str, client_id: str, nonce: str, now: int
) -> dict[str, Any]:
    """The claims of a token that this issuer made for this client and this sign-in, and that is not over.

    Raises `JoseError`, `ValueError`; `InvalidKeyIdError` where no key has the token's name.
    """
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    token = jwt.decode(tokens["id_token"], keys, registry=registry)
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
        params={"client_id": client_id, "nonce": nonce, "access_token": tokens.get("access_token")},
    )
    claims.validate(now=now, leeway=LEEWAY_SECONDS)
    return dict(claims)


def verified_address(claims: dict[str, Any]) -> str | None:
    """None unless the issuer says that it has verified the address.

    The standard has a boolean; some issuers (Apple, Amazon Cognito) write it as a text.
    """
    email = claims.get("email")
    said = claims.get("email_verified")
    is_verified = said is True or said == "true"
    return email if isinstance(email, str) and is_verified else None
