"""The way of a request on a real Postgres, a real engine and real HTTP to the emulated Gemini."""

import asyncio
from uuid import UUID, uuid4

import psutil
import pytest
from sqlalchemy import text

from tests.emulators.gemini import GeminiEmulator
from tests.flow.scene import Scene, area_of
from yarda.domain.catalog import AreaName
from yarda.domain.credit import EntryKind
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId, PhotoId
from yarda.domain.request import DesignRequest
from yarda.errors import (
    AreaNotRetryable,
    GenerationNotFound,
    IdempotencyKeyReused,
    ImageNotFound,
    InvalidRequest,
    NotEnoughCredits,
    PhotoNotFound,
)
from yarda.pipeline.pictures import PictureSize


async def test_five_areas_reach_their_pictures(scene: Scene, gemini: GeminiEmulator) -> None:
    async with scene.working():
        generation = await scene.accept(*AreaName)

        view = await scene.finished(generation)

    assert view["status"] == "completed"
    assert {area["progress"] for area in view["areas"]} == {100}
    assert len(gemini.calls) == 5
    assert await scene.studio.audit() == []


async def test_every_size_of_a_finished_picture_can_be_fetched(scene: Scene) -> None:
    async with scene.working():
        view = await scene.finished(await scene.accept())
    image = ImageId(UUID(view["areas"][0]["image_url"].rsplit("/", 1)[-1]))

    sizes = [await scene.studio.get_picture(image, account=scene.account, size=size) for size in PictureSize]

    assert all(len(picture.data) > 500 for picture in sizes)
    assert len({picture.etag for picture in sizes}) == 3


async def test_an_accepted_request_is_whole_before_any_worker_runs(scene: Scene) -> None:
    generation = await scene.accept(AreaName.FRONT_YARD, AreaName.PATIO)

    jobs = await scene.rows("SELECT count(*) FROM pgqueuer WHERE status = 'queued'")
    holds = await scene.rows("SELECT sum(credits) FROM ledger WHERE kind = 'hold'")
    events = await scene.rows("SELECT number FROM events")

    assert (await scene.view(generation))["status"] == "pending"
    assert (jobs[0][0], holds[0][0], [row[0] for row in events]) == (2, 2, [1])
    assert await scene.studio.audit() == []


async def test_fifty_equal_requests_at_once_are_one_generation(scene: Scene) -> None:
    accepted = await asyncio.gather(*(scene.accept(key="twice") for _ in range(50)))

    assert len(set(accepted)) == 1
    assert (await scene.rows("SELECT count(*) FROM generations"))[0][0] == 1
    assert (await scene.rows("SELECT count(*) FROM ledger WHERE kind = 'hold'"))[0][0] == 1


async def test_a_key_does_not_stand_for_two_requests(scene: Scene) -> None:
    await scene.accept(AreaName.FRONT_YARD, key="k")

    with pytest.raises(IdempotencyKeyReused):
        await scene.accept(AreaName.PATIO, key="k")

    assert (await scene.rows("SELECT count(*) FROM generations"))[0][0] == 1


async def test_bad_requests_leave_nothing_behind(scene: Scene) -> None:
    for request, error in (
        (scene.request(AreaName.PATIO, AreaName.PATIO), InvalidRequest),
        (DesignRequest(areas=(), photo_id=scene.photo.id), InvalidRequest),
        (scene.request(provider="trellis"), InvalidRequest),
        (DesignRequest(areas=scene.request().areas, photo_id=PhotoId(uuid4())), PhotoNotFound),
    ):
        with pytest.raises(error):
            await scene.studio.accept(request, account=scene.account, idempotency_key="bad")

    for table in ("generations", "generation_areas", "ledger", "events", "pgqueuer"):
        assert (await scene.rows(f"SELECT count(*) FROM {table}"))[0][0] == 0


async def test_a_failed_area_gives_its_credit_back_and_can_run_again(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["finish:IMAGE_SAFETY"])
    async with scene.working():
        generation = await scene.accept()
        failed = await scene.finished(generation)
        held = (await scene.studio.balance(scene.account)).held

        await scene.studio.retry(generation, area_of(failed), account=scene.account)
        view = await scene.finished(generation)

    assert failed["areas"][0]["error"]["code"] == "prompt_refused"
    assert held == 0
    assert view["status"] == "completed"
    assert [entry.kind.value for entry in (await scene.studio.list_entries(scene.account, limit=9)).items] == [
        "capture",
        "hold",
        "release",
        "hold",
        "grant",
    ]
    assert await scene.studio.audit() == []


async def test_areas_fail_independently(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["ok", "blocked:SAFETY", "ok"])
    async with scene.working(concurrency=2):
        view = await scene.finished(await scene.accept(AreaName.PATIO, AreaName.WALKWAY, AreaName.BACKYARD))

    assert view["status"] == "partial_failed"
    assert sorted(area["status"] for area in view["areas"]) == ["completed", "completed", "failed"]
    assert (await scene.studio.balance(scene.account)).held == 0


async def test_cancel_stops_a_call_under_way_and_releases_its_credit(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["delay:30"])
    async with scene.working():
        generation = await scene.accept()
        await scene.until_stage(generation, "rendering")

        view = await scene.studio.cancel(generation, account=scene.account)
        again = await scene.studio.cancel(generation, account=scene.account)
        await scene.idle()

    assert view["status"] == again["status"] == "cancelled"
    assert (await scene.studio.balance(scene.account)).held == 0
    assert await scene.calls() == [("unknown", True)]
    assert await scene.studio.audit() == []


async def test_a_finished_area_is_not_run_again(scene: Scene) -> None:
    async with scene.working():
        generation = await scene.accept()
        view = await scene.finished(generation)

    with pytest.raises(AreaNotRetryable):
        await scene.studio.retry(generation, area_of(view), account=scene.account)


async def test_a_deleted_generation_leaves_no_bytes(scene: Scene) -> None:
    async with scene.working():
        generation = await scene.accept()
        await scene.finished(generation)

    await scene.studio.delete_generation(generation, account=scene.account)

    files = [path for path in (scene.running.settings.data_dir / "objects").rglob("*") if path.is_file()]
    assert files == []
    assert list((scene.running.settings.data_dir / "spool").iterdir()) == []
    with pytest.raises(GenerationNotFound):
        await scene.view(generation)


async def test_deletion_during_a_call_keeps_the_call_on_record_and_no_picture(
    scene: Scene, gemini: GeminiEmulator
) -> None:
    gemini.script.extend(["delay:1"])
    async with scene.working():
        generation = await scene.accept()
        await scene.until_stage(generation, "rendering")

        await scene.studio.delete_generation(generation, account=scene.account)
        await scene.idle()

    assert len(await scene.calls()) == 1
    assert [path for path in (scene.running.settings.data_dir / "objects").rglob("*") if path.is_file()] == []
    assert (await scene.studio.balance(scene.account)).held == 0


async def test_a_busy_provider_is_asked_again_and_nobody_fails(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["retry_info:1s", "ok"])
    async with scene.working():
        view = await scene.finished(await scene.accept())

    assert view["status"] == "completed"
    assert await scene.calls() == [("turned_away", False), ("succeeded", True)]
    assert await scene.studio.audit() == []


async def test_at_most_two_paid_calls_are_made_for_an_area(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["text_only", "reset", "reset", "ok"])
    async with scene.working():
        view = await scene.finished(await scene.accept())

    assert view["status"] == "failed"
    assert len([call for call in await scene.calls() if call[1]]) <= 2
    assert (await scene.studio.balance(scene.account)).held == 0


async def test_auto_falls_back_to_the_painter(scene: Scene, gemini: GeminiEmulator) -> None:
    gemini.script.extend(["text_only"])
    async with scene.working():
        view = await scene.finished(await scene.accept(provider="auto"))

    assert view["areas"][0]["provider"] == "concept"
    assert view["status"] == "completed"
    assert [
        (e.kind.value, e.credits) for e in (await scene.studio.list_entries(scene.account, limit=9)).items
    ] == [
        ("release", 1),
        ("hold", 1),
        ("grant", 1),
    ]


async def test_the_daily_limit_stops_paid_calls(scene: Scene, gemini: GeminiEmulator) -> None:
    object.__setattr__(
        scene.studio._tools, "daily_spend_usd", scene.studio._tools.providers.in_order["gemini"].price_cap_usd
    )
    async with scene.working():
        first = await scene.finished(await scene.accept())
        second = await scene.finished(await scene.accept(AreaName.PATIO, AreaName.WALKWAY))

    codes = {area["error"]["code"] for area in second["areas"] if area["error"]}
    assert first["status"] == "completed"
    assert codes == {"spend_limit_reached"}
    assert len(gemini.calls) <= 2


async def test_the_contracts_query_tells_the_truth(scene: Scene) -> None:
    async with scene.working():
        generation = await scene.accept()
        await scene.finished(generation)

    rows = await scene.rows(
        "SELECT g.id, g.status, ga.status AS area_status, ga.progress, ga.image_url "
        "FROM generations g JOIN generation_areas ga ON g.id = ga.generation_id ORDER BY g.created_at DESC LIMIT 5"
    )

    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [(generation, "completed", "completed", 100)]
    assert rows[0][4].startswith("/images/")


async def test_event_numbers_have_no_holes_and_progress_never_falls(scene: Scene) -> None:
    async with scene.working():
        generation = await scene.accept(*AreaName)
        await scene.finished(generation)

    events = [e async for e in scene.studio.watch(generation, account=scene.account, after=0) if e]

    assert [event.number for event in events] == list(range(1, len(events) + 1))
    for position in range(5):
        progress = [event.snapshot["areas"][position]["progress"] for event in events]
        assert progress == sorted(progress)


async def test_nobody_sees_what_is_somebody_elses(scene: Scene) -> None:
    async with scene.working():
        generation = await scene.accept()
        view = await scene.finished(generation)
    stranger = uuid4()

    with pytest.raises(GenerationNotFound):
        await scene.studio.get_generation(generation, account=stranger)  # type: ignore[arg-type]
    with pytest.raises(GenerationNotFound):
        await scene.studio.cancel(generation, account=stranger)  # type: ignore[arg-type]
    with pytest.raises(ImageNotFound):
        image = ImageId(UUID(view["areas"][0]["image_url"].rsplit("/", 1)[-1]))
        await scene.studio.get_picture(image, account=stranger, size=PictureSize.FULL)  # type: ignore[arg-type]


async def test_a_hundred_requests_on_one_credit_accept_one(scene: Scene) -> None:
    object.__setattr__(scene.studio._tools, "owner_grants", False)
    async with scene.running.database.open_work() as work:
        await work.ledger.post(scene.account, EntryKind.GRANT, credits=1, reason="test")

    results = await asyncio.gather(*(scene.accept() for _ in range(100)), return_exceptions=True)

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert {type(result) for result in results if isinstance(result, Exception)} == {NotEnoughCredits}
    assert (await scene.studio.balance(scene.account)).available == 0


async def test_one_account_with_many_areas_does_not_hold_up_another(scene: Scene) -> None:
    for _ in range(10):
        await scene.accept(*AreaName)
    rows = await scene.rows("SELECT min(priority) FROM pgqueuer")
    async with scene.running.database.connect() as connection:
        other = uuid4()
        await connection.execute(
            text("INSERT INTO accounts (id, kind, email) VALUES (:id, 'person', 'other@example.org')"),
            {"id": other},
        )
        await connection.execute(text("UPDATE photos SET account_id = :id"), {"id": other})

    await scene.studio.accept(scene.request(), account=other)  # type: ignore[arg-type]

    mine = await scene.rows("SELECT priority FROM pgqueuer ORDER BY id DESC LIMIT 1")
    assert mine[0][0] > rows[0][0] + 40


async def test_lost_jobs_are_queued_again(scene: Scene) -> None:
    generation = await scene.accept()
    async with scene.running.database.connect() as connection:
        await connection.execute(text("DELETE FROM pgqueuer"))
    lost = await scene.studio.audit()

    requeued = await scene.studio.requeue_lost_areas()

    assert any("has no job" in sentence for sentence in lost)
    assert requeued == 1
    async with scene.working():
        assert (await scene.finished(generation))["status"] == "completed"


async def test_three_claims_without_a_verdict_are_poison(scene: Scene) -> None:
    generation = GenerationId(await scene.accept())
    await scene.rows("UPDATE generation_areas SET claims_in_run = 3, claim = 3 RETURNING id")

    async with scene.working():
        view = await scene.finished(generation)

    assert view["areas"][0]["error"]["code"] == "worker_lost"
    assert (await scene.studio.balance(scene.account)).held == 0
    assert AreaId(UUID(view["areas"][0]["id"]))


async def test_a_bomb_in_the_answer_is_decoded_nowhere_but_in_the_gate(
    scene: Scene, gemini: GeminiEmulator
) -> None:
    gemini.script.extend(["bomb", "bomb"])
    before = psutil.Process().memory_info().rss
    async with scene.working():
        view = await scene.finished(await scene.accept())

    assert view["areas"][0]["error"]["code"] == "provider_invalid"
    assert psutil.Process().memory_info().rss - before < 60 * 2**20


@pytest.mark.parametrize("moment", ["before the deletion", "after it"])
async def test_a_photo_uploaded_while_its_twin_is_deleted_keeps_its_bytes(
    scene: Scene, photo: bytes, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The upload's row is committed at the worst moments: between the last look and the deletion, and after it."""
    async with scene.working():
        generation = await scene.accept()
        await scene.finished(generation)
    objects = scene.studio._tools.objects
    delete, put = objects.delete, objects.put
    deleting, stored, uploaded = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow_delete(key: str) -> None:
        if key == scene.photo.object_key:
            deleting.set()
            await (uploaded if moment == "before the deletion" else stored).wait()
        await delete(key)

    async def slow_put(data: bytes) -> str:
        key = await put(data)
        if key == scene.photo.object_key:
            stored.set()
            if moment == "after it" and not removal.done():
                await removal
        return key

    monkeypatch.setattr(objects, "delete", slow_delete)
    monkeypatch.setattr(objects, "put", slow_put)
    removal = asyncio.create_task(scene.studio.delete_generation(generation, account=scene.account))
    await deleting.wait()
    again = await scene.studio.add_photo(photo, account=scene.account)
    uploaded.set()
    await removal
    monkeypatch.undo()

    picture = await scene.studio.get_picture(again.image, account=scene.account, size=PictureSize.FULL)
    assert len(picture.data) > 500
    assert await scene.studio.audit() == []
