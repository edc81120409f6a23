"""From an address to designs, in a real browser, with maps and painter played on loopback."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.conftest import Outside
from tests.browser.pages import StartPage
from tests.browser.test_journey import watched
from tests.emulators.maps import ADDRESS


async def test_a_rough_match_is_looked_at_turned_confirmed_and_drawn(
    context: BrowserContext, outside: Outside
) -> None:
    outside.maps.accuracy = "RANGE_INTERPOLATED"
    page, errors = await watched(context)
    place = await (await StartPage(page).open()).write_address("1 Rough Road, Cupertino")

    await expect(page.get_by_text(ADDRESS)).to_be_visible()
    await expect(page.get_by_text("Found roughly: along this stretch of the street")).to_be_visible()
    await place.expect_pictures("The house as seen from the street", "The plot from above, north at the top")
    await expect(page.get_by_text("© Google, August 2022").first).to_be_visible()
    await place.turn("Left", "Left", "Closer")
    await expect(page.get_by_text("Looking north-west (330°), level, 65° wide")).to_be_visible()
    await expect(page.get_by_role("button", name="Closer")).to_be_focused()
    assert outside.maps.count("streetview") == 4, "one look and three turns"
    new = await place.go_on(confirm=True)
    await new.choose("Backyard", "Japanese zen")
    await page.get_by_role("radio", name="Photoreal").check()
    progress = await new.draw()

    await progress.expect_ready(2)
    asked = [query for service, query in outside.maps.asked if service == "streetview"][-1]
    assert (asked["heading"], asked["fov"]) == ("330.00", "65")
    await expect(page.locator(".credit").first).to_have_text("© Google, August 2022")
    await progress.see_result()
    await expect(page.get_by_text("Street View, © Google, August 2022")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^Unchanged 9\d\.\d %$"))).to_be_visible()
    await page.get_by_text("How it was drawn").click()
    await expect(page.get_by_text("KEEP EXACTLY AS IT IS: the house")).to_be_visible()
    await page.get_by_role("link", name="Backyard").click()
    await expect(page.get_by_text("Satellite picture, © Google")).to_be_visible()
    await page.get_by_role("link", name="Change and redraw").click()
    await expect(page.get_by_text("Looking north-west (330°), level, 65° wide")).to_be_visible()
    new = await place.go_on(confirm=True)
    await expect(page.get_by_role("radio", name="Photoreal")).to_be_checked()
    await expect(page.get_by_role("checkbox", name="Backyard", exact=True)).to_be_checked()
    assert errors == []


async def test_without_javascript_the_camera_turns_and_the_tick_is_asked_for(
    plain: BrowserContext, outside: Outside
) -> None:
    outside.maps.accuracy = "GEOMETRIC_CENTER"
    page = await plain.new_page()
    place = await (await StartPage(page).open()).write_address("2 Middle Lane, Cupertino")

    await place.turn("Right")
    await expect(page.get_by_text("Looking north (15°), level, 80° wide")).to_be_visible()
    await page.goto(page.url.replace("/place?", "/place/design?"))
    await expect(page.get_by_role("alert")).to_contain_text("Tick that this is the place")
    new = await place.go_on(confirm=True)
    await new.choose("Patio", "Mediterranean")
    await page.get_by_role("button", name="Draw my yard").click()
    await expect(page.get_by_role("alert")).to_contain_text("a concept is drawn into a photo")
    await expect(page.get_by_role("checkbox", name="Patio")).to_be_checked()

    await page.get_by_role("radio", name="Photoreal").check()
    progress = await new.draw()

    await progress.expect_ready(2)


async def test_a_concept_of_an_area_behind_the_house_wants_its_own_photo(
    context: BrowserContext, outside: Outside, small_yard: Path
) -> None:
    outside.maps.accuracy = "ROOFTOP"
    page, _ = await watched(context)
    place = await (await StartPage(page).open()).write_address("3 Exact Street, Cupertino")
    new = await place.go_on(confirm=False)
    await page.get_by_role("checkbox", name="Front yard", exact=True).uncheck()
    await new.choose("Patio", "Mediterranean")
    await page.get_by_role("button", name="Draw my yard").click()
    await expect(page.get_by_role("heading", name="What may change?")).to_be_visible()

    await page.get_by_label("A photo of the patio").set_input_files(small_yard)
    await new.draw()

    await page.get_by_role("button", name="Cancel what is left").click()


async def test_where_nothing_can_be_seen_a_photo_is_offered(
    plain: BrowserContext, outside: Outside, small_yard: Path
) -> None:
    outside.maps.script["metadata"].append("ZERO_RESULTS")
    outside.maps.features = []
    page = await plain.new_page()
    await (await StartPage(page).open()).write_address("4 Unseen Street, Cupertino")

    await expect(page.get_by_text("There is no picture from the street, only from above.")).to_be_visible()
    await page.get_by_label("A photo of your yard").set_input_files(small_yard)
    await page.get_by_role("button", name="Use this photo").click()

    await expect(page.get_by_role("heading", name="What may change?")).to_be_visible()


@pytest.mark.parametrize(
    ("service", "behaviour", "said"),
    [("geocode", "ZERO_RESULTS", "no place is known for"), ("geocode", "status:500", "add a photo of the yard")],
)
async def test_an_address_that_leads_nowhere_is_told_where_it_was_written(
    service: str, behaviour: str, said: str, plain: BrowserContext, outside: Outside
) -> None:
    outside.maps.script[service].append(behaviour)
    page = await plain.new_page()
    await StartPage(page).open()
    await page.get_by_label("A street address").fill(f"5 Nowhere, {behaviour}")

    await page.get_by_role("button", name="Continue").click()

    await expect(page.get_by_role("alert")).to_contain_text(said)
    await expect(page.get_by_label("A street address")).to_have_value(f"5 Nowhere, {behaviour}")


async def test_the_pages_of_an_address_do_not_scroll_sideways(context: BrowserContext, outside: Outside) -> None:
    outside.maps.accuracy = "APPROXIMATE"
    page = await context.new_page()
    place = await (await StartPage(page).open()).write_address("6 Wide Way, Cupertino")
    looked_at = page.url
    await place.go_on(confirm=True)
    for path in (looked_at, page.url):
        await page.goto(path)
        for width in (320, 390, 768, 1440):
            await page.set_viewport_size({"width": width, "height": 800})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width, wide)
