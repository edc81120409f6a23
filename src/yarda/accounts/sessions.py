"""Sessions of browsers, and who a request is from."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from yarda.accounts.ports import AccountWork
from yarda.accounts.secrets import hash_secret, new_secret
from yarda.accounts.tools import AccountTools
from yarda.domain.account import Account, Caller, Session, SessionId
from yarda.errors import CredentialNotFound, NotSignedIn, PasskeyNeeded, SignInAgain

SEEN_EVERY = timedelta(minutes=5)
FRESH = timedelta(minutes=30)
LONGEST_NAME = 200

PASSKEY = "passkey"
SIGN_IN = "sign in first"
AGAIN = "sign in again first: this needs a sign-in of the last half hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Who asks, before anybody is signed in.

    `secret` is what its cookie holds, `session` the token it is signed in with now, `name` what it calls
    itself, `network` where it is.
    """

    secret: str
    name: str = ""
    network: str = ""
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session, and the token that proves it, which is shown this once. Nothing makes it live longer."""

    account: Account
    session: Session
    token: str
    longest: timedelta


async def open_session(
    account: Account, *, browser: Browser, how: str, work: AccountWork, tools: AccountTools
) -> SignedIn:
    """A new token at every sign-in; the session that the browser had before ends.

    Raises `PasskeyNeeded` where the account is open to its passkeys only, and this is none.
    """
    if how != PASSKEY and account.needs_passkey and await work.passkeys.list_for(account.id):
        raise PasskeyNeeded("this account asks for its passkey; sign in with that")
    if browser.session is not None:
        before = await work.sessions.find(hash_secret(browser.session))
        if before is not None:
            await work.sessions.delete(before.id, account=before.account)
    token, now = new_secret(), tools.clock()
    session = Session(
        id=SessionId(uuid4()),
        account=account.id,
        browser=browser.name[:LONGEST_NAME],
        created_at=now,
        seen_at=now,
        expires_at=now + min(tools.session_life, tools.session_idle),
    )
    await work.sessions.add(session, token_hash=hash_secret(token))
    await work.audit_log.add("signed_in", actor=str(account.id), account=account.id, detail={"how": how})
    return SignedIn(account=account, session=session, token=token, longest=tools.session_life)


async def find_caller(token: str, *, tools: AccountTools) -> Caller:
    """Who has this session. It ends when it is not used for a while, and some time in any case.

    Raises `NotSignedIn`.
    """
    now = tools.clock()
    async with tools.open_work() as work:
        session = await work.sessions.find(hash_secret(token))
        account = await work.accounts.find(session.account) if session else None
        if session is None or account is None:
            raise NotSignedIn(SIGN_IN)
        if now - session.seen_at > SEEN_EVERY:
            ends_at = min(session.created_at + tools.session_life, now + tools.session_idle)
            await work.sessions.seen(session.id, at=now, expires_at=ends_at)
    return Caller(account=account, session=session.id, signed_in_at=session.created_at)


def check_fresh(caller: Caller, *, tools: AccountTools) -> None:
    """Before what could take the account away from who left a browser open. Raises `SignInAgain`."""
    if caller.signed_in_at is None or tools.clock() - caller.signed_in_at > FRESH:
        raise SignInAgain(AGAIN)


async def lock_account(caller: Caller, *, work: AccountWork) -> Account:
    """The caller's account for a change. Raises `AccountDisabled` where it was shut or deleted meanwhile."""
    account = await work.accounts.lock(caller.id)
    account.check_enabled()
    return account


async def list_sessions(caller: Caller, *, tools: AccountTools) -> list[Session]:
    """The newest first."""
    async with tools.open_work() as work:
        return await work.sessions.list_for(caller.id)


async def end_session(session: SessionId, *, caller: Caller, tools: AccountTools) -> None:
    """Sign one of the account's browsers out. Raises `CredentialNotFound`."""
    async with tools.open_work() as work:
        if not await work.sessions.delete(session, account=caller.id):
            raise CredentialNotFound("there is no such session")
        action = "signed_out" if session == caller.session else "session_ended"
        await work.audit_log.add(action, actor=str(caller.id), account=caller.id)


async def end_other_sessions(caller: Caller, *, tools: AccountTools) -> int:
    """Sign every browser out but this one. Returns how many there were."""
    assert caller.session is not None
    async with tools.open_work() as work:
        count = await work.sessions.delete_others(caller.session, account=caller.id)
        if count:
            await work.audit_log.add(
                "other_sessions_ended", actor=str(caller.id), account=caller.id, detail={"count": count}
            )
    return count
