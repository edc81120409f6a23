"""Messages on their way, in Postgres."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import mails
from yarda.domain.account import Mail, MailId


class PostgresMails:
    """Plays the `Mails` port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, mail: Mail) -> None:
        await self._connection.execute(
            insert(mails).values(
                id=mail.id,
                recipient=mail.to,
                subject=mail.subject,
                body=mail.text,
                created_at=mail.created_at,
                expires_at=mail.expires_at,
            )
        )

    async def lock(self, mail: MailId) -> Mail | None:
        query = select(mails).where(mails.c.id == mail, mails.c.outcome.is_(None)).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        if row is None:
            return None
        return Mail(
            id=MailId(row["id"]),
            to=row["recipient"],
            subject=row["subject"],
            text=row["body"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            tries=row["tries"],
        )

    async def tried(self, mail: MailId, *, error: str) -> None:
        changed = update(mails).where(mails.c.id == mail).values(tries=mails.c.tries + 1, error=error[:300])
        await self._connection.execute(changed)

    async def settle(self, mail: MailId, *, outcome: str) -> None:
        forgotten = {"recipient": None, "subject": None, "body": None}
        changed = update(mails).where(mails.c.id == mail)
        await self._connection.execute(
            changed.values(outcome=outcome, settled_at=func.now(), tries=mails.c.tries + 1, **forgotten)
        )

    async def list_unsent(self) -> list[MailId]:
        query = select(mails.c.id).where(mails.c.outcome.is_(None)).order_by(mails.c.created_at)
        return [MailId(row.id) for row in await self._connection.execute(query)]

    async def delete_for(self, address: str) -> None:
        await self._connection.execute(delete(mails).where(mails.c.recipient == address))

    async def forget_old(self, *, before: datetime) -> int:
        return (await self._connection.execute(delete(mails).where(mails.c.settled_at < before))).rowcount
