"""What a person marks on their photo: a door, the house edge, what stays in front; by hand, by keys, as text."""

import re
from pathlib import Path

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.pages import StartPage
from tests.browser.test_journey import watched
from yarda.sample import sample_geometry

SHARE = 480 / 1536
"""The small yard's width over the sample's."""
POST = ((100.0, 180.0), (130.0, 180.0), (130.0, 260.0), (100.0, 260.0))


def door() -> tuple[tuple[float, float], tuple[float, float]]:
    truth = sample_geometry().door_from_ground
    (x, foot), (_, top) = truth.start, truth.end
    return (x * SHARE, foot * SHARE), (x * SHARE, top * SHARE)


async def set_eye_level(page: Page, y: float) -> None:
    await page.get_by_label("Eye level").first.fill(str(round(y)))


async def plan_of(page: Page) -> str:
    path = await page.locator("a.plan").get_attribute("href")
    return await (await page.request.get(path or "")).text()


async def test_a_marked_door_makes_the_plan_exact(context: BrowserContext, small_yard: Path) -> None:
    page, errors = await watched(context)
    new = await (await StartPage(page).open()).add_photo(small_yard)
    scale = page.locator("[data-fact=scale]")
    await expect(scale).to_have_text("Approximate: mark a door")
    await set_eye_level(page, sample_geometry().horizon_y * SHARE)

    await new.mark("Mark the door", *door())
    await new.kept()

    await expect(scale).to_have_text("From the length you marked")
    await expect(page.locator("[data-fact=eye]")).to_have_text("Set by you")
    await new.show_in("Autumn", "After three years")
    progress = await new.draw()
    await progress.expect_ready(1)
    await progress.see_result()
    await expect(page.get_by_text("Autumn, after three years")).to_be_visible()
    plan = await plan_of(page)
    assert "Scaled by a measured length" in plan
    assert "Approximate" not in plan
    assert errors == []


async def test_what_is_kept_in_front_is_there_after_a_reload_and_can_be_removed(
    context: BrowserContext, small_yard: Path
) -> None:
    page, errors = await watched(context)
    new = await (await StartPage(page).open()).add_photo(small_yard)

    await new.mark("Keep in front", *POST)
    await new.kept()
    await page.reload()

    pegs = page.get_by_role("button", name="Kept in front 1, point")
    await expect(pegs).to_have_count(4)
    await pegs.first.focus()
    await pegs.first.press("Shift+Delete")
    await new.kept()
    await page.reload()
    await expect(page.locator(".peg--ground").first).to_be_visible()
    await expect(pegs).to_have_count(0)
    assert errors == []


async def test_a_door_is_marked_and_removed_with_keys_alone(context: BrowserContext, small_yard: Path) -> None:
    page, errors = await watched(context)
    await (await StartPage(page).open()).add_photo(small_yard)
    await expect(page.locator(".peg--ground").first).to_be_visible()

    await page.get_by_role("button", name="Mark the door", exact=True).press("Enter")
    cursor = page.get_by_role("button", name="Next point")
    await expect(cursor).to_be_focused()
    for _ in range(12):
        await cursor.press("ArrowDown")
    await cursor.press("Enter")
    for _ in range(16):
        await cursor.press("ArrowUp")
    await cursor.press("Enter")

    await expect(page.get_by_role("button", name="Known length, point 1 of 2")).to_be_focused()
    await page.get_by_role("button", name="Remove the door").press("Enter")
    await expect(page.get_by_role("button", name="Known length")).to_have_count(0)
    assert errors == []


async def test_a_phone_marks_the_house_edge_and_keeps_it(phone: BrowserContext, small_yard: Path) -> None:
    page, errors = await watched(phone)
    new = await (await StartPage(page).open()).add_photo(small_yard)

    await new.mark("Mark the house", (20.0, 188.0), (230.0, 188.0), (340.0, 205.0))
    await new.kept()
    await page.reload()

    await expect(page.get_by_role("button", name="House edge, point")).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="Undo").focus()
    assert errors == []


async def test_a_mark_that_cannot_be_says_what_to_correct(context: BrowserContext, small_yard: Path) -> None:
    page, _ = await watched(context)
    new = await (await StartPage(page).open()).add_photo(small_yard)
    await set_eye_level(page, 150)

    await new.mark("Mark the door", (200.0, 100.0), (200.0, 40.0))

    await expect(page.get_by_role("alert")).to_contain_text("above eye level")


async def test_marks_are_fields_without_javascript(plain: BrowserContext, small_yard: Path) -> None:
    page = await plain.new_page()
    new = await (await StartPage(page).open()).add_photo(small_yard)
    await page.get_by_text("The known length and marks in numbers").click()
    await page.get_by_label("Kept in front").fill("100, 180; 130, 180; 130")
    await page.get_by_role("button", name="Draw my yard").click()
    await expect(page.get_by_role("alert").first).to_contain_text("write points as 12, 34; 56, 78")

    await page.get_by_text("The known length and marks in numbers").click()
    await page.get_by_label("Kept in front").fill("100, 180; 130, 180; 130, 260")
    (x, foot), (_, top) = door()
    await page.get_by_label("Known length: its foot").fill(f"{x}, {foot}; {x}, {top}")
    await set_eye_level(page, sample_geometry().horizon_y * SHARE)
    progress = await new.draw()

    await progress.expect_ready(1)
    await progress.see_result()
    assert "Scaled by a measured length" in await plan_of(page)
    assert re.search(r"/designs/", page.url)
