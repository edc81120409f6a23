"""Closes an account for good: all it could sign in with and all that was on its way to it goes at once."""

from dataclasses import replace

from yarda.accounts.sessions import check_fresh
from yarda.accounts.tools import AccountTools
from yarda.domain.account import AccountKind, Caller


async def close_account(caller: Caller, *, tools: AccountTools) -> None:
    """One transaction. Its ledger and its calls stay as the installation's books, without a name; designs and
    photos are deleted by whoever calls this, or by the next worker's round. Raises `SignInAgain`."""
    check_fresh(caller, tools=tools)
    async with tools.open_work() as work:
        if caller.account.email is not None:
            # Before the account is locked: redeeming locks them in this order too.
            await work.sign_ins.delete_for(caller.account.email)
            await work.mails.delete_for(caller.account.email)
        account = await work.accounts.lock(caller.id)
        for credentials in (work.sessions, work.api_keys, work.passkeys):
            await credentials.delete_for(account.id)
        gone = replace(account, kind=AccountKind.DELETED, email=None, is_operator=False, disabled_at=tools.clock())
        await work.accounts.save(gone)
        await work.audit_log.add("account_deleted", actor=str(account.id), account=account.id)
