"""What a person does about their account, by the words they see."""

import re

from playwright.async_api import Page, expect


class SignInPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def begin(self) -> "SignInPage":
        """From the start page, which offers nothing else to a stranger."""
        await self.page.goto("/")
        await expect(self.page.get_by_label("A photo of your yard")).to_have_count(0)
        await self.page.get_by_role("link", name="Sign in to begin").click()
        return self

    async def ask(self, email: str) -> None:
        await self.page.get_by_label("Email address").fill(email)
        await self.page.get_by_role("button", name="Send me a link").click()
        await expect(self.page.get_by_role("heading", name="Look at your mail")).to_be_visible()

    async def open_link(self, link: str) -> None:
        await self.page.goto(link)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("link", name="Account")).to_be_visible()

    async def write_code(self, code: str) -> None:
        await self.page.get_by_label("Code from the message").fill(code)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("link", name="Account")).to_be_visible()


class AccountPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self) -> "AccountPage":
        await self.page.get_by_role("link", name=re.compile("^Account")).click()
        await expect(self.page.get_by_role("heading", name="Account", exact=True)).to_be_visible()
        return self

    async def ledger(self) -> list[list[str]]:
        """What was booked, newest first: what, change, held, balance."""
        rows = self.page.get_by_role("region", name="Credit history").locator("tbody tr")
        return [(await row.locator("td").all_inner_texts())[1:] for row in await rows.all()]

    async def end_other_session(self) -> None:
        sessions = self.page.get_by_role("region", name="Where you are signed in")
        await sessions.get_by_role("button", name="Sign out", exact=True).click()
        await expect(sessions.get_by_role("button", name="Sign out", exact=True)).to_have_count(0)

    async def delete(self, email: str) -> None:
        await self.page.locator("summary", has_text="Delete the account").click()
        await self.page.get_by_label("Write your email address to confirm").fill(email)
        await self.page.get_by_role("button", name="Delete the account").click()


class CreditsPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def buy(self, credits: int) -> None:
        """On the payment service's own page, and back."""
        await self.page.get_by_role("button", name=f"Get {credits} credits").click()
        await self.page.get_by_role("button", name="Pay").click()
        await expect(self.page.get_by_role("status")).to_contain_text("Paid.")
