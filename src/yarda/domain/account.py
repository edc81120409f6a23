"""Accounts, and what proves who asks: a session of a browser, or an API key of a program."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from yarda.domain.credit import AccountId
from yarda.errors import AccountDisabled, EmailNotVerified, NotAllowed

SessionId = NewType("SessionId", UUID)
KeyId = NewType("KeyId", UUID)
SignInId = NewType("SignInId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
MailId = NewType("MailId", UUID)
PurchaseId = NewType("PurchaseId", UUID)


class AccountKind(StrEnum):
    """The owner of local mode, a person with an address, or what is left of one: its books."""

    OWNER = "owner"
    PERSON = "person"
    DELETED = "deleted"


class Plan(StrEnum):
    """How long pictures are kept: for who tries, for who has bought credits, for who owns the installation."""

    TRIAL = "trial"
    PAID = "paid"
    OWN = "own"


class Scope(StrEnum):
    """What an API key may do. A session may do all that its account may."""

    READ = "read"
    DESIGN = "design"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who owns credits and generations.

    `verified_at` is when the address was proved, first of all. With `needs_passkey` nothing but a passkey signs
    in, as long as there is one.
    """

    id: AccountId
    kind: AccountKind = AccountKind.PERSON
    email: str | None = None
    is_operator: bool = False
    plan: Plan = Plan.TRIAL
    needs_passkey: bool = False
    created_at: datetime
    verified_at: datetime | None = None
    disabled_at: datetime | None = None

    def check_enabled(self) -> None:
        """Raises `AccountDisabled`."""
        if self.disabled_at is not None:
            raise AccountDisabled("this account is disabled; ask whoever runs this installation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and by what right: `session` and `key` are both None for the owner of local mode.

    `signed_in_at` is when the session began.
    """

    account: Account
    session: SessionId | None = None
    signed_in_at: datetime | None = None
    key: KeyId | None = None
    scopes: frozenset[Scope] = frozenset(Scope)

    @property
    def id(self) -> AccountId:
        return self.account.id

    def check(self, scope: Scope) -> None:
        """Raises `AccountDisabled`, or `NotAllowed` where the key or the account has no such right."""
        self.account.check_enabled()
        allowed = scope in self.scopes and (scope is not Scope.OPERATE or self.account.is_operator)
        if not allowed:
            raise NotAllowed(f"this needs the right to {scope.value}, which this account or key does not have")

    def check_may_spend(self) -> None:
        """Raises `EmailNotVerified` until the address is proved; the owner of local mode needs none."""
        self.check(Scope.DESIGN)
        if self.account.kind is AccountKind.PERSON and self.account.verified_at is None:
            raise EmailNotVerified("prove your email address first: sign in once with the link it is sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in. `browser` is what it called itself."""

    id: SessionId
    account: AccountId
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What a program signs in with; `tail` is its last four letters, the rest is known to its owner only."""

    id: KeyId
    account: AccountId
    name: str
    tail: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A device's key pair, of which the public half is here."""

    id: PasskeyId
    account: AccountId
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Somebody asked for a link to this address, from the browser whose secret hashes to `browser`."""

    id: SignInId
    address: str
    mailbox: str
    browser: bytes
    code: bytes
    wrong_codes: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class MailOutcome(StrEnum):
    """How a message ended: handed over, never to be taken by the server, or of no use any more."""

    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message on its way; its words are forgotten once it is sent or has become useless.

    `tries` counts the sendings begun; `is_taken` while one of them may still be under way.
    """

    id: MailId
    to: str
    subject: str
    text: str
    created_at: datetime
    expires_at: datetime
    tries: int = 0
    is_taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to whom; never a secret, and no address: accounts are named by their id."""

    id: int
    created_at: datetime
    action: str
    actor: str
    account: AccountId | None
    detail: dict[str, str | int] = field(default_factory=dict)
