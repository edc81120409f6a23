"""The ledger in Postgres."""

from sqlalchemy import Case, case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.tables import accounts, ledger
from yarda.domain.credit import MOVES, AccountId, Balance, Book, EntryKind, LedgerEntry
from yarda.domain.generation import AreaId, GenerationId
from yarda.errors import InvalidRequest
from yarda.pipeline.ports import Page

MAX_DIGITS = 18
"""Of an entry's number; a longer one is no number that Postgres has."""


def _moved(book: Book) -> Case[int]:
    """What an entry adds to a book of its account."""
    moved = ledger.c.credits
    return case((ledger.c.to_book == book.value, moved), (ledger.c.from_book == book.value, -moved), else_=0)


_RUNNING = tuple(
    func.sum(_moved(book)).over(order_by=ledger.c.id).label(f"{book.value}_after")
    for book in (Book.AVAILABLE, Book.HELD)
)


class PostgresLedger:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def balance(self, account: AccountId) -> Balance:
        available_now, held_now = (
            func.coalesce(func.sum(_moved(book)), 0) for book in (Book.AVAILABLE, Book.HELD)
        )
        query = select(available_now, held_now).where(ledger.c.account_id == account)
        found = await self._connection.execute(query)
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
        once: str | None = None,
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
                once=once,
            )
        )

    async def is_booked(self, once: str) -> bool:
        found = await self._connection.execute(select(ledger.c.id).where(ledger.c.once == once))
        return found.first() is not None

    async def list_page(self, account: AccountId, *, limit: int, cursor: str | None) -> Page[LedgerEntry]:
        entries = select(ledger, _RUNNING[0], _RUNNING[1]).where(ledger.c.account_id == account).subquery()
        query = select(entries)
        if cursor is not None:
            if not cursor.isdecimal() or len(cursor) > MAX_DIGITS:
                raise InvalidRequest("cursor: use the next_cursor of an earlier answer", field="cursor")
            query = query.where(entries.c.id < int(cursor))
        found = (await self._connection.execute(query.order_by(entries.c.id.desc()).limit(limit + 1))).all()
        items = tuple(
            LedgerEntry(
                id=row.id,
                created_at=row.created_at,
                kind=EntryKind(row.kind),
                credits=row.credits,
                generation=row.generation_id,
                area=row.area_id,
                reason=row.reason,
                balance=int(row.available_after + row.held_after),
                held=int(row.held_after),
            )
            for row in found[:limit]
        )
        return Page(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)
