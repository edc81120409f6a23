"""Everything about accounts that the faces call; there is none in local mode."""

from dataclasses import asdict
from typing import IO, Any

from yarda.accounts import identity, keys, passkeys, sessions, sign_in
from yarda.accounts.close import close_account
from yarda.accounts.identity import Arrival
from yarda.accounts.limits import Limit, allow
from yarda.accounts.refusals import logging_refusals
from yarda.accounts.sessions import Browser, SignedIn
from yarda.accounts.sign_in import LinkState
from yarda.accounts.tools import AccountTools
from yarda.core.export import write_export
from yarda.core.studio import Studio
from yarda.domain.account import (
    ApiKey,
    Caller,
    KeyId,
    Passkey,
    PasskeyId,
    Scope,
    Session,
    SessionId,
    SignInId,
)


class AccountDesk:
    """Made by `bootstrap` where strangers are let in.

    All methods raise `ServiceUnavailableError` while the database is away.
    """

    def __init__(self, tools: AccountTools, *, studio: Studio) -> None:
        self._tools = tools
        self._studio = studio

    async def ask_for_link(self, email: str, *, browser: Browser, then: str = "/") -> SignInId:
        """See `accounts.sign_in.ask_for_link`."""
        with logging_refusals("asking for a link", browser=browser, tools=self._tools):
            return await sign_in.ask_for_link(email, browser=browser, then=then, tools=self._tools)

    async def look_at_link(self, token: str, *, browser: Browser) -> LinkState:
        """See `accounts.sign_in.look_at_link`."""
        return await sign_in.look_at_link(token, browser=browser, tools=self._tools)

    async def redeem_link(self, token: str, *, browser: Browser) -> SignedIn:
        """See `accounts.sign_in.redeem_link`."""
        with logging_refusals("link", browser=browser, tools=self._tools):
            return await sign_in.redeem_link(token, browser=browser, tools=self._tools)

    async def redeem_code(self, sign_in_id: SignInId, code: str, *, browser: Browser) -> SignedIn:
        """See `accounts.sign_in.redeem_code`."""
        with logging_refusals("code", browser=browser, tools=self._tools):
            return await sign_in.redeem_code(sign_in_id, code, browser=browser, tools=self._tools)

    @property
    def elsewhere(self) -> dict[str, str]:
        """Who else may prove an address: names, and what to call them."""
        return {name: provider.label for name, provider in self._tools.identities.items()}

    async def begin_sign_in_elsewhere(self, name: str, *, browser: Browser, then: str) -> str:
        """See `accounts.identity.begin_sign_in_elsewhere`."""
        with logging_refusals(name, browser=browser, tools=self._tools):
            return await identity.begin_sign_in_elsewhere(name, browser=browser, then=then, tools=self._tools)

    async def finish_sign_in_elsewhere(self, name: str, *, query: dict[str, str], browser: Browser) -> Arrival:
        """See `accounts.identity.finish_sign_in_elsewhere`."""
        with logging_refusals(name, browser=browser, tools=self._tools):
            return await identity.finish_sign_in_elsewhere(name, query=query, browser=browser, tools=self._tools)

    @property
    def has_passkeys(self) -> bool:
        """Whether browsers can use passkeys at the address people use."""
        return self._tools.passkeys is not None

    async def begin_passkey_sign_in(self, browser: Browser) -> str:
        """See `accounts.passkeys.begin_passkey_sign_in`."""
        return await passkeys.begin_passkey_sign_in(browser, tools=self._tools)

    async def sign_in_with_passkey(self, answer: str, *, browser: Browser) -> SignedIn:
        """See `accounts.passkeys.sign_in_with_passkey`."""
        with logging_refusals(sessions.PASSKEY, browser=browser, tools=self._tools):
            return await passkeys.sign_in_with_passkey(answer, browser=browser, tools=self._tools)

    async def begin_passkey(self, caller: Caller) -> str:
        """See `accounts.passkeys.begin_passkey`."""
        return await passkeys.begin_passkey(caller, tools=self._tools)

    async def add_passkey(self, answer: str, *, name: str, caller: Caller) -> Passkey:
        """See `accounts.passkeys.add_passkey`."""
        return await passkeys.add_passkey(answer, name=name, caller=caller, tools=self._tools)

    async def list_passkeys(self, caller: Caller) -> list[Passkey]:
        return await passkeys.list_passkeys(caller, tools=self._tools)

    async def remove_passkey(self, passkey: PasskeyId, *, caller: Caller) -> None:
        """See `accounts.passkeys.remove_passkey`."""
        await passkeys.remove_passkey(passkey, caller=caller, tools=self._tools)

    async def require_passkey(self, caller: Caller) -> None:
        """See `accounts.passkeys.require_passkey`."""
        await passkeys.require_passkey(caller, tools=self._tools)

    async def stop_requiring_passkey(self, caller: Caller) -> None:
        """Links and other issuers sign in again."""
        await passkeys.stop_requiring_passkey(caller, tools=self._tools)

    async def forget_passkeys(self, email: str, *, actor: str) -> int:
        """See `accounts.passkeys.forget_passkeys`."""
        return await passkeys.forget_passkeys(email, actor=actor, tools=self._tools)

    async def find_caller(self, token: str) -> Caller:
        """Who has this session. Raises `NotSignedIn`."""
        return await sessions.find_caller(token, tools=self._tools)

    async def find_caller_by_key(self, key: str) -> Caller:
        """Who has this API key. Raises `NotSignedIn`."""
        return await keys.find_caller_by_key(key, tools=self._tools)

    async def list_sessions(self, caller: Caller) -> list[Session]:
        return await sessions.list_sessions(caller, tools=self._tools)

    async def end_session(self, session: SessionId, *, caller: Caller) -> None:
        """Raises `CredentialNotFound`."""
        await sessions.end_session(session, caller=caller, tools=self._tools)

    async def end_other_sessions(self, caller: Caller) -> int:
        """See `accounts.sessions.end_other_sessions`."""
        return await sessions.end_other_sessions(caller, tools=self._tools)

    async def list_keys(self, caller: Caller) -> list[ApiKey]:
        return await keys.list_keys(caller, tools=self._tools)

    async def create_key(self, name: str, *, scopes: frozenset[Scope], caller: Caller) -> tuple[str, ApiKey]:
        """See `accounts.keys.create_key`."""
        return await keys.create_key(name, scopes=scopes, caller=caller, tools=self._tools)

    async def revoke_key(self, key: KeyId, *, caller: Caller) -> None:
        """Raises `CredentialNotFound`."""
        await keys.revoke_key(key, caller=caller, tools=self._tools)

    async def export(self, caller: Caller) -> IO[bytes]:
        """All that the account has here, as a ZIP archive; see `core.export.write_export`."""
        about: dict[str, Any] = {
            "account": asdict(caller.account),
            "sessions": [asdict(session) for session in await self.list_sessions(caller)],
            "api_keys": [asdict(key) for key in await self.list_keys(caller)],
            "passkeys": [
                {"name": passkey.name, "created_at": passkey.created_at, "used_at": passkey.used_at}
                for passkey in await self.list_passkeys(caller)
            ],
        }
        async with self._tools.open_work() as work:
            about["purchases"] = [asdict(purchase) for purchase in await work.purchases.list_for(caller.id)]
            await work.audit_log.add("data_exported", actor=str(caller.id), account=caller.id)
        return await write_export(about, account=caller.id, studio=self._studio)

    async def delete_account(self, caller: Caller) -> None:
        """Nobody can come in any more from the first moment on; then everything goes, whatever dies on the way.

        What a crash leaves is deleted by the next worker's round. Raises `SignInAgain`.
        """
        await close_account(caller, tools=self._tools)
        while await self._studio.delete_expired():
            continue

    async def allow(self, limit: Limit, value: str) -> None:
        """Count one try. Raises `TooManyRequests`."""
        await allow((limit, value), tools=self._tools)
