"""The log of who did what, and purchases, in Postgres."""

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import audit_log, purchases
from yarda.domain.account import AuditEntry, PurchaseId
from yarda.domain.credit import AccountId
from yarda.domain.purchase import Pack, Purchase, PurchaseStatus


class PostgresAuditLog:
    """Plays the `AuditLog` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        action: str,
        *,
        actor: str,
        account: AccountId | None = None,
        detail: dict[str, str | int] | None = None,
    ) -> None:
        values = {"action": action, "actor": actor, "account_id": account, "detail": detail or {}}
        await self._connection.execute(insert(audit_log).values(values))

    async def list_newest(self, *, limit: int, account: AccountId | None = None) -> list[AuditEntry]:
        query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
        if account is not None:
            query = query.where(audit_log.c.account_id == account)
        return [_entry(row) for row in (await self._connection.execute(query)).mappings()]


class PostgresPurchases:
    """Plays the `Purchases` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, purchase: Purchase) -> None:
        await self._connection.execute(
            insert(purchases).values(
                id=purchase.id,
                account_id=purchase.account,
                credits=purchase.pack.credits,
                cents=purchase.pack.cents,
                currency=purchase.pack.currency,
                status=purchase.status.value,
                reference=purchase.reference,
                created_at=purchase.created_at,
            )
        )

    async def lock(self, purchase: PurchaseId) -> Purchase | None:
        return await self._lock(purchases.c.id == purchase)

    async def lock_by_reference(self, reference: str) -> Purchase | None:
        return await self._lock(purchases.c.reference == reference)

    async def save(self, purchase: Purchase) -> None:
        await self._connection.execute(
            update(purchases)
            .where(purchases.c.id == purchase.id)
            .values(status=purchase.status.value, reference=purchase.reference, settled_at=purchase.settled_at)
        )

    async def list_for(self, account: AccountId) -> list[Purchase]:
        query = select(purchases).where(purchases.c.account_id == account).order_by(purchases.c.created_at.desc())
        return [_purchase(row) for row in (await self._connection.execute(query)).mappings()]

    async def _lock(self, condition: ColumnElement[bool]) -> Purchase | None:
        query = select(purchases).where(condition).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _purchase(row)


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        created_at=row["created_at"],
        action=row["action"],
        actor=row["actor"],
        account=row["account_id"],
        detail=row["detail"],
    )


def _purchase(row: RowMapping) -> Purchase:
    return Purchase(
        id=PurchaseId(row["id"]),
        account=AccountId(row["account_id"]),
        pack=Pack(credits=row["credits"], cents=row["cents"], currency=row["currency"]),
        status=PurchaseStatus(row["status"]),
        reference=row["reference"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
    )
