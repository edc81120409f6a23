"""Sessions, API keys and passkeys in Postgres: what proves that somebody is an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import api_keys, passkeys, sessions
from yarda.domain.account import ApiKey, KeyId, Passkey, PasskeyId, Scope, Session, SessionId
from yarda.domain.credit import AccountId


class _Owned:
    """Rows of one account each."""

    table: Table

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def delete(self, id_: UUID, *, account: AccountId) -> bool:
        table = self.table
        gone = delete(table).where(table.c.id == id_, table.c.account_id == account).returning(table.c.id)
        return (await self._connection.execute(gone)).first() is not None

    async def delete_for(self, account: AccountId) -> None:
        await self._connection.execute(delete(self.table).where(self.table.c.account_id == account))

    async def _rows_of(self, account: AccountId, *conditions: ColumnElement[bool]) -> list[RowMapping]:
        table = self.table
        query = select(table).where(table.c.account_id == account, *conditions)
        query = query.order_by(table.c.created_at.desc(), table.c.id)
        return list((await self._connection.execute(query)).mappings())


class PostgresSessions(_Owned):
    """Plays the `Sessions` port."""

    table = sessions

    async def add(self, session: Session, *, token_hash: bytes) -> None:
        await self._connection.execute(
            insert(sessions).values(
                id=session.id,
                account_id=session.account,
                token_hash=token_hash,
                browser=session.browser,
                created_at=session.created_at,
                seen_at=session.seen_at,
                expires_at=func.now() + (session.expires_at - session.created_at),
            )
        )

    async def find(self, token_hash: bytes) -> Session | None:
        query = select(sessions).where(sessions.c.token_hash == token_hash, sessions.c.expires_at > func.now())
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _session(row)

    async def seen(self, session: SessionId, *, at: datetime, expires_at: datetime) -> None:
        changed = {"seen_at": at, "expires_at": func.now() + (expires_at - at)}
        await self._connection.execute(update(sessions).where(sessions.c.id == session).values(**changed))

    async def delete_others(self, session: SessionId, *, account: AccountId) -> int:
        others = delete(sessions).where(sessions.c.account_id == account, sessions.c.id != session)
        return (await self._connection.execute(others)).rowcount

    async def list_for(self, account: AccountId) -> list[Session]:
        return [_session(row) for row in await self._rows_of(account, sessions.c.expires_at > func.now())]

    async def forget_expired(self) -> int:
        old = delete(sessions).where(sessions.c.expires_at <= func.now())
        return (await self._connection.execute(old)).rowcount


class PostgresApiKeys(_Owned):
    """Plays the `ApiKeys` port."""

    table = api_keys

    async def add(self, key: ApiKey, *, key_hash: bytes) -> None:
        await self._connection.execute(
            insert(api_keys).values(
                id=key.id,
                account_id=key.account,
                key_hash=key_hash,
                name=key.name,
                tail=key.tail,
                scopes=sorted(scope.value for scope in key.scopes),
                created_at=key.created_at,
            )
        )

    async def find(self, key_hash: bytes) -> ApiKey | None:
        query = select(api_keys).where(api_keys.c.key_hash == key_hash)
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _api_key(row)

    async def used(self, key: KeyId, *, at: datetime) -> None:
        await self._connection.execute(update(api_keys).where(api_keys.c.id == key).values(used_at=at))

    async def list_for(self, account: AccountId) -> list[ApiKey]:
        return [_api_key(row) for row in await self._rows_of(account)]


class PostgresPasskeys(_Owned):
    """Plays the `Passkeys` port."""

    table = passkeys

    async def add(self, passkey: Passkey) -> bool:
        new = upsert(passkeys).values(
            id=passkey.id,
            account_id=passkey.account,
            credential=passkey.credential,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            name=passkey.name,
            created_at=passkey.created_at,
        )
        added = new.on_conflict_do_nothing(index_elements=["credential"]).returning(passkeys.c.id)
        return (await self._connection.execute(added)).first() is not None

    async def lock_by_credential(self, credential: bytes) -> Passkey | None:
        query = select(passkeys).where(passkeys.c.credential == credential).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _passkey(row)

    async def used(self, passkey: PasskeyId, *, sign_count: int, at: datetime) -> None:
        await self._connection.execute(
            update(passkeys).where(passkeys.c.id == passkey).values(sign_count=sign_count, used_at=at)
        )

    async def list_for(self, account: AccountId) -> list[Passkey]:
        return [_passkey(row) for row in await self._rows_of(account)]


def _session(row: RowMapping) -> Session:
    return Session(
        id=SessionId(row["id"]),
        account=AccountId(row["account_id"]),
        browser=row["browser"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
    )


def _api_key(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=KeyId(row["id"]),
        account=AccountId(row["account_id"]),
        name=row["name"],
        tail=row["tail"],
        scopes=frozenset(Scope(scope) for scope in row["scopes"]),
        created_at=row["created_at"],
        used_at=row["used_at"],
    )


def _passkey(row: RowMapping) -> Passkey:
    return Passkey(
        id=PasskeyId(row["id"]),
        account=AccountId(row["account_id"]),
        credential=row["credential"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        name=row["name"],
        created_at=row["created_at"],
        used_at=row["used_at"],
    )
