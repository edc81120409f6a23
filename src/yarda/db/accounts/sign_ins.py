"""Links and codes that were asked for, in Postgres."""

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import sign_ins
from yarda.domain.account import SignIn, SignInId


class PostgresSignIns:
    """Plays the `SignIns` port. By the database's clock, whatever those of its clients say."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, sign_in: SignIn, *, token_hash: bytes) -> None:
        await self._connection.execute(
            insert(sign_ins).values(
                id=sign_in.id,
                address=sign_in.address,
                mailbox=sign_in.mailbox,
                token_hash=token_hash,
                browser=sign_in.browser,
                code=sign_in.code,
                created_at=func.now(),
                expires_at=func.now() + (sign_in.expires_at - sign_in.created_at),
            )
        )

    async def lock_by_token(self, token_hash: bytes) -> SignIn | None:
        return await self._find(sign_ins.c.token_hash == token_hash, locking=True)

    async def find_by_token(self, token_hash: bytes) -> SignIn | None:
        return await self._find(sign_ins.c.token_hash == token_hash, locking=False)

    async def lock(self, sign_in: SignInId) -> SignIn | None:
        return await self._find(sign_ins.c.id == sign_in, locking=True)

    async def save(self, sign_in: SignIn) -> None:
        await self._connection.execute(
            update(sign_ins)
            .where(sign_ins.c.id == sign_in.id)
            .values(wrong_codes=sign_in.wrong_codes, used_at=sign_in.used_at)
        )

    async def forget_expired(self) -> int:
        old = delete(sign_ins).where(sign_ins.c.expires_at <= func.now())
        return (await self._connection.execute(old)).rowcount

    async def delete_for(self, address: str) -> None:
        await self._connection.execute(delete(sign_ins).where(sign_ins.c.address == address))

    async def _find(self, condition: ColumnElement[bool], *, locking: bool) -> SignIn | None:
        query = select(sign_ins).where(condition, sign_ins.c.expires_at > func.now())
        found = await self._connection.execute(query.with_for_update() if locking else query)
        row = found.mappings().first()
        return None if row is None else _sign_in(row)


def _sign_in(row: RowMapping) -> SignIn:
    return SignIn(
        id=SignInId(row["id"]),
        address=row["address"],
        mailbox=row["mailbox"],
        browser=row["browser"],
        code=row["code"],
        wrong_codes=row["wrong_codes"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
    )
