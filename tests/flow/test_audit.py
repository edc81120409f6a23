"""The audit finds what is planted against each invariant."""

from contextlib import nullcontext

import pytest
from sqlalchemy import text

from tests.flow.scene import Scene

PLANTED = {
    "a status that does not follow": "UPDATE generations SET status = 'failed'",
    "has no areas": "DELETE FROM generation_areas",
    "a gap in its events": "DELETE FROM events WHERE number = 2",
    "its newest event is not its state": "UPDATE generations SET change = change + 1",
    "is unfinished and its credits are not held": "UPDATE generation_areas SET status = 'processing'",
    "its hold is not settled exactly": "DELETE FROM ledger WHERE kind = 'capture'",
    "was charged without being completed": "UPDATE generation_areas SET status = 'cancelled'",
    "is completed without its picture": "UPDATE generation_areas SET design_image_id = NULL",
    "failed without saying why": "UPDATE generation_areas SET status = 'failed'",
    "a balance below zero": "DELETE FROM ledger WHERE kind = 'grant'",
    "more than two paid calls": "INSERT INTO attempts SELECT gen_random_uuid(), area_id, generation_id, "
    "account_id, run, provider, model, paid, request_sha256, prompt, price_cap_usd, outcome, started_at, "
    "finished_at, provider_reference, reason, billed, cost_usd FROM attempts, generate_series(1, 2)",
    "one of its calls is still open": "WITH late AS (UPDATE generation_areas SET "
    "completed_at = now() - interval '1 hour') UPDATE attempts SET outcome = 'open', finished_at = NULL",
    "is unfinished and has no job": "UPDATE generation_areas SET status = 'pending'",
    "has no object": "UPDATE images SET thumb_key = 'objects/00/' || repeat('0', 64)",
}


@pytest.fixture
async def finished(scene: Scene) -> Scene:
    """A studio with one finished design, in which every invariant holds."""
    async with scene.working():
        await scene.finished(await scene.accept())
    await scene.idle()
    assert await scene.studio.audit() == []
    return scene


async def test_every_planted_violation_is_found(finished: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is planted in a transaction of its own, which the audit reads and nobody commits."""
    database = finished.running.database
    for sentence, statement in PLANTED.items():
        async with database.engine.connect() as connection:
            await connection.execute(text(statement))
            with monkeypatch.context() as patched:
                patched.setattr(database, "connect", lambda kept=connection: nullcontext(kept))
                found = await finished.studio.audit()
            await connection.rollback()
        assert any(sentence in line for line in found), (sentence, found)
    assert await finished.studio.audit() == []


async def test_a_worker_raises_an_alarm_for_what_is_violated(
    finished: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    async with finished.running.database.connect() as connection:
        await connection.execute(text("UPDATE generations SET status = 'failed'"))
        await connection.commit()

    await finished.studio.watch_invariants()

    assert "invariant_violated" in capsys.readouterr().out
