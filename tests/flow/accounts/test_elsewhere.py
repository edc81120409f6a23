"""Signing in with another issuer, through the pages: believed once, in the browser that was sent there."""

import html
import re

import httpx2
import pytest

from tests.emulators.oidc import EMAIL, OidcEmulator
from tests.flow.accounts.people import HTML, House, Visitor, with_issuer
from yarda.settings import Settings
from yarda.web.cookies import SESSION

BACK = "/sign-in/with/oidc/callback"


@pytest.fixture
def settings(settings: Settings, issuer: OidcEmulator) -> Settings:
    return with_issuer(settings, issuer)


async def go(visitor: Visitor, then: str = "/") -> str:
    """Press the button; the address that the page goes on to."""
    page = await visitor.post("/sign-in/with/oidc", data={"next": then})
    assert page.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


async def sign_in(visitor: Visitor, issuer: OidcEmulator, then: str = "/") -> httpx2.Response:
    query = issuer.approve(await go(visitor, then))
    return await visitor.get(BACK, params=query, headers=HTML)


async def test_an_address_another_issuer_has_verified_is_an_account(house: House, issuer: OidcEmulator) -> None:
    visitor = house.visitor()
    offered = (await visitor.get("/sign-in")).text

    answer = await sign_in(visitor, issuer, then="/designs")

    assert "Sign in with Example" in offered
    assert (answer.status_code, answer.headers["location"]) == (303, "/designs")
    assert set(visitor.kept) == {SESSION}
    assert (await visitor.get("/credits")).json()["balance"] == 3
    assert await house.rows("SELECT email, verified_at IS NOT NULL FROM accounts") == [(EMAIL, True)]
    assert await house.rows("SELECT detail FROM audit_log WHERE action = 'signed_in'") == [({"how": "oidc"},)]


async def test_link_and_issuer_lead_to_the_same_account(house: House, issuer: OidcEmulator) -> None:
    await house.member(EMAIL)
    issuer.claims = {"email": EMAIL.upper()}

    answer = await sign_in(house.visitor(), issuer)

    assert answer.status_code == 303
    assert (await house.count("accounts"), await house.count("sessions")) == (1, 2)


async def test_what_comes_back_is_believed_once_and_in_the_browser_that_was_sent(
    house: House, issuer: OidcEmulator
) -> None:
    visitor, thief, nobody = house.visitor(), house.visitor(), house.visitor()
    query = issuer.approve(await go(visitor))
    await go(thief)

    stolen = await thief.get(BACK, params=query, headers=HTML)
    followed = await nobody.get(BACK, params=query, headers=HTML)
    answer = await visitor.get(BACK, params=query, headers=HTML)
    again = await visitor.get(BACK, params=query, headers=HTML)

    assert [page.status_code for page in (stolen, followed, answer, again)] == [422, 422, 303, 422]
    assert "begun in another browser" in stolen.text
    assert await house.count("sessions") == 1


async def test_an_address_nobody_verified_makes_no_account(house: House, issuer: OidcEmulator) -> None:
    issuer.claims = {"email_verified": False}
    visitor = house.visitor()

    answer = await sign_in(visitor, issuer)

    assert answer.status_code == 401
    assert "Example has not verified an address of yours" in answer.text
    assert SESSION not in visitor.kept
    assert await house.count("accounts") == 0


async def test_who_says_no_there_can_begin_again(house: House, issuer: OidcEmulator) -> None:
    visitor = house.visitor()
    query = issuer.approve(await go(visitor))

    refused = await visitor.get(BACK, params={"error": "access_denied", "state": query["state"]}, headers=HTML)

    assert refused.status_code == 401
    assert (await sign_in(visitor, issuer)).status_code == 303


async def test_an_issuer_that_is_away_does_not_break_the_page(house: House, issuer: OidcEmulator) -> None:
    issuer.script["discovery"].append("status:503")

    answer = await house.visitor().post("/sign-in/with/oidc", headers=HTML)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_only_configured_issuers_and_enabled_accounts_come_in(house: House, issuer: OidcEmulator) -> None:
    visitor = house.visitor()
    assert (await visitor.post("/sign-in/with/google", headers=HTML)).status_code == 404
    await sign_in(visitor, issuer)
    await house.rows("UPDATE accounts SET disabled_at = now()")

    answer = await sign_in(house.visitor(), issuer)

    assert answer.status_code == 403
    assert await house.count("sessions") == 1


async def test_nobody_is_sent_elsewhere_afterwards(house: House, issuer: OidcEmulator) -> None:
    answer = await sign_in(house.visitor(), issuer, then="//evil.test")

    assert answer.headers["location"] == "/"
