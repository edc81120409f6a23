"""Without accounts there is nobody to sign in and nothing to pay, and no page speaks of either."""

import re

import httpx2

from tests.flow.scene import Scene, area_of


async def test_pages_of_the_owner_speak_of_no_account_and_no_price(http: httpx2.AsyncClient, scene: Scene) -> None:
    async with scene.working():
        view = await scene.finished(await scene.accept())
    design = f"/designs/{view['id']}"

    for path in ("/", f"/new?photo={scene.photo.id}", "/designs", design, f"{design}/{area_of(view)}"):
        page = await http.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200, path
        words = re.sub(r"<[^>]*>", " ", page.text)
        assert not re.search(r"\bcredits?\b|sign (in|out)|your account|kept until", words, re.IGNORECASE), path
        assert not re.search(r'(href|action)="/(sign|account|member)', page.text), path
