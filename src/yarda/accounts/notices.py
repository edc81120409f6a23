"""Tells people when a way into their account was opened or closed, in case it was not they who did it."""

from datetime import timedelta

from yarda.accounts.mails import queue_mail
from yarda.accounts.ports import AccountWork
from yarda.accounts.tools import AccountTools
from yarda.domain.account import Account

USEFUL_FOR = timedelta(days=3)


async def tell(account: Account, said: str, *, work: AccountWork, tools: AccountTools) -> None:
    """Queue a message to the account's address. Call it last in the transaction."""
    assert account.email is not None
    await queue_mail(
        account.email,
        subject="Your Yarda account was changed",
        text=_MAIL.format(said=said, url=f"{tools.base_url}/account"),
        now=tools.clock(),
        useful_for=USEFUL_FOR,
        work=work,
    )


_MAIL = """\
{said}

If that was you, there is nothing to do. If not, take it back here and sign every other browser out:

{url}
"""
