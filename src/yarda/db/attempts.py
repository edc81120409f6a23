"""Records of provider calls in Postgres."""

from decimal import Decimal

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import rows
from yarda.db.tables import attempts
from yarda.domain.attempt import Attempt, AttemptId
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, Generation, GenerationId
from yarda.errors import CallNotFound

SPEND_LOCK = 7_209_341


class PostgresAttempts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, attempt: Attempt, *, generation: Generation) -> None:
        await self._connection.execute(
            insert(attempts).values(
                id=attempt.id,
                area_id=attempt.area,
                generation_id=generation.id,
                account_id=generation.account,
                run=attempt.run,
                provider=attempt.provider,
                model=attempt.model,
                paid=attempt.paid,
                request_sha256=attempt.request_sha256,
                prompt=attempt.prompt,
                prompt_version=attempt.prompt_version,
                price_cap_usd=attempt.price_cap_usd,
                credits=attempt.credits,
                outcome=attempt.outcome.value,
                started_at=attempt.started_at,
                billed=attempt.billed,
            )
        )

    async def close(self, attempt: Attempt) -> None:
        await self._connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt.id)
            .values(
                outcome=attempt.outcome.value,
                finished_at=attempt.finished_at,
                provider_reference=attempt.provider_reference,
                reason=attempt.reason,
                error_code=attempt.error_code,
                billed=attempt.billed,
                cost_usd=attempt.cost_usd,
            )
        )

    async def forget_prompts(self, generation: GenerationId) -> None:
        forgotten = update(attempts).where(attempts.c.generation_id == generation).values(prompt="")
        await self._connection.execute(forgotten)

    async def get(self, attempt: AttemptId, *, account: AccountId) -> Attempt:
        found = await self._connection.execute(
            select(attempts).where(attempts.c.id == attempt, attempts.c.account_id == account)
        )
        row = found.mappings().first()
        if row is None:
            raise CallNotFound("there is no such call")
        return rows.attempt_from(row)

    async def list_for_run(self, area: AreaId, *, run: int) -> list[Attempt]:
        found = await self._connection.execute(
            select(attempts)
            .where(attempts.c.area_id == area, attempts.c.run == run)
            .order_by(attempts.c.started_at)
        )
        return [rows.attempt_from(row) for row in found.mappings()]

    async def list_for_account(self, account: AccountId, *, generation: GenerationId | None) -> list[Attempt]:
        query = select(attempts).where(attempts.c.account_id == account)
        if generation is not None:
            query = query.where(attempts.c.generation_id == generation)
        found = await self._connection.execute(query.order_by(attempts.c.started_at.desc()).limit(1000))
        return [rows.attempt_from(row) for row in found.mappings()]

    async def spent_today_usd(self) -> Decimal:
        # Lock first, count in a second statement: a count in the locking statement reads a stale snapshot.
        await self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SPEND_LOCK})
        return await self.look_at_spend_usd()

    async def look_at_spend_usd(self) -> Decimal:
        """The same, for those who only look: waits for nobody."""
        cost = func.coalesce(attempts.c.cost_usd, attempts.c.price_cap_usd)
        found = await self._connection.execute(
            select(func.coalesce(func.sum(cost), 0)).where(
                attempts.c.started_at >= text("date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'")
            )
        )
        return Decimal(found.scalar_one())
