"""What an operator does to accounts: make, find, disable, enable, and grant credits; each is in the audit log."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from yarda.accounts.ports import AccountWork, OpenAccountWork
from yarda.domain.account import Account, AccountKind
from yarda.domain.credit import AccountId, Balance, EntryKind
from yarda.domain.email import parse_email
from yarda.errors import AccountNotFound, InvalidRequest

OWNER = "owner"
"""How the account of local mode is named, which has no address."""
MOST_CREDITS = 1_000_000
"""In one grant; more is a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The account with an address; `created` is False where there was one."""

    account: Account
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """`booked` is False where the grant had been booked before, under the same key."""

    account: AccountId
    balance: Balance
    booked: bool


async def create_account(
    email: str, *, operator: bool, actor: str, now: datetime, open_work: OpenAccountWork
) -> Made:
    """An account whose address is not proved yet; its first sign-in proves it. One that exists stays as it is,
    but becomes an operator's where that is asked for. Raises `EmailInvalid`."""
    address = parse_email(email).address
    planned = Account(id=AccountId(uuid4()), email=address, is_operator=operator, created_at=now)
    async with open_work() as work:
        kept = await work.accounts.add_once(planned)
        created = kept.id == planned.id
        if created:
            await work.audit_log.add(
                "account_created", actor=actor, account=kept.id, detail={"operator": int(operator)}
            )
        elif operator and not kept.is_operator:
            kept = replace(await work.accounts.lock(kept.id), is_operator=True)
            await work.accounts.save(kept)
            await work.audit_log.add("operator_appointed", actor=actor, account=kept.id)
    return Made(account=kept, created=created)


async def find_account(name: str, *, open_work: OpenAccountWork) -> Account:
    """By address, by id, or `owner`. Raises `AccountNotFound`, `EmailInvalid`."""
    async with open_work() as work:
        return await _find(name, work=work)


async def list_accounts(*, limit: int, open_work: OpenAccountWork, containing: str = "") -> tuple[Account, ...]:
    """Newest first; only those whose address has `containing` in it."""
    async with open_work() as work:
        return (await work.accounts.list_page(limit=limit, cursor=None, containing=containing)).items


async def disable_account(name: str, *, actor: str, now: datetime, open_work: OpenAccountWork) -> Account:
    """It is signed out everywhere, and may neither ask for anything nor sign in any more; what it has stays.
    Safe to repeat.

    Raises `AccountNotFound`, `EmailInvalid`, `InvalidRequest` for the owner of local mode.
    """
    return await _set_disabled(name, now, action="account_disabled", actor=actor, open_work=open_work)


async def enable_account(name: str, *, actor: str, open_work: OpenAccountWork) -> Account:
    """Takes `disable_account` back; raises the same."""
    return await _set_disabled(name, None, action="account_enabled", actor=actor, open_work=open_work)


async def grant_credits(
    name: str, credits: int, *, reason: str, actor: str, open_work: OpenAccountWork, once: str | None = None
) -> Granted:
    """Give credits. Under a key, `once`, an account is granted a single time, however often it is asked for.

    Raises `AccountNotFound`, `EmailInvalid`, `InvalidRequest` without credits or a reason, or with too many.
    """
    if credits < 1 or not reason.strip():
        raise InvalidRequest("grant at least 1 credit, and say why", field="credits")
    if credits > MOST_CREDITS:
        raise InvalidRequest(f"grant at most {MOST_CREDITS:,} credits at a time", field="credits")
    async with open_work() as work:
        found = await _find(name, work=work)
        if found.kind is AccountKind.DELETED:
            raise InvalidRequest("this account was deleted; it can use no credits", field="account")
        account = found.id
        balance = await work.ledger.lock(account)
        key = None if once is None else f"operator:{account}:{once}"
        if key is not None and await work.ledger.is_booked(key):
            return Granted(account=account, balance=balance, booked=False)
        await work.ledger.post(account, EntryKind.GRANT, credits=credits, reason=reason.strip(), once=key)
        await work.audit_log.add(
            "credits_granted", actor=actor, account=account, detail={"credits": credits, "reason": reason.strip()}
        )
        balance = await work.ledger.balance(account)
    return Granted(account=account, balance=balance, booked=True)


async def _set_disabled(
    name: str, at: datetime | None, *, action: str, actor: str, open_work: OpenAccountWork
) -> Account:
    async with open_work() as work:
        account = await work.accounts.lock((await _find(name, work=work)).id)
        if account.kind is not AccountKind.PERSON:
            raise InvalidRequest("only a person's account can be disabled", field="account")
        if (account.disabled_at is None) == (at is None):
            return account
        changed = replace(account, disabled_at=at)
        await work.accounts.save(changed)
        if at is not None:
            await work.sessions.delete_for(account.id)
        await work.audit_log.add(action, actor=actor, account=account.id)
    return changed


async def _find(name: str, *, work: AccountWork) -> Account:
    if name == OWNER:
        return await work.accounts.get(await work.accounts.get_owner())
    if "@" in name:
        found = await work.accounts.find_by_email(parse_email(name).address)
        if found is None:
            raise AccountNotFound(f"there is no account with the address {name}")
        return found
    try:
        account = AccountId(UUID(name))
    except ValueError:
        raise AccountNotFound(f"{name!r} is neither an address, nor an account's id, nor {OWNER}") from None
    return await work.accounts.get(account)
