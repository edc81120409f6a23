"""What is asked of the queue on a caller's own connection."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from yarda.jobs.engine import queries_on

ENTRYPOINT = "design_area"
MAIL_ENTRYPOINT = "send_mail"
INSTALL_LOCK = 7_209_342


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How much waits, how much is being carried, and how old the oldest waiting job is."""

    queued: int
    picked: int
    oldest_age_s: float | None


async def install(database_url: str) -> None:
    """Create or upgrade the engine's own tables; safe to run by many at once.

    On a connection of its own: the engine's upgrades cannot share a transaction.
    """
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", INSTALL_LOCK)
        queries = queries_on(connection)
        if await queries.schema_is_installed():
            await queries.apply_upgrade()
        else:
            await queries.install(create_schema=False)
    finally:
        await connection.close()


async def enqueue_area(connection: asyncpg.Connection, area: UUID, *, priority: int) -> None:
    """Queue a job on the caller's connection: it commits and rolls back with the caller's transaction.

    Higher priorities run first. SQLAlchemy begins its transaction with its first statement, so
    this must not be that first one.
    """
    await queries_on(connection).enqueue(ENTRYPOINT, area.bytes, priority)


async def requeue_area(connection: asyncpg.Connection, area: UUID, *, priority: int) -> bool:
    """Queue a job for an area that has none waiting and none under way; tells whether it did.

    However many do this at once, one job comes of it. A job whose worker died counts as under way:
    the engine gives it to another worker by itself.
    """
    if area in await areas_with_live_jobs(connection):
        return False
    (job,) = await queries_on(connection).enqueue(
        ENTRYPOINT, area.bytes, priority, dedupe_key=f"lost {area}", on_conflict="skip"
    )
    return job is not None


async def areas_with_live_jobs(connection: asyncpg.Connection) -> set[UUID]:
    """Areas that wait in the queue or are being carried."""
    return await _live(connection, ENTRYPOINT)


async def enqueue_mail(connection: asyncpg.Connection, mail: UUID) -> None:
    """Queue a message on the caller's connection, as `enqueue_area` does."""
    await queries_on(connection).enqueue(MAIL_ENTRYPOINT, mail.bytes, 0)


async def mails_with_live_jobs(connection: asyncpg.Connection) -> set[UUID]:
    """Messages that wait in the queue or are being sent."""
    return await _live(connection, MAIL_ENTRYPOINT)


async def _live(connection: asyncpg.Connection, entrypoint: str) -> set[UUID]:
    rows = await connection.fetch(
        "SELECT payload FROM pgqueuer WHERE entrypoint = $1 AND status IN ('queued', 'picked')", entrypoint
    )
    return {UUID(bytes=bytes(row["payload"])) for row in rows}


async def depth(connection: asyncpg.Connection) -> QueueDepth:
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE status = 'queued') AS queued, "
        "count(*) FILTER (WHERE status = 'picked') AS picked, "
        "extract(epoch FROM now() - min(created) FILTER (WHERE status = 'queued')) AS age "
        "FROM pgqueuer WHERE entrypoint = $1",
        ENTRYPOINT,
    )
    assert row is not None
    age = None if row["age"] is None else float(row["age"])
    return QueueDepth(queued=row["queued"], picked=row["picked"], oldest_age_s=age)


async def prune(connection: asyncpg.Connection, *, older_than: timedelta) -> None:
    """Forget what the engine logged that long ago; it never does so itself."""
    await connection.execute("DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", older_than)
