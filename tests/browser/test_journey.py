"""A homeowner's way through the studio, in a real browser, on a real painter."""

import json
from pathlib import Path

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.pages import ProgressPage, ResultPage, StartPage


async def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page, and every error its console shows."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


async def test_upload_choose_two_areas_watch_and_come_back(context: BrowserContext, small_yard: Path) -> None:
    page, errors = await watched(context)
    new = await (await StartPage(page).open()).add_photo(small_yard)
    await new.choose("Front yard", "Japanese zen")
    await new.choose("Walkway", "English garden")
    progress = await new.draw()

    await page.reload()
    await progress.expect_ready(2)
    assert (await page.title()).startswith("2 of 2 ready")

    result = await progress.see_result()
    await result.expect_style("Japanese zen")
    await page.get_by_role("navigation", name="Areas of this design").get_by_role("link", name="Walkway").click()
    await result.expect_style("English garden")

    await page.get_by_role("link", name="Gallery").click()
    await page.get_by_role("link", name="Front yard, Japanese zen").first.click()
    await ResultPage(page).expect_style("Japanese zen")
    assert errors == []


async def test_a_phone_draws_too_and_the_slider_compares_by_keyboard(
    phone: BrowserContext, small_yard: Path
) -> None:
    page, _ = await watched(phone)
    new = await (await StartPage(page).open()).add_photo(small_yard)
    progress = await new.draw()
    await progress.expect_ready(1)
    await progress.see_result()

    slider = page.get_by_role("slider", name="Compare")
    await slider.focus()
    await slider.press("Home")

    await expect(slider).to_have_attribute("aria-valuetext", "0 % before, 100 % after")


async def test_pegs_move_by_keyboard_and_the_ground_goes_along(context: BrowserContext, small_yard: Path) -> None:
    page, errors = await watched(context)
    await (await StartPage(page).open()).add_photo(small_yard)
    ground = page.locator("[name=ground]")
    before = json.loads(await ground.input_value())

    peg = page.get_by_role("button", name="Patch 1, point 1").first
    await peg.focus()
    await peg.press("ArrowUp")

    assert json.loads(await ground.input_value()) != before
    await page.get_by_role("button", name="Undo").click()
    assert json.loads(await ground.input_value()) == before
    assert errors == []


async def test_an_error_keeps_what_was_entered(plain: BrowserContext, small_yard: Path) -> None:
    page = await plain.new_page()
    new = await (await StartPage(page).open()).add_photo(small_yard)
    await new.wish("Front yard", "keep the oak")
    await page.get_by_role("checkbox", name="Front yard", exact=True).uncheck()
    await page.get_by_role("button", name="Draw my yard").click()

    await expect(page.get_by_role("alert")).to_contain_text("tick at least one area")

    assert await page.locator("[name='custom_prompt.front_yard']").input_value() == "keep the oak"


async def test_a_file_that_is_no_photo_is_refused_with_advice(plain: BrowserContext, tmp_path: Path) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a picture")
    page = await plain.new_page()
    await StartPage(page).open()
    await page.get_by_label("A photo of your yard").set_input_files(bad)

    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_role("alert")).to_contain_text("JPEG")


async def test_everything_works_without_javascript(plain: BrowserContext, small_yard: Path) -> None:
    page = await plain.new_page()
    new = await (await StartPage(page).open()).add_photo(small_yard)
    await new.choose("Patio", "Mediterranean")
    await page.get_by_role("checkbox", name="Front yard", exact=True).uncheck()
    progress = await new.draw()

    await progress.expect_ready(1)

    await (await progress.see_result()).expect_style("Mediterranean")
    await page.get_by_text("Delete this design").click()
    await page.get_by_role("button", name="Delete it").click()
    await expect(page.get_by_role("heading", name="Your designs")).to_be_visible()


async def test_cancel_stops_what_is_left(context: BrowserContext, small_yard: Path) -> None:
    page, _ = await watched(context)
    new = await (await StartPage(page).open()).add_photo(small_yard)
    for area in ("Backyard", "Walkway", "Patio", "Pool area"):
        await new.choose(area, "Desert landscape")
    await new.draw()

    await page.get_by_role("button", name="Cancel what is left").click()

    await expect(page.get_by_role("button", name="Cancel what is left")).to_have_count(0)
    await expect(page.get_by_text("Cancelled").first).to_be_visible()
    assert ProgressPage(page)


async def test_unknown_pages_say_what_to_do(context: BrowserContext) -> None:
    page = await context.new_page()
    answer = await page.goto("/designs/00000000-0000-4000-8000-00000000dead")

    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("link", name="Go to your gallery")).to_be_visible()


async def test_no_page_scrolls_sideways(context: BrowserContext, small_yard: Path) -> None:
    page = await context.new_page()
    new = await (await StartPage(page).open()).add_photo(small_yard)
    for path in ("/", page.url, "/designs", "/docs"):
        await page.goto(path)
        for width in (320, 390, 768, 1440, 1920):
            await page.set_viewport_size({"width": width, "height": 800})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
    assert new
