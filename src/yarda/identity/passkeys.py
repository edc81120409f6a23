"""WebAuthn for one site: passkeys that a device finds by itself, and uses only for who proves to be its owner."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
import webauthn
from cryptography.exceptions import InvalidSignature
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
)
from webauthn.helpers.base64url_to_bytes import base64url_to_bytes
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from yarda.accounts.service_ports import NewPasskey
from yarda.domain.account import Passkey
from yarda.domain.credit import AccountId
from yarda.errors import PasskeyRefused

SITE_NAME = "Yarda"
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
PATIENCE_MS = 300_000
LONGEST_CREDENTIAL = 1023
"""Bytes, as the standard limits it."""

log = structlog.get_logger()


def supports_passkeys(base_url: str) -> bool:
    """Browsers offer passkeys on HTTPS and on localhost, and only where a site has a name."""
    parts = urlsplit(base_url)
    if parts.hostname is None or _is_number(parts.hostname):
        return False
    return parts.scheme == "https" or parts.hostname == "localhost"


class WebAuthnCeremony:
    """Plays the `PasskeyCeremony` port."""

    def __init__(self, *, base_url: str) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None
        self._site = parts.hostname
        self._origin = _origin(base_url)

    def begin_registration(
        self, *, account: AccountId, name: str, known: tuple[bytes, ...], challenge: bytes
    ) -> str:
        """A device that has one of the `known` passkeys makes no other."""
        options = webauthn.generate_registration_options(
            rp_id=self._site,
            rp_name=SITE_NAME,
            user_id=account.bytes,
            user_name=name,
            challenge=challenge,
            timeout=PATIENCE_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=credential) for credential in known],
            supported_pub_key_algs=ALGORITHMS,
        )
        return webauthn.options_to_json(options)

    def finish_registration(self, answer: str, *, challenge: bytes) -> NewPasskey:
        with _refusing("registration"):
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
                supported_pub_key_algs=ALGORITHMS,
            )
            if len(made.credential_id) > LONGEST_CREDENTIAL:
                raise ValueError("the credential's name is too long")
        return NewPasskey(
            credential=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count
        )

    def begin_sign_in(self, *, challenge: bytes) -> str:
        """Names no passkey: the device shows those it has, and nobody learns which accounts exist."""
        options = webauthn.generate_authentication_options(
            rp_id=self._site,
            challenge=challenge,
            timeout=PATIENCE_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def challenge_of(self, answer: str) -> bytes:
        with _refusing("challenge"):
            client_data = base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
            return parse_client_data_json(client_data).challenge

    def credential_of(self, answer: str) -> bytes:
        with _refusing("credential"):
            return parse_authentication_credential_json(answer).raw_id

    def finish_sign_in(self, answer: str, *, challenge: bytes, passkey: Passkey) -> int:
        """Refuses an answer that names another account, and a count that did not rise: a copied key."""
        with _refusing("sign-in"):
            given = parse_authentication_credential_json(answer)
            if given.raw_id != passkey.credential or given.response.user_handle != passkey.account.bytes:
                raise ValueError("the answer is of another passkey or account")
            proved = webauthn.verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        return proved.new_sign_count


@contextmanager
def _refusing(step: str) -> Iterator[None]:
    """Whatever is wrong with a device's answer, it proves nothing; the log says what it was."""
    try:
        yield
    except (
        WebAuthnException,
        InvalidSignature,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        log.warning("passkey_refused", step=step, reason=f"{type(error).__name__}: {error}"[:200])
        raise PasskeyRefused("this passkey was not accepted; try again, or sign in by email") from error


def _origin(base_url: str) -> str:
    """As browsers write it: without the port that the scheme has by itself."""
    parts = urlsplit(base_url)
    usual = {"http": 80, "https": 443}
    port = "" if parts.port in (None, usual.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
