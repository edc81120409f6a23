"""API keys: shown once, kept as hashes, named and scoped, revocable."""

from datetime import timedelta
from uuid import uuid4

from yarda.accounts.names import read_name
from yarda.accounts.notices import tell
from yarda.accounts.secrets import KEY_PREFIX, hash_secret, new_api_key
from yarda.accounts.sessions import check_fresh, lock_account
from yarda.accounts.tools import AccountTools
from yarda.domain.account import ApiKey, Caller, KeyId, Scope
from yarda.errors import CredentialNotFound, InvalidRequest, NotAllowed, NotSignedIn, TooManyCredentials

USED_EVERY = timedelta(minutes=1)
MOST_KEYS = 20


async def create_key(
    name: str, *, scopes: frozenset[Scope], caller: Caller, tools: AccountTools
) -> tuple[str, ApiKey]:
    """The key itself, which nobody can read again, and what is kept of it.

    Raises `SignInAgain`, `InvalidRequest`; `NotAllowed` for the operator's right where the account has none.
    """
    check_fresh(caller, tools=tools)
    name = read_name(name, such_as="the machine it is for")
    if not scopes:
        raise InvalidRequest("scopes: choose what the key may do", field="scopes")
    if Scope.OPERATE in scopes and not caller.account.is_operator:
        raise NotAllowed("only an operator's key may have the right to operate")
    secret = new_api_key()
    key = ApiKey(
        id=KeyId(uuid4()),
        account=caller.id,
        name=name,
        tail=secret[-4:],
        scopes=scopes,
        created_at=tools.clock(),
    )
    async with tools.open_work() as work:
        account = await lock_account(caller, work=work)
        if len(await work.api_keys.list_for(caller.id)) >= MOST_KEYS:
            raise TooManyCredentials(f"an account has at most {MOST_KEYS} keys; revoke one first")
        await work.api_keys.add(key, key_hash=hash_secret(secret))
        await work.audit_log.add(
            "key_created", actor=str(caller.id), account=caller.id, detail={"key": str(key.id)}
        )
        await tell(account, f"An API key was created: “{name}”.", work=work, tools=tools)
    return secret, key


async def find_caller_by_key(secret: str, *, tools: AccountTools) -> Caller:
    """Who has this key. Raises `NotSignedIn`."""
    unknown = NotSignedIn("this API key is not known, or was revoked")
    if not secret.startswith(KEY_PREFIX):
        raise unknown
    now = tools.clock()
    async with tools.open_work() as work:
        key = await work.api_keys.find(hash_secret(secret))
        account = await work.accounts.find(key.account) if key else None
        if key is None or account is None:
            raise unknown
        if key.used_at is None or now - key.used_at > USED_EVERY:
            await work.api_keys.used(key.id, at=now)
    return Caller(account=account, key=key.id, scopes=key.scopes)


async def list_keys(caller: Caller, *, tools: AccountTools) -> list[ApiKey]:
    async with tools.open_work() as work:
        return await work.api_keys.list_for(caller.id)


async def revoke_key(key: KeyId, *, caller: Caller, tools: AccountTools) -> None:
    """Raises `CredentialNotFound`."""
    async with tools.open_work() as work:
        if not await work.api_keys.delete(key, account=caller.id):
            raise CredentialNotFound("there is no such key")
        await work.audit_log.add("key_revoked", actor=str(caller.id), account=caller.id, detail={"key": str(key)})
