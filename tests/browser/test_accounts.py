"""A stranger's whole way through a studio with accounts, in a real browser: in, three designs, a pack, out."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from tests.browser.account_pages import AccountPage, CreditsPage, SignInPage
from tests.browser.conftest import Outside, Town
from tests.browser.pages import NewPage, StartPage
from tests.browser.test_journey import watched
from tests.flow.processes import YardaProcess
from yarda.bootstrap import Running, start

PATIENCE = 60_000
DANA = "dana@example.org"


@pytest.fixture
async def stranger(browser: Browser, town: Town) -> AsyncIterator[BrowserContext]:
    """A browser that nobody has signed in with."""
    context = await browser.new_context(base_url=town.url)
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


@pytest.fixture
async def neighbour(browser: Browser, town: Town) -> AsyncIterator[BrowserContext]:
    """Another one, without JavaScript."""
    context = await browser.new_context(base_url=town.url, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


async def choose_photoreal(page: Page, photo: Path, *areas: str) -> NewPage:
    """The form, with these areas ticked and no other."""
    new = await (await StartPage(page).open()).add_photo(photo)
    for box in await page.locator("input[name=area]").all():
        await box.set_checked(await box.get_attribute("value") in areas)
    await page.get_by_role("radio", name="Photoreal").check()
    return new


async def expect_credits(page: Page, words: str) -> None:
    await expect(page.get_by_role("link", name="Account")).to_contain_text(words)


async def test_a_stranger_signs_in_spends_the_trial_buys_draws_again_and_leaves(
    browser: Browser,
    stranger: BrowserContext,
    neighbour: BrowserContext,
    outside: Outside,
    town: Town,
    small_yard: Path,
    tmp_path: Path,
) -> None:
    page, errors = await watched(stranger)
    sign_in = await SignInPage(page).begin()
    await sign_in.ask(DANA)
    message = await outside.message(DANA)
    await sign_in.open_link(message.link)
    await expect_credits(page, "3 credits")

    new = await choose_photoreal(page, small_yard, "front_yard", "backyard", "walkway", "patio")
    await expect(page.get_by_text("Your credits do not cover this")).to_be_visible()
    await page.get_by_role("checkbox", name="Patio", exact=True).uncheck()
    await expect(page.get_by_text("Your credits do not cover this")).to_be_hidden()
    await expect(page.get_by_text("of your 3 credits")).to_be_visible()
    progress = await new.draw()
    await progress.expect_ready(3)
    await expect(page.get_by_text("Kept until")).to_be_visible()
    await progress.see_result()
    design = page.url
    await expect_credits(page, "0 credits")

    await choose_photoreal(page, small_yard, "patio")
    await page.get_by_role("button", name="Draw my yard").click()
    alert = page.get_by_role("alert").filter(has_text="This needs 1 credit; you have 0.")
    async with stranger.expect_page() as opened:
        await alert.get_by_role("link", name="Get credits").click()
    await CreditsPage(await opened.value).buy(5)
    await page.get_by_role("radio", name="Photoreal").check()
    progress = await NewPage(page).draw()
    await progress.expect_ready(1)

    account = await AccountPage(page).open()
    spent = [["−1", "0", "4"], ["", "1", "5"], ["+5", "0", "5"]]
    ledger = await account.ledger()
    assert [row[1:] for row in ledger[:3]] == spent
    assert [row[0] for row in ledger[:3]] == ["Spent: patio delivered", "Held: patio accepted", "Received: bought"]
    assert sum(int(change.replace("−", "-") or 0) for _, change, _, _ in ledger) == 4
    assert ledger[-1] == ["Received: trial credits", "+3", "0", "3"]

    await expect_nothing_of(design, for_whom=neighbour, outside=outside)
    second = await sign_in_on_a_phone(browser, outside, town)
    await page.reload()
    await account.end_other_session()
    await second.reload()
    await expect(second.get_by_role("heading", name="Sign in with your email address")).to_be_visible()

    await account.delete(DANA)
    await expect(page.get_by_role("status")).to_contain_text("Your account is deleted")
    await page.goto(design)
    await expect(page.get_by_role("heading", name="Sign in with your email address")).to_be_visible()
    assert [error for error in errors if "402" not in error] == []
    await expect_only_books(town, tmp_path)


async def expect_nothing_of(design: str, *, for_whom: BrowserContext, outside: Outside) -> None:
    """Somebody else, signed in by a code, finds neither the design nor its pictures."""
    page = await for_whom.new_page()
    sign_in = await SignInPage(page).begin()
    await sign_in.ask("eli@example.org")
    await sign_in.write_code((await outside.message("eli@example.org")).code)
    await expect_credits(page, "3 credits")
    await page.goto(design)
    await expect(page.get_by_role("heading", name="Nothing is planted here.")).to_be_visible()
    await page.get_by_role("link", name="Go to your gallery").click()
    await expect(page.get_by_role("heading", name="No designs yet")).to_be_visible()
    assert (
        await page.request.get(f"{design.replace('/designs/', '/generations/').rsplit('/', 1)[0]}")
    ).status == 404


async def sign_in_on_a_phone(browser: Browser, outside: Outside, town: Town) -> Page:
    """The same person once more, who looks at the account."""
    context = await browser.new_context(base_url=town.url, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto("/account")
    sign_in = SignInPage(page)
    await sign_in.ask(DANA)
    await sign_in.write_code((await outside.message(DANA)).code)
    await expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    return page


async def expect_only_books(town: Town, folder: Path) -> None:
    """Of a deleted account its ledger is left, which adds up, and nothing with a name or a picture in it."""
    whose = "WHERE account_id = (SELECT id FROM accounts WHERE kind = 'deleted')"
    async with start(town.settings) as running:
        for table in ("generations", "photos", "images", "sessions", "api_keys"):
            assert await rows(running, f"SELECT 1 FROM {table} {whose}") == []
        for table, column in (("accounts", "email"), ("mails", "recipient"), ("sign_ins", "address")):
            assert await rows(running, f"SELECT 1 FROM {table} WHERE {column} = '{DANA}'") == []
        booked = await rows(running, f"SELECT kind, sum(credits) FROM ledger {whose} GROUP BY kind ORDER BY kind")
    assert {kind: int(credits) for kind, credits in booked} == {"grant": 8, "hold": 4, "capture": 4}
    audit = YardaProcess(town.settings, "audit", log=folder / "audit.log")
    try:
        assert await audit.ended() == 0, (folder / "audit.log").read_text()
    finally:
        audit.end()


async def rows(running: Running, query: str) -> list[Any]:
    async with running.database.connect() as connection:
        return list((await connection.execute(text(query))).all())


async def test_without_javascript_a_link_signs_in_and_too_few_credits_lead_on(
    neighbour: BrowserContext, outside: Outside, small_yard: Path
) -> None:
    page = await neighbour.new_page()
    sign_in = await SignInPage(page).begin()
    await sign_in.ask("finn@example.org")
    await sign_in.open_link((await outside.message("finn@example.org")).link)
    new = await choose_photoreal(page, small_yard, "front_yard")
    await expect(page.get_by_text("of your 3 credits")).to_be_visible()
    progress = await new.draw()
    await progress.expect_ready(1)
    await expect_credits(page, "2 credits")

    new = await choose_photoreal(page, small_yard, "front_yard", "walkway", "patio")
    await new.wish("Walkway", "no gravel")
    await page.get_by_role("button", name="Draw my yard").click()

    alert = page.get_by_role("alert").filter(has_text="This needs 3 credits; you have 2.")
    await expect(alert.get_by_role("link", name="Get credits")).to_be_visible()
    await expect(page.get_by_role("radio", name="Photoreal")).to_be_checked()
    await expect(page.locator("[name='custom_prompt.walkway']")).to_have_value("no gravel")
    await page.get_by_role("checkbox", name="Patio", exact=True).uncheck()
    await (await NewPage(page).draw()).expect_ready(2)
    await expect_credits(page, "0 credits")


async def test_pages_of_an_account_do_not_scroll_sideways(
    stranger: BrowserContext, outside: Outside, small_yard: Path
) -> None:
    page = await stranger.new_page()
    await page.goto("/sign-in")
    await SignInPage(page).ask("gil@example.org")
    message = await outside.message("gil@example.org")
    await page.goto(message.link)
    await expect_fits(page, "the link")
    await SignInPage(page).open_link(message.link)
    await choose_photoreal(page, small_yard, "front_yard", "backyard", "walkway", "patio")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Draw my yard").click()
    await expect_fits(page, "too few credits")
    for path in ("/", "/account", "/account/credits", "/docs", "/nothing", "/sign-in"):
        await page.goto(path)
        await expect_fits(page, path)


async def expect_fits(page: Page, name: str) -> None:
    for width in (320, 390, 1440):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
