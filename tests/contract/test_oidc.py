"""Signing in with another issuer through the adapter, over a real connection: what is believed and what is not."""

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.emulators.oidc import CLIENT_ID, CLIENT_SECRET, EMAIL, OidcEmulator
from yarda.accounts.service_ports import IdentityProvider
from yarda.errors import IdentityRefused, IdentityUnavailable
from yarda.identity.oidc import REFETCH_SECONDS, OpenIdProvider

HERE = "http://localhost:8900/sign-in/with/oidc/callback"


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
async def issuer() -> AsyncIterator[OidcEmulator]:
    async with OidcEmulator() as emulator:
        yield emulator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def provider(issuer: OidcEmulator, clock: Clock) -> AsyncIterator[OpenIdProvider]:
    provider = make(issuer, clock=clock)
    yield provider
    await provider.close()


def make(issuer: OidcEmulator, **changes: Any) -> OpenIdProvider:
    given = {
        "name": "oidc",
        "label": "Example",
        "issuer": issuer.base_url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    provider = OpenIdProvider(**(given | changes))
    provider._http._seconds = 0.6
    return provider


async def sign_in(provider: IdentityProvider, issuer: OidcEmulator, **brought: str) -> str:
    redirect = await provider.begin(redirect_uri=HERE)
    query = issuer.approve(redirect.url) | brought
    return await provider.finish(query=query, remember=redirect.remember, redirect_uri=HERE)


async def test_an_address_the_issuer_has_verified_is_proved(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    assert await sign_in(provider, issuer) == EMAIL
    assert await sign_in(provider, issuer) == EMAIL

    assert issuer.asked == ["discovery", "keys", "token", "token"]


async def test_nothing_secret_is_in_the_address_a_browser_is_sent_to(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    redirect = await provider.begin(redirect_uri=HERE)
    again = await provider.begin(redirect_uri=HERE)

    assert redirect.remember["verifier"] not in redirect.url
    assert CLIENT_SECRET not in redirect.url
    assert parse_qs(urlsplit(redirect.url).query)["state"] == [redirect.state]
    assert redirect.state != again.state
    assert redirect.remember["nonce"] != again.remember["nonce"]


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another sign-in's"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": -90},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": 3600},
        {"sub": None},
        {"at_hash": "of another access token"},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "false"},
        {"email_verified": 1},
        {"email": None},
        {"email": ["dana@example.org"]},
    ],
    ids=str,
)
async def test_a_token_that_proves_no_address_is_refused(
    claims: dict[str, Any], provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.claims = claims

    with pytest.raises(IdentityRefused):
        await sign_in(provider, issuer)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID},
        {"exp": -5},
        {"email_verified": "true"},
    ],
    ids=str,
)
async def test_unusual_but_true_tokens_are_believed(
    claims: dict[str, Any], provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.claims = claims

    assert await sign_in(provider, issuer) == EMAIL


@pytest.mark.parametrize("alg", ["none", "HS256"])
async def test_a_token_that_anybody_could_have_made_is_refused(
    alg: str, provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.alg = alg

    with pytest.raises(IdentityRefused):
        await sign_in(provider, issuer)


async def test_a_new_key_is_fetched_when_it_is_first_used(provider: OpenIdProvider, issuer: OidcEmulator) -> None:
    await sign_in(provider, issuer)
    issuer.key = "second"

    assert await sign_in(provider, issuer) == EMAIL
    assert issuer.asked.count("keys") == 2


async def test_a_key_the_issuer_never_had_is_refused(provider: OpenIdProvider, issuer: OidcEmulator) -> None:
    issuer.key_name = "unheard of"

    with pytest.raises(IdentityRefused):
        await sign_in(provider, issuer)


async def test_a_strangers_key_under_a_known_name_is_refused(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    await sign_in(provider, issuer)
    issuer.key, issuer.key_name = "second", "first"

    with pytest.raises(IdentityRefused):
        await sign_in(provider, issuer)


async def test_what_an_issuer_says_about_itself_is_asked_again_after_an_hour(
    provider: OpenIdProvider, issuer: OidcEmulator, clock: Clock
) -> None:
    await provider.begin(redirect_uri=HERE)
    await provider.begin(redirect_uri=HERE)
    assert issuer.asked.count("discovery") == 1

    clock.ahead = REFETCH_SECONDS + 1
    await provider.begin(redirect_uri=HERE)

    assert issuer.asked.count("discovery") == 2


@pytest.mark.parametrize(
    "brought",
    [{"error": "access_denied"}, {"code": ""}, {"code": "guessed"}, {"iss": "https://another.example"}],
    ids=str,
)
async def test_a_browser_that_brings_no_good_code_is_refused(
    brought: dict[str, str], provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    with pytest.raises(IdentityRefused, match="try again, or sign in by email"):
        await sign_in(provider, issuer, **brought)


async def test_a_code_works_only_with_the_secret_of_the_sign_in_that_asked_for_it(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    mine = await provider.begin(redirect_uri=HERE)
    theirs = await provider.begin(redirect_uri=HERE)
    query = issuer.approve(theirs.url)

    with pytest.raises(IdentityRefused):
        await provider.finish(query=query, remember=mine.remember, redirect_uri=HERE)


async def test_a_client_whose_form_is_taken_sends_its_secret_there(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.document = {"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]}

    assert await sign_in(provider, issuer) == EMAIL


async def test_a_wrong_client_secret_is_the_operators_business(issuer: OidcEmulator) -> None:
    provider = make(issuer, client_secret="wrong")

    with pytest.raises(IdentityUnavailable):
        await sign_in(provider, issuer)
    await provider.close()


async def test_an_address_outside_the_token_is_asked_for(provider: OpenIdProvider, issuer: OidcEmulator) -> None:
    issuer.document = {"userinfo_endpoint": f"{issuer.base_url}/userinfo"}
    issuer.claims = {"email": None, "email_verified": None}
    issuer.userinfo = {"sub": "person-1", "email": EMAIL, "email_verified": True}

    assert await sign_in(provider, issuer) == EMAIL

    issuer.userinfo |= {"sub": "person-2"}
    with pytest.raises(IdentityRefused):
        await sign_in(provider, issuer)


@pytest.mark.parametrize("service", ["discovery", "keys", "token"])
@pytest.mark.parametrize("behaviour", ["status:503", "status:403", "hang", "reset", "garbage", "huge:4000000"])
async def test_an_issuer_that_does_not_answer_is_away(
    service: str, behaviour: str, provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.script[service].append(behaviour)

    with pytest.raises(IdentityUnavailable):
        await sign_in(provider, issuer)

    assert await sign_in(provider, issuer) == EMAIL


async def test_a_redirect_of_the_issuers_services_is_not_followed(
    provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.script["token"].append(f"redirect:{issuer.base_url}/elsewhere")

    with pytest.raises(IdentityUnavailable):
        await sign_in(provider, issuer)

    assert "nothing" not in issuer.asked


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://issuer.example/token"},
        {"jwks_uri": "http://issuer.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
    ids=str,
)
async def test_an_issuer_that_describes_itself_wrongly_is_not_used(
    document: dict[str, Any], provider: OpenIdProvider, issuer: OidcEmulator
) -> None:
    issuer.document = document

    with pytest.raises(IdentityUnavailable):
        await provider.begin(redirect_uri=HERE)

    assert "token" not in issuer.asked
