"""What happens when an address is proved: the account is there, verified, and has had its trial once."""

from dataclasses import replace
from uuid import uuid4

from yarda.accounts.ports import AccountWork
from yarda.accounts.tools import AccountTools
from yarda.domain.account import Account
from yarda.domain.credit import AccountId, EntryKind
from yarda.domain.email import parse_email


async def prove_address(address: str, *, mailbox: str, work: AccountWork, tools: AccountTools) -> Account:
    """The account of that address, made where there is none. Raises `AccountDisabled`."""
    now = tools.clock()
    new = Account(id=AccountId(uuid4()), email=address, created_at=now)
    account = await work.accounts.add_once(new)
    account = await work.accounts.lock(account.id)
    account.check_enabled()
    if account.verified_at is not None:
        return account
    account = replace(account, verified_at=now)
    await work.accounts.save(account)
    await work.audit_log.add("address_proved", actor=str(account.id), account=account.id)
    await _grant_trial(account, address, mailbox, work=work, tools=tools)
    return account


async def _grant_trial(
    account: Account, address: str, mailbox: str, *, work: AccountWork, tools: AccountTools
) -> None:
    """Once per mailbox, however it is written and however often its account is deleted and made again."""
    if tools.trial_credits == 0 or parse_email(address).is_disposable(tools.disposable_domains):
        return
    if await work.accounts.remember_trial(tools.pepper.hash("trial", mailbox)):
        await work.ledger.lock(account.id)
        await work.ledger.post(
            account.id,
            EntryKind.GRANT,
            credits=tools.trial_credits,
            reason="trial credits",
            once=f"trial:{account.id}",
        )
        await work.audit_log.add(
            "trial_granted", actor=str(account.id), account=account.id, detail={"credits": tools.trial_credits}
        )
