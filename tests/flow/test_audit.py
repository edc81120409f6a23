"""The audit finds what is planted against each invariant."""

import os
import time
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.flow.scene import Scene
from yarda.pipeline.audit import OVERDUE, Depth
from yarda.settings import Settings

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

COPY = (
    "INSERT INTO attempts (id, area_id, generation_id, account_id, run, provider, model, paid, request_sha256, "
    "prompt, price_cap_usd, outcome, started_at, finished_at, billed, cost_usd) "
    "SELECT gen_random_uuid(), area_id, generation_id, account_id, run, provider, model, paid, request_sha256, "
    "prompt, price_cap_usd, 'failed', started_at, finished_at, false, 0 FROM attempts, generate_series(1, 3)"
)
PASSING = (
    "WITH passing AS (INSERT INTO passing_pictures (generation_id, kind, fetching_until) "
    "SELECT id, 'street', now() FROM generations) "
    "UPDATE generations SET completed_at = now() - interval '1 hour'"
)
PLANTED_ALONE = [
    ("more than three calls to one", f"WITH counted AS (UPDATE generation_areas SET attempts = 4) {COPY}"),
    ("counts another number of calls", "UPDATE generation_areas SET attempts = 2"),
    ("closed without a time, a cost", "UPDATE attempts SET cost_usd = NULL"),
    ("closed without a time, a cost", "UPDATE attempts SET cost_usd = 0"),
    ("closed without a time, a cost", "UPDATE attempts SET finished_at = NULL"),
    ("closed without a time, a cost", "UPDATE attempts SET billed = false"),
    ("closed without a time, a cost", "UPDATE attempts SET paid = false"),
    ("has no call that succeeded", "UPDATE attempts SET provider = 'another'"),
    ("has no call that succeeded", "UPDATE attempts SET outcome = 'failed'"),
    ("charged something else than the price", "UPDATE attempts SET credits = 0"),
    ("shows a picture that is gone", "UPDATE generation_areas SET edit_mask_image_id = gen_random_uuid()"),
    ("shows a picture that is gone", "UPDATE generation_areas SET source_image_id = gen_random_uuid()"),
    ("mask of another size", "UPDATE images SET width = width + 1 WHERE kind = 'edit_mask'"),
    ("may not be kept is still there", PASSING),
    (
        "position that google gave for here is kept for too long",
        "INSERT INTO geocodes VALUES ('google', 'here', '{}', now() - interval '31 days')",
    ),
    (
        "position that nominatim gave for generation",
        "UPDATE generations SET created_at = now() - interval '181 days', "
        'location = \'{"source": "nominatim", "position": [1, 2]}\'',
    ),
    ("a pace, a count or a time", "UPDATE provider_gates SET pace = 0.5"),
    ("a pace, a count or a time", "UPDATE provider_gates SET failures = -1"),
    ("a pace, a count or a time", "UPDATE provider_gates SET tripped_until = now() + interval '1 day'"),
    ("a pace, a count or a time", "UPDATE provider_gates SET served_at = now() + interval '1 day'"),
]
"""Violations that one invariant sees, and no other."""


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
    for sentence, statement in PLANTED.items():
        found = await planted(finished, statement, monkeypatch)
        assert any(sentence in line for line in found), (sentence, found)
    for sentence, statement in PLANTED_ALONE:
        found = await planted(finished, statement, monkeypatch)
        assert len(found) == 1, (statement, found)
        assert sentence in found[0]
    assert await finished.studio.audit() == []


async def planted(finished: Scene, statement: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    database = finished.running.database
    async with database.engine.connect() as connection:
        assert (await connection.execute(text(statement))).rowcount > 0
        with monkeypatch.context() as patched:
            patched.setattr(database, "connect", lambda kept=connection: nullcontext(kept))
            found = await finished.studio.audit()
        await connection.rollback()
    return found


async def test_objects_are_compared_with_the_rows_and_read_again_where_that_is_asked_for(
    finished: Scene, settings: Settings
) -> None:
    (key,) = (await finished.rows("SELECT full_key FROM images WHERE kind = 'design'"))[0]
    design = Path(urlsplit(settings.storage).path) / key
    whole = design.read_bytes()

    design.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    unread, read = await finished.studio.audit(), await finished.studio.audit(Depth.WHOLE)
    design.write_bytes(b"")
    empty = await finished.studio.audit()
    design.write_bytes(whole)
    orphan = design.with_name("0" * 64)
    orphan.write_bytes(b"nobody's")
    young = await finished.studio.audit()
    _make_old(orphan)
    old = await finished.studio.audit()
    await finished.studio.remove_orphans()

    assert unread == young == []
    assert [f"{key} of picture" in line and "damaged" in line for line in read] == [True]
    assert [f"has no object {key}" in line for line in empty] == [True]
    assert [f"{orphan.name} belongs to nothing" in line for line in old] == [True]
    assert await finished.studio.audit(Depth.WHOLE) == []


async def test_a_reply_that_is_kept_for_longer_than_a_day_is_a_violation(
    finished: Scene, settings: Settings
) -> None:
    left = settings.data_dir / "spool" / f"{uuid4()}.{'0' * 64}"
    left.write_bytes(b"a reply")
    young = await finished.studio.audit()
    _make_old(left)

    old = await finished.studio.audit()
    await finished.running.forget_old()

    assert young == []
    assert old == [f"the spool of this machine keeps the reply {left.name} for longer than a day"]
    assert await finished.studio.audit() == []


def _make_old(path: Path) -> None:
    then = time.time() - OVERDUE.total_seconds() - 60
    os.utime(path, (then, then))


async def test_a_worker_raises_an_alarm_for_what_is_violated(
    finished: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    async with finished.running.database.connect() as connection:
        await connection.execute(text("UPDATE generations SET status = 'failed'"))
        await connection.commit()

    await finished.studio.watch_invariants()

    alarms = capsys.readouterr().out.count("invariant_violated")
    measured = await finished.studio.measure()
    assert measured.invariants_violated == alarms > 0
    assert time.time() - measured.audited_at < 60
