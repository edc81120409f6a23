"""Passkeys through the adapter, with a device in software: which answers prove something, and which nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.emulators.authenticator import (
    EDDSA,
    ES256,
    ES384,
    PRESENT,
    RS256,
    VERIFIED,
    Authenticator,
    base64url,
    from_base64url,
)
from yarda.accounts.service_ports import PasskeyCeremony
from yarda.domain.account import Passkey, PasskeyId
from yarda.domain.credit import AccountId
from yarda.errors import PasskeyRefused
from yarda.identity.passkeys import WebAuthnCeremony, supports_passkeys

ORIGIN = "https://yarda.example"
CHALLENGE = b"0123456789abcdef0123456789abcdef"
OTHER_CHALLENGE = b"another challenge, of another day"
ACCOUNT = AccountId(uuid4())


@pytest.fixture
def ceremony() -> PasskeyCeremony:
    return WebAuthnCeremony(base_url=f"{ORIGIN}:443/")


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(origin=ORIGIN)


def registration(ceremony: PasskeyCeremony, challenge: bytes = CHALLENGE) -> str:
    return ceremony.begin_registration(
        account=ACCOUNT, name="dana@example.org", known=(b"known",), challenge=challenge
    )


def register(ceremony: PasskeyCeremony, device: Authenticator, alg: int = ES256) -> Passkey:
    answer = device.create(registration(ceremony), alg=alg)
    made = ceremony.finish_registration(answer, challenge=CHALLENGE)
    return Passkey(
        id=PasskeyId(uuid4()),
        account=ACCOUNT,
        credential=made.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name="phone",
        created_at=datetime.now(UTC),
    )


def sign_in(ceremony: PasskeyCeremony, device: Authenticator, passkey: Passkey, **changes: Any) -> int:
    answer = device.get(ceremony.begin_sign_in(challenge=CHALLENGE), **changes)
    return ceremony.finish_sign_in(answer, challenge=CHALLENGE, passkey=passkey)


@pytest.mark.parametrize("alg", [ES256, EDDSA, RS256])
def test_a_registered_device_signs_in(alg: int, ceremony: PasskeyCeremony, device: Authenticator) -> None:
    passkey = register(ceremony, device, alg)

    answer = device.get(ceremony.begin_sign_in(challenge=CHALLENGE))

    assert ceremony.challenge_of(answer) == CHALLENGE
    assert ceremony.credential_of(answer) == passkey.credential
    assert ceremony.finish_sign_in(answer, challenge=CHALLENGE, passkey=passkey) == 1


def test_devices_are_asked_for_passkeys_they_find_themselves_and_guard(ceremony: PasskeyCeremony) -> None:
    making = json.loads(registration(ceremony))
    using = json.loads(ceremony.begin_sign_in(challenge=CHALLENGE))

    assert making["rp"]["id"] == using["rpId"] == "yarda.example"
    assert from_base64url(making["user"]["id"]) == ACCOUNT.bytes
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert making["authenticatorSelection"]["userVerification"] == using["userVerification"] == "required"
    assert making["attestation"] == "none"
    assert [known["id"] for known in making["excludeCredentials"]] == [base64url(b"known")]
    assert using.get("allowCredentials", []) == []


@pytest.mark.parametrize(
    "device",
    [
        Authenticator(origin="https://yarda.example.evil.test"),
        Authenticator(origin="http://yarda.example"),
        Authenticator(origin=f"{ORIGIN}:8443"),
        Authenticator(origin=ORIGIN, site="evil.test"),
        Authenticator(origin=ORIGIN, flags=PRESENT),
        Authenticator(origin=ORIGIN, flags=VERIFIED),
    ],
    ids=["other site", "no TLS", "other port", "other site's key", "not verified", "not present"],
)
def test_an_answer_from_elsewhere_or_of_nobody_registers_nothing(
    device: Authenticator, ceremony: PasskeyCeremony
) -> None:
    with pytest.raises(PasskeyRefused):
        register(ceremony, device)


def test_only_the_asked_for_kinds_of_keys_are_taken(ceremony: PasskeyCeremony, device: Authenticator) -> None:
    with pytest.raises(PasskeyRefused):
        register(ceremony, device, ES384)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.test"},
        {"site": "evil.test"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
    ],
    ids=str,
)
def test_a_sign_in_elsewhere_or_by_nobody_is_refused(
    changes: dict[str, Any], ceremony: PasskeyCeremony, device: Authenticator
) -> None:
    passkey = register(ceremony, device)
    for name, value in changes.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefused):
        sign_in(ceremony, device, passkey)


def test_an_answer_to_another_challenge_is_refused(ceremony: PasskeyCeremony, device: Authenticator) -> None:
    passkey = register(ceremony, device)
    answer = device.get(ceremony.begin_sign_in(challenge=OTHER_CHALLENGE))

    with pytest.raises(PasskeyRefused):
        ceremony.finish_sign_in(answer, challenge=CHALLENGE, passkey=passkey)
    with pytest.raises(PasskeyRefused):
        ceremony.finish_registration(device.create(registration(ceremony, OTHER_CHALLENGE)), challenge=CHALLENGE)


def test_a_count_that_does_not_rise_tells_of_a_copied_key(
    ceremony: PasskeyCeremony, device: Authenticator
) -> None:
    passkey = register(ceremony, device)
    device.credentials[0].count = 6

    for known in (7, 8):
        with pytest.raises(PasskeyRefused):
            sign_in(ceremony, device, replace(passkey, sign_count=known))
        device.credentials[0].count = 6
    assert sign_in(ceremony, device, replace(passkey, sign_count=6)) == 7


def test_a_device_that_does_not_count_signs_in_again_and_again(ceremony: PasskeyCeremony) -> None:
    device = Authenticator(origin=ORIGIN, counts=False)
    passkey = register(ceremony, device)

    assert [sign_in(ceremony, device, passkey) for _ in range(3)] == [0, 0, 0]


def test_an_answer_for_another_account_is_refused(ceremony: PasskeyCeremony, device: Authenticator) -> None:
    passkey = register(ceremony, device)

    for user in (uuid4().bytes, b""):
        with pytest.raises(PasskeyRefused):
            sign_in(ceremony, device, passkey, user=user)


def test_another_passkeys_signature_is_refused(ceremony: PasskeyCeremony, device: Authenticator) -> None:
    mine, other = register(ceremony, device), register(ceremony, device)

    with pytest.raises(PasskeyRefused):
        sign_in(ceremony, device, mine, credential=device.credentials[1])
    with pytest.raises(PasskeyRefused):
        sign_in(ceremony, device, replace(mine, credential=other.credential))


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
@pytest.mark.parametrize("place", [0, 20, 35, -1])
def test_one_changed_bit_is_refused(
    part: str, place: int, ceremony: PasskeyCeremony, device: Authenticator
) -> None:
    passkey = register(ceremony, device)
    answer = json.loads(device.get(ceremony.begin_sign_in(challenge=CHALLENGE)))
    content = bytearray(from_base64url(answer["response"][part]))
    content[place] ^= 1
    answer["response"][part] = base64url(bytes(content))

    with pytest.raises(PasskeyRefused):
        ceremony.finish_sign_in(json.dumps(answer), challenge=CHALLENGE, passkey=passkey)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        "[" * 100_000,
        '{"response": {}}',
        '{"response": {"clientDataJSON": 7}}',
        '{"response": {"clientDataJSON": "e30"}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", '
        '"attestationObject": "oA", "authenticatorData": "", "signature": ""}}',
    ],
    ids=range(8),
)
def test_nonsense_is_refused(answer: str, ceremony: PasskeyCeremony, device: Authenticator) -> None:
    passkey = register(ceremony, device)

    with pytest.raises(PasskeyRefused):
        ceremony.challenge_of(answer)
    with pytest.raises(PasskeyRefused):
        ceremony.finish_registration(answer, challenge=CHALLENGE)
    with pytest.raises(PasskeyRefused):
        ceremony.finish_sign_in(answer, challenge=CHALLENGE, passkey=passkey)


@pytest.mark.parametrize(
    ("base_url", "supported"),
    [
        ("https://yarda.example", True),
        ("http://localhost:8000", True),
        ("http://yarda.example", False),
        ("http://127.0.0.1:8000", False),
        ("https://[::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(base_url: str, supported: bool) -> None:
    assert supports_passkeys(base_url) is supported
