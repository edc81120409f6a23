"""Accounts in Postgres."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.accounts.ports import AccountPage
from yarda.db.accounts.tables import trials
from yarda.db.cursors import read_cursor, write_cursor
from yarda.db.tables import accounts, generations
from yarda.domain.account import Account, AccountKind, Plan
from yarda.domain.credit import AccountId
from yarda.errors import AccountNotFound

OWNER = UUID("00000000-0000-4000-8000-000000000001")


class PostgresAccounts:
    """Plays the `Accounts` ports of the pipeline and of the accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_owner(self) -> AccountId:
        owner = upsert(accounts).values(id=OWNER, kind=AccountKind.OWNER.value, plan=Plan.OWN.value)
        await self._connection.execute(owner.on_conflict_do_nothing(index_elements=["id"]))
        return AccountId(OWNER)

    async def plan_of(self, account: AccountId) -> Plan:
        query = select(accounts.c.plan).where(accounts.c.id == account)
        return Plan((await self._connection.execute(query)).scalar_one())

    async def keep_designs(self, account: AccountId, *, life: timedelta) -> None:
        longer = update(generations).where(generations.c.account_id == account)
        longer = longer.where(generations.c.expires_at < generations.c.created_at + life)
        await self._connection.execute(longer.values(expires_at=generations.c.created_at + life))

    async def add_once(self, account: Account) -> Account:
        assert account.email is not None
        new = upsert(accounts).values(id=account.id, created_at=account.created_at, **_values(account))
        await self._connection.execute(new.on_conflict_do_nothing(index_elements=["email"]))
        kept = await self.find_by_email(account.email)
        assert kept is not None
        return kept

    async def find(self, account: AccountId) -> Account | None:
        return await self._find(accounts.c.id == account)

    async def find_by_email(self, address: str) -> Account | None:
        return await self._find(accounts.c.email == address)

    async def get(self, account: AccountId) -> Account:
        found = await self.find(account)
        if found is None:
            raise AccountNotFound("there is no such account")
        return found

    async def lock(self, account: AccountId) -> Account:
        # See PostgresLedger.lock.
        locking = select(accounts.c.id).where(accounts.c.id == account).with_for_update(key_share=True)
        await self._connection.execute(locking)
        return await self.get(account)

    async def save(self, account: Account) -> None:
        await self._connection.execute(
            update(accounts).where(accounts.c.id == account.id).values(**_values(account))
        )

    async def list_page(self, *, limit: int, cursor: str | None, containing: str = "") -> AccountPage:
        query = select(accounts).where(accounts.c.kind == AccountKind.PERSON.value)
        if containing:
            query = query.where(accounts.c.email.contains(containing.lower(), autoescape=True))
        if cursor is not None:
            query = query.where(tuple_(accounts.c.created_at, accounts.c.id) < tuple_(*read_cursor(cursor)))
        query = query.order_by(accounts.c.created_at.desc(), accounts.c.id.desc()).limit(limit + 1)
        found = [_account(row) for row in (await self._connection.execute(query)).mappings()]
        items = tuple(found[:limit])
        last = items[-1] if len(found) > limit else None
        return AccountPage(items=items, next_cursor=write_cursor(last.created_at, last.id) if last else None)

    async def remember_trial(self, mailbox_hash: bytes) -> bool:
        new = upsert(trials).values(mailbox_hash=mailbox_hash).on_conflict_do_nothing().returning(trials)
        return (await self._connection.execute(new)).first() is not None

    async def _find(self, condition: ColumnElement[bool]) -> Account | None:
        row = (await self._connection.execute(select(accounts).where(condition))).mappings().first()
        return None if row is None else _account(row)


def _values(account: Account) -> dict[str, object]:
    return {
        "kind": account.kind.value,
        "email": account.email,
        "is_operator": account.is_operator,
        "plan": account.plan.value,
        "needs_passkey": account.needs_passkey,
        "verified_at": account.verified_at,
        "disabled_at": account.disabled_at,
    }


def _account(row: RowMapping) -> Account:
    return Account(
        id=AccountId(row["id"]),
        kind=AccountKind(row["kind"]),
        email=row["email"],
        is_operator=row["is_operator"],
        plan=Plan(row["plan"]),
        needs_passkey=row["needs_passkey"],
        created_at=row["created_at"],
        verified_at=row["verified_at"],
        disabled_at=row["disabled_at"],
    )
