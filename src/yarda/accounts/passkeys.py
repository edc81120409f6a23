"""Passkeys: a device's key pair signs in, alone or, where the account says so, as the only thing that does.

A passkey is used only by who proves to its device who they are, so it is two factors by itself. An account that
needs one is closed to links and to other issuers; who has lost theirs asks the operator, who forgets them.
"""

import secrets
from dataclasses import replace
from uuid import uuid4

from yarda.accounts.challenges import remember_challenge, take_challenge
from yarda.accounts.limits import TRIES_FROM_NETWORK, allow
from yarda.accounts.names import read_name
from yarda.accounts.notices import tell
from yarda.accounts.service_ports import PasskeyCeremony
from yarda.accounts.sessions import PASSKEY, Browser, SignedIn, check_fresh, lock_account, open_session
from yarda.accounts.tools import AccountTools
from yarda.domain.account import Caller, Passkey, PasskeyId
from yarda.domain.email import parse_email
from yarda.errors import (
    AccountNotFound,
    CredentialNotFound,
    InvalidRequest,
    PasskeyRefused,
    SignInWayNotFound,
    TooManyCredentials,
)

MOST_PASSKEYS = 20
CHALLENGE_BYTES = 32
ADDING, SIGNING_IN = "add a passkey", "sign in with a passkey"

OVER = "this was begun in another browser, or more than ten minutes ago; begin again"
UNKNOWN = "this passkey is not known here, or was removed; sign in by email"


async def begin_passkey(caller: Caller, *, tools: AccountTools) -> str:
    """Options for the browser to make a passkey with, as JSON. Raises `SignInWayNotFound`, `SignInAgain`."""
    check_fresh(caller, tools=tools)
    ceremony, challenge = _ceremony(tools), secrets.token_bytes(CHALLENGE_BYTES)
    async with tools.open_work() as work:
        known = await work.passkeys.list_for(caller.id)
    await remember_challenge(ADDING, challenge.hex(), str(caller.session), tools=tools)
    return ceremony.begin_registration(
        account=caller.id,
        name=caller.account.email or "",
        known=tuple(passkey.credential for passkey in known),
        challenge=challenge,
    )


async def add_passkey(answer: str, *, name: str, caller: Caller, tools: AccountTools) -> Passkey:
    """Keep the public half of what the browser made.

    Raises `InvalidRequest`, `PasskeyRefused`, `SignInWayNotFound`.
    """
    ceremony, name = _ceremony(tools), read_name(name, such_as="the device it is on")
    challenge = ceremony.challenge_of(answer)
    if await take_challenge(ADDING, challenge.hex(), str(caller.session), tools=tools) is None:
        raise PasskeyRefused(OVER)
    made = ceremony.finish_registration(answer, challenge=challenge)
    passkey = Passkey(
        id=PasskeyId(uuid4()),
        account=caller.id,
        credential=made.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=tools.clock(),
    )
    async with tools.open_work() as work:
        account = await lock_account(caller, work=work)
        if len(await work.passkeys.list_for(caller.id)) >= MOST_PASSKEYS:
            raise TooManyCredentials(f"an account has at most {MOST_PASSKEYS} passkeys; remove one first")
        if not await work.passkeys.add(passkey):
            raise PasskeyRefused("this passkey is already known here")
        await work.audit_log.add(
            "passkey_added", actor=str(caller.id), account=caller.id, detail={"passkey": str(passkey.id)}
        )
        await tell(account, f"A passkey was added: “{name}”.", work=work, tools=tools)
    return passkey


async def list_passkeys(caller: Caller, *, tools: AccountTools) -> list[Passkey]:
    """The newest first."""
    async with tools.open_work() as work:
        return await work.passkeys.list_for(caller.id)


async def remove_passkey(passkey: PasskeyId, *, caller: Caller, tools: AccountTools) -> None:
    """With the last one the account is open to links again. Raises `CredentialNotFound`, `SignInAgain`."""
    check_fresh(caller, tools=tools)
    async with tools.open_work() as work:
        account = await lock_account(caller, work=work)
        if not await work.passkeys.delete(passkey, account=caller.id):
            raise CredentialNotFound("there is no such passkey")
        if account.needs_passkey and not await work.passkeys.list_for(caller.id):
            await work.accounts.save(replace(account, needs_passkey=False))
        await work.audit_log.add(
            "passkey_removed", actor=str(caller.id), account=caller.id, detail={"passkey": str(passkey)}
        )
        await tell(account, "A passkey was removed.", work=work, tools=tools)


async def require_passkey(caller: Caller, *, tools: AccountTools) -> None:
    """From now on nothing but a passkey signs in. Raises `SignInAgain`; `InvalidRequest` where there is none."""
    check_fresh(caller, tools=tools)
    async with tools.open_work() as work:
        account = await lock_account(caller, work=work)
        if not await work.passkeys.list_for(caller.id):
            raise InvalidRequest("required: add a passkey first", field="required")
        await work.accounts.save(replace(account, needs_passkey=True))
        await work.audit_log.add("passkey_required", actor=str(caller.id), account=caller.id)
        await tell(account, "From now on nothing but a passkey signs in.", work=work, tools=tools)


async def stop_requiring_passkey(caller: Caller, *, tools: AccountTools) -> None:
    """Links and other issuers sign in again. Raises `SignInAgain`."""
    check_fresh(caller, tools=tools)
    async with tools.open_work() as work:
        account = await lock_account(caller, work=work)
        await work.accounts.save(replace(account, needs_passkey=False))
        await work.audit_log.add("passkey_not_required", actor=str(caller.id), account=caller.id)
        await tell(account, "Links sign in again, not passkeys only.", work=work, tools=tools)


async def begin_passkey_sign_in(browser: Browser, *, tools: AccountTools) -> str:
    """Options for the browser to ask its devices with, as JSON.

    Raises `SignInWayNotFound`, `TooManyRequests`.
    """
    ceremony, challenge = _ceremony(tools), secrets.token_bytes(CHALLENGE_BYTES)
    await allow((TRIES_FROM_NETWORK, browser.network), tools=tools)
    await remember_challenge(SIGNING_IN, challenge.hex(), browser.secret, tools=tools)
    return ceremony.begin_sign_in(challenge=challenge)


async def sign_in_with_passkey(answer: str, *, browser: Browser, tools: AccountTools) -> SignedIn:
    """Sign in as whose passkey it is. Every answer is looked at once.

    Raises `PasskeyRefused`, `AccountDisabled`, `SignInWayNotFound`, `TooManyRequests`.
    """
    ceremony = _ceremony(tools)
    await allow((TRIES_FROM_NETWORK, browser.network), tools=tools)
    challenge = ceremony.challenge_of(answer)
    if await take_challenge(SIGNING_IN, challenge.hex(), browser.secret, tools=tools) is None:
        raise PasskeyRefused(OVER)
    async with tools.open_work() as work:
        passkey = await work.passkeys.lock_by_credential(ceremony.credential_of(answer))
        if passkey is None:
            raise PasskeyRefused(UNKNOWN)
        sign_count = ceremony.finish_sign_in(answer, challenge=challenge, passkey=passkey)
        account = await work.accounts.get(passkey.account)
        account.check_enabled()
        await work.passkeys.used(passkey.id, sign_count=sign_count, at=tools.clock())
        return await open_session(account, browser=browser, how=PASSKEY, work=work, tools=tools)


async def forget_passkeys(email: str, *, actor: str, tools: AccountTools) -> int:
    """The way back for who has lost their passkeys: links sign in again. Returns how many there were.

    Raises `EmailInvalid`, `AccountNotFound`.
    """
    address = parse_email(email).address
    async with tools.open_work() as work:
        found = await work.accounts.find_by_email(address)
        if found is None:
            raise AccountNotFound("there is no account of this address")
        account = await work.accounts.lock(found.id)
        count = len(await work.passkeys.list_for(account.id))
        await work.passkeys.delete_for(account.id)
        await work.accounts.save(replace(account, needs_passkey=False))
        await work.audit_log.add("passkeys_forgotten", actor=actor, account=account.id, detail={"count": count})
        await tell(account, "Its passkeys were removed by the operator.", work=work, tools=tools)
    return count


def _ceremony(tools: AccountTools) -> PasskeyCeremony:
    if tools.passkeys is None:
        raise SignInWayNotFound("passkeys do not work here: they need an address with a name, over https")
    return tools.passkeys
