"""Ways to sign in, in a real Chromium: what its policies and its own passkeys make of our pages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import CDPSession, Page, async_playwright, expect

from tests.browser.conftest import FLAGS, find_browser
from tests.emulators.oidc import EMAIL, OidcEmulator
from tests.flow.accounts.people import House, with_issuer
from yarda.settings import Settings

VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def host() -> str:
    """Passkeys need an address with a name, and the issuer's is another site then."""
    return "localhost"


@pytest.fixture
def settings(settings: Settings, issuer: OidcEmulator) -> Settings:
    return with_issuer(settings, issuer)


@pytest.fixture
async def page(house: House) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        context = await browser.new_context(base_url=house.url)
        context.set_default_timeout(30_000)
        yield await context.new_page()
        await browser.close()


async def plug_in(page: Page) -> tuple[CDPSession, str]:
    """A device with passkeys for this page."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    return session, added["authenticatorId"]


async def test_the_button_leads_to_the_issuer_and_back_in(house: House, page: Page) -> None:
    await page.goto("/sign-in?next=/account")

    await page.get_by_role("button", name="Sign in with Example").click()

    await expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
    assert await house.rows("SELECT email FROM accounts") == [(EMAIL,)]


async def test_chromiums_own_passkey_is_added_and_signs_in(house: House, page: Page) -> None:
    device, name = await plug_in(page)
    await page.goto("/sign-in?next=/account")
    await page.get_by_role("button", name="Sign in with Example").click()

    await page.get_by_label("Name of the new passkey").fill("laptop")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("row").filter(has_text="laptop")).to_be_visible()
    await page.context.clear_cookies()
    await page.goto("/sign-in?next=/account")
    await page.get_by_role("button", name="Sign in with a passkey").click()

    await expect(page.get_by_role("row").filter(has_text="laptop")).not_to_contain_text("Never")
    assert await house.rows("SELECT detail FROM audit_log WHERE action = 'signed_in' ORDER BY id") == [
        ({"how": "oidc"},),
        ({"how": "passkey"},),
    ]

    await page.context.clear_cookies()
    await device.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    await page.goto("/sign-in")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("alert").filter(has_text="Nothing was done")).to_be_visible()
