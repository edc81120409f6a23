"""What a person does on each page, by the words they see."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

DRAWN = 90_000


class StartPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self) -> "StartPage":
        await self.page.goto("/")
        return self

    async def add_photo(self, photo: Path) -> "NewPage":
        await self.page.get_by_label("A photo of your yard").set_input_files(photo)
        await self.page.get_by_role("button", name="Continue").click()
        await expect(self.page.get_by_role("heading", name="What may change?")).to_be_visible()
        return NewPage(self.page)

    async def write_address(self, address: str) -> "PlacePage":
        await self.page.get_by_label("A street address").fill(address)
        await self.page.get_by_role("button", name="Continue").click()
        await expect(self.page.get_by_role("heading", name="Is this the house?")).to_be_visible()
        return PlacePage(self.page)


class PlacePage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def expect_pictures(self, *alts: str) -> None:
        for alt in alts:
            picture = self.page.get_by_role("img", name=alt)
            await expect(picture).to_have_js_property("complete", True)
            assert await picture.evaluate("image => image.naturalWidth") > 300

    async def turn(self, *buttons: str) -> None:
        """Press one after the other, without waiting in between."""
        for button in buttons:
            await self.page.get_by_role("button", name=button, exact=True).click()

    async def go_on(self, *, confirm: bool) -> "NewPage":
        if confirm:
            await self.page.get_by_role("checkbox", name="Yes, this is the place.").check()
        await self.page.get_by_role("button", name="Choose areas and styles").click()
        await expect(self.page.get_by_role("heading", name="What may change?")).to_be_visible()
        return NewPage(self.page)


class NewPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def choose(self, area: str, style: str) -> None:
        box = self.page.get_by_role("checkbox", name=area, exact=True)
        if not await box.is_checked():
            await box.check()
        group = self.page.get_by_role("radiogroup", name=f"Style for {area.lower()}")
        await group.get_by_role("radio", name=style).check()

    async def wish(self, area: str, words: str) -> None:
        bed = self.page.locator("fieldset.bed", has=self.page.get_by_role("checkbox", name=area, exact=True))
        wishes = bed.get_by_label("Wishes")
        if not await wishes.is_visible():
            await bed.get_by_text("Wishes, what to keep, another photo").click()
        await wishes.fill(words)

    async def mark(self, button: str, *points: tuple[float, float]) -> None:
        """Press the button and tap the points, in pixels of the photo; finish where it does not end by itself."""
        await self.page.get_by_role("button", name=button, exact=True).click()
        frame = self.page.locator(".ground__frame")
        box = await frame.bounding_box()
        view = await self.page.locator(".ground__lines").get_attribute("viewBox")
        assert box is not None
        assert view is not None
        width, height = (float(side) for side in view.split()[2:])
        for x, y in points:
            await frame.click(position={"x": x / width * box["width"], "y": y / height * box["height"]})
        finish = self.page.get_by_role("button", name="Finish", exact=True)
        if await finish.count():
            await finish.click()

    async def kept(self) -> None:
        """Wait until the photo has learned what was marked last."""
        async with self.page.expect_response(
            lambda answer: "/photos/" in answer.url and answer.request.method == "PATCH"
        ) as caught:
            pass
        answer = await caught.value
        assert answer.ok, await answer.text()

    async def show_in(self, season: str, growth: str) -> None:
        await self.page.get_by_label("Season").select_option(season)
        await self.page.get_by_label("Growth").select_option(growth)

    async def draw(self) -> "ProgressPage":
        await self.page.get_by_role("button", name="Draw my yard").click()
        await self.page.wait_for_url(re.compile(r"/designs/[0-9a-f-]{36}$"))
        return ProgressPage(self.page)


class ProgressPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def expect_ready(self, count: int) -> None:
        await expect(self.page.get_by_text("Ready, drawn in")).to_have_count(count, timeout=DRAWN)

    async def see_result(self) -> "ResultPage":
        await self.page.get_by_role("link", name="See the result").click()
        return ResultPage(self.page)


class ResultPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def expect_style(self, style: str) -> None:
        await expect(self.page.get_by_role("heading", name=style, level=1)).to_be_visible()
        after = self.page.locator("before-after figure:last-of-type img")
        await expect(after).to_have_js_property("complete", True)
        assert await after.evaluate("image => image.naturalWidth") > 300
