"""Accounts and the ledger in Postgres."""

from uuid import UUID

from sqlalchemy import case, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import accounts, ledger
from yarda.domain.credit import MOVES, AccountId, Balance, Book, EntryKind, LedgerEntry
from yarda.domain.generation import AreaId, GenerationId
from yarda.errors import InvalidRequest
from yarda.pipeline.ports import Page

MAX_DIGITS = 18
"""Of an entry's number; a longer one is no number that Postgres has."""
OWNER = UUID("00000000-0000-4000-8000-000000000001")


class PostgresAccounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_owner(self) -> AccountId:
        await self._connection.execute(
            upsert(accounts).values(id=OWNER, kind="owner").on_conflict_do_nothing(index_elements=["id"])
        )
        return AccountId(OWNER)


class PostgresLedger:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def balance(self, account: AccountId) -> Balance:
        moved = ledger.c.credits
        into = func.coalesce(func.sum(case((ledger.c.to_book == Book.AVAILABLE.value, moved), else_=0)), 0)
        out = func.coalesce(func.sum(case((ledger.c.from_book == Book.AVAILABLE.value, moved), else_=0)), 0)
        held_in = func.coalesce(func.sum(case((ledger.c.to_book == Book.HELD.value, moved), else_=0)), 0)
        held_out = func.coalesce(func.sum(case((ledger.c.from_book == Book.HELD.value, moved), else_=0)), 0)
        found = await self._connection.execute(
            select(into - out, held_in - held_out).where(ledger.c.account_id == account)
        )
        available, held = found.one()
        return Balance(balance=int(available) + int(held), held=int(held))

    async def lock(self, account: AccountId) -> Balance:
        # NO KEY UPDATE: rows that refer to the account hold KEY SHARE on it, and two such
        # transactions that both wanted the full lock would wait for each other for ever.
        locking = select(accounts.c.id).where(accounts.c.id == account).with_for_update(key_share=True)
        await self._connection.execute(locking)
        return await self.balance(account)

    async def post(
        self,
        account: AccountId,
        kind: EntryKind,
        *,
        credits: int,
        reason: str,
        generation: GenerationId | None = None,
        area: AreaId | None = None,
        run: int | None = None,
    ) -> None:
        from_book, to_book = MOVES[kind]
        await self._connection.execute(
            insert(ledger).values(
                account_id=account,
                kind=kind.value,
                from_book=from_book.value,
                to_book=to_book.value,
                credits=credits,
                generation_id=generation,
                area_id=area,
                run=run,
                reason=reason,
            )
        )

    async def list_page(self, account: AccountId, *, limit: int, cursor: str | None) -> Page[LedgerEntry]:
        query = select(ledger).where(ledger.c.account_id == account)
        if cursor is not None:
            if not cursor.isdecimal() or len(cursor) > MAX_DIGITS:
                raise InvalidRequest("cursor: use the next_cursor of an earlier answer", field="cursor")
            query = query.where(ledger.c.id < int(cursor))
        found = (await self._connection.execute(query.order_by(ledger.c.id.desc()).limit(limit + 1))).all()
        items = tuple(
            LedgerEntry(
                id=row.id,
                created_at=row.created_at,
                kind=EntryKind(row.kind),
                credits=row.credits,
                generation=row.generation_id,
                area=row.area_id,
                reason=row.reason,
            )
            for row in found[:limit]
        )
        return Page(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)
