"""Queues a message in the transaction that makes it true."""

from datetime import datetime, timedelta
from uuid import uuid4

from yarda.accounts.ports import AccountWork
from yarda.domain.account import Mail, MailId


async def queue_mail(
    to: str, *, subject: str, text: str, now: datetime, useful_for: timedelta, work: AccountWork
) -> MailId:
    """Call it last in the transaction. After `useful_for` the message is not sent any more."""
    mail = Mail(id=MailId(uuid4()), to=to, subject=subject, text=text, created_at=now, expires_at=now + useful_for)
    await work.mails.add(mail)
    await work.jobs.enqueue_mail(mail.id)
    return mail.id
