"""Messages on their way, in Postgres."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db.accounts.tables import mails
from yarda.domain.account import Mail, MailId, MailOutcome

_is_taken = func.coalesce(mails.c.taken_until > func.now(), False).label("is_taken")


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
        query = select(mails, _is_taken).where(mails.c.id == mail, mails.c.outcome.is_(None)).with_for_update()
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else _mail(row)

    async def take(self, mail: MailId, *, length: timedelta) -> Mail:
        taken = update(mails).where(mails.c.id == mail)
        taken = taken.values(tries=mails.c.tries + 1, taken_until=func.now() + length)
        row = (await self._connection.execute(taken.returning(mails, _is_taken))).mappings().one()
        return _mail(row)

    async def give_back(self, mail: Mail, *, error: str) -> None:
        ours = update(mails).where(mails.c.id == mail.id, mails.c.tries == mail.tries, mails.c.outcome.is_(None))
        await self._connection.execute(ours.values(taken_until=None, error=error))

    async def settle(self, mail: MailId, outcome: MailOutcome, *, error: str | None = None) -> None:
        forgotten = {"recipient": None, "subject": None, "body": None, "taken_until": None}
        changed = update(mails).where(mails.c.id == mail, mails.c.outcome.is_(None))
        settled = {"outcome": outcome, "settled_at": func.now(), "error": error or mails.c.error}
        await self._connection.execute(changed.values(**settled, **forgotten))

    async def list_unsent(self) -> list[MailId]:
        query = select(mails.c.id).where(mails.c.outcome.is_(None)).order_by(mails.c.created_at)
        return [MailId(row.id) for row in await self._connection.execute(query)]

    async def delete_for(self, address: str) -> None:
        await self._connection.execute(delete(mails).where(mails.c.recipient == address))

    async def forget_old(self, *, before: datetime) -> int:
        return (await self._connection.execute(delete(mails).where(mails.c.settled_at < before))).rowcount


def _mail(row: RowMapping) -> Mail:
    return Mail(
        id=MailId(row["id"]),
        to=row["recipient"],
        subject=row["subject"],
        text=row["body"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        tries=row["tries"],
        is_taken=row["is_taken"],
    )
