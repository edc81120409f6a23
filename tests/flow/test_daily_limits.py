"""What one account may have on a day: counted when accepted, also at once, and not when refused."""

import asyncio
from datetime import timedelta

import httpx2
import pytest

from tests.flow.http.client import body_of, create
from tests.flow.periods import room_in
from tests.flow.scene import Scene, area_of
from yarda.domain.catalog import AreaName
from yarda.errors import DailyLimitReached, InvalidRequest
from yarda.settings import Settings

AREAS = "SELECT count(*) FROM generation_areas"


@pytest.fixture
async def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    await room_in(timedelta(days=1))
    return settings.model_copy(update=request.param)


three_areas = pytest.mark.parametrize("settings", [{"daily_areas_per_account": 3}], indirect=True)
two_credits = pytest.mark.parametrize("settings", [{"daily_credits_per_account": 2}], indirect=True)


@three_areas
async def test_an_area_too_many_is_refused_until_tomorrow(http: httpx2.AsyncClient, scene: Scene) -> None:
    await create(http, scene, "front_yard", "patio")

    answer = await http.post("/generations/multi", json=body_of(scene, "front_yard", "patio"))

    assert (answer.status_code, answer.json()["code"]) == (429, "daily_limit_reached")
    assert 0 < int(answer.headers["retry-after"]) <= 24 * 3600
    await create(http, scene)
    assert await scene.rows(AREAS) == [(3,)]


@three_areas
async def test_of_twenty_requests_at_once_three_are_accepted(http: httpx2.AsyncClient, scene: Scene) -> None:
    answers = await asyncio.gather(*(http.post("/generations/multi", json=body_of(scene)) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 17
    assert await scene.rows(AREAS) == [(3,)]


@three_areas
async def test_what_is_refused_or_repeated_does_not_count(scene: Scene) -> None:
    for _ in range(5):
        await scene.accept(key="the same")
        with pytest.raises(InvalidRequest):
            await scene.accept(AreaName.PATIO, AreaName.PATIO)

    await scene.accept(AreaName.PATIO, AreaName.WALKWAY)

    with pytest.raises(DailyLimitReached):
        await scene.accept()


@three_areas
async def test_a_second_run_of_an_area_counts(scene: Scene) -> None:
    made = await scene.accept(AreaName.PATIO, AreaName.WALKWAY)
    area = area_of(await scene.studio.cancel(made, account=scene.account))
    await scene.studio.retry(made, area, account=scene.account)
    await scene.studio.cancel(made, account=scene.account)

    with pytest.raises(DailyLimitReached):
        await scene.studio.retry(made, area, account=scene.account)


@two_credits
async def test_credits_count_while_they_are_held_or_spent(scene: Scene) -> None:
    made = await scene.accept(AreaName.PATIO, AreaName.WALKWAY)
    with pytest.raises(DailyLimitReached):
        await scene.accept()
    await scene.studio.cancel(made, account=scene.account)

    async with scene.working():
        drawn = await scene.accept(AreaName.PATIO)
        assert (await scene.finished(drawn))["status"] == "completed"
    await scene.accept()

    with pytest.raises(DailyLimitReached):
        await scene.accept()
    await scene.accept(AreaName.PATIO, AreaName.WALKWAY, AreaName.FRONT_YARD, provider="concept")


@two_credits
async def test_of_twenty_requests_at_once_two_credits_are_held(http: httpx2.AsyncClient, scene: Scene) -> None:
    answers = await asyncio.gather(*(http.post("/generations/multi", json=body_of(scene)) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [429] * 18
    assert (await http.get("/credits")).json()["held"] == 2


@two_credits
async def test_what_was_spent_yesterday_does_not_count(scene: Scene) -> None:
    yesterday = await scene.accept(AreaName.PATIO, AreaName.WALKWAY)
    await scene.rows("UPDATE ledger SET created_at = created_at - interval '1 day' RETURNING id")
    await scene.studio.cancel(yesterday, account=scene.account)

    await scene.accept(AreaName.PATIO, AreaName.WALKWAY)

    with pytest.raises(DailyLimitReached):
        await scene.accept()
