"""Sends what is queued, and repairs what a crash left unsent."""

from datetime import timedelta

import structlog

from yarda.accounts.ports import Clock, OpenAccountWork
from yarda.accounts.service_ports import SEND_SECONDS, Mailer
from yarda.domain.account import Mail, MailId, MailOutcome
from yarda.errors import MailRefused, MailUnavailable, ServiceUnavailableError

TAKEN = timedelta(seconds=2 * SEND_SECONDS)
"""How long nobody else sends a message that somebody began to send: longer than any sending takes."""
AGAIN = timedelta(seconds=2)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
KEEP_SETTLED = timedelta(days=7)

log = structlog.get_logger()


def pause_after(tries: int) -> timedelta:
    """Twice as long after each try, up to the longest."""
    doublings: int = 2 ** min(tries - 1, 16)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


class Mailroom:
    """What the worker calls for messages; may be called from many tasks and processes at once."""

    def __init__(self, *, open_work: OpenAccountWork, mailer: Mailer, clock: Clock) -> None:
        self._open_work = open_work
        self._mailer = mailer
        self._clock = clock

    async def send(self, mail: MailId) -> timedelta | None:
        """Carry one message as far as it goes. None when nothing is left to do, else when to call again.

        The message is taken in one transaction and settled in another, none is open while it is sent,
        and nobody else sends it meanwhile. It is sent at least once while it is of use: what a crash
        cut short is sent again when `TAKEN` is over. It arrives twice only where the server took it
        and that was not noted: its answer got lost, or the process or the database died (or stood
        still for longer than `TAKEN`) before our second commit; both copies have one Message-ID.
        Never raises on purpose.
        """
        try:
            return await self._send(mail)
        except ServiceUnavailableError as error:
            log.warning("mail_interrupted", mail_id=str(mail), reason=error.code)
            return AGAIN

    async def _send(self, id: MailId) -> timedelta | None:
        async with self._open_work() as work:
            mail = await work.mails.lock(id)
            if mail is None:
                return None
            if mail.is_taken:
                return AGAIN
            if mail.expires_at <= self._clock():
                await work.mails.settle(id, MailOutcome.EXPIRED)
                log.warning("mail_expired", mail_id=str(id), tries=mail.tries)
                return None
            mail = await work.mails.take(id, length=TAKEN)
        try:
            await self._mailer.send(mail)
        except MailUnavailable as error:
            return await self._postpone(mail, reason=str(error))
        except MailRefused as error:
            await self._settle(mail, MailOutcome.REFUSED, error=str(error))
            log.warning("mail_refused", mail_id=str(id), tries=mail.tries, reason=str(error))
        else:
            await self._settle(mail, MailOutcome.SENT)
            log.info("mail_sent", mail_id=str(id), tries=mail.tries)
        return None

    async def _postpone(self, mail: Mail, *, reason: str) -> timedelta:
        async with self._open_work() as work:
            await work.mails.give_back(mail, error=reason)
        log.warning("mail_postponed", mail_id=str(mail.id), tries=mail.tries, reason=reason)
        return pause_after(mail.tries)

    async def _settle(self, mail: Mail, outcome: MailOutcome, *, error: str | None = None) -> None:
        async with self._open_work() as work:
            await work.mails.settle(mail.id, outcome, error=error)

    async def requeue_lost(self) -> int:
        """Queue every unsent message that has no live job. Returns how many."""
        async with self._open_work() as work:
            unsent = await work.mails.list_unsent()
            if not unsent:
                return 0
            live = await work.jobs.mails_with_live_jobs()
            queued = [mail for mail in unsent if mail not in live and await work.jobs.requeue_mail(mail)]
        for mail in queued:
            log.warning("mail_requeued", mail_id=str(mail))
        return len(queued)

    async def forget_old(self) -> int:
        """Drop the rows of messages that were settled a week ago; their words went at once."""
        async with self._open_work() as work:
            return await work.mails.forget_old(before=self._clock() - KEEP_SETTLED)
