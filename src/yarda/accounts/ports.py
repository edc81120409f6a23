"""What accounts need from outside, as Protocols."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from yarda.domain.account import (
    Account,
    ApiKey,
    AuditEntry,
    KeyId,
    Mail,
    MailId,
    MailOutcome,
    Passkey,
    PasskeyId,
    PurchaseId,
    Session,
    SessionId,
    SignIn,
    SignInId,
)
from yarda.domain.credit import AccountId, Balance, EntryKind
from yarda.domain.purchase import Pack, Purchase

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """A slice of all accounts, newest first; `next_cursor` is None at the end."""

    items: tuple[Account, ...]
    next_cursor: str | None


class Accounts(Protocol):
    async def get_owner(self) -> AccountId: ...
    async def add_once(self, account: Account) -> Account:
        """Add, or return the one that already has this address."""
        ...

    async def find(self, account: AccountId) -> Account | None: ...
    async def find_by_email(self, address: str) -> Account | None: ...
    async def get(self, account: AccountId) -> Account:
        """Raises `AccountNotFound`."""
        ...

    async def lock(self, account: AccountId) -> Account:
        """Read for a change. Raises `AccountNotFound`."""
        ...

    async def save(self, account: Account) -> None: ...
    async def keep_designs(self, account: AccountId, *, life: timedelta) -> None:
        """Keep the designs that it has at least that long from when they were asked for."""
        ...

    async def list_page(self, *, limit: int, cursor: str | None, containing: str = "") -> AccountPage: ...
    async def remember_trial(self, mailbox_hash: bytes) -> bool:
        """True the first time only, however often accounts are deleted and made again."""
        ...


class SignIns(Protocol):
    """Asked-for links, found by hashes only, and not found once they have expired."""

    async def add(self, sign_in: SignIn, *, token_hash: bytes) -> None: ...
    async def lock_by_token(self, token_hash: bytes) -> SignIn | None:
        """Read for a change; others wait until this transaction ends."""
        ...

    async def find_by_token(self, token_hash: bytes) -> SignIn | None: ...
    async def lock(self, sign_in: SignInId) -> SignIn | None: ...
    async def save(self, sign_in: SignIn) -> None: ...
    async def forget_expired(self) -> int: ...
    async def delete_for(self, address: str) -> None: ...


class Sessions(Protocol):
    async def add(self, session: Session, *, token_hash: bytes) -> None: ...
    async def find(self, token_hash: bytes) -> Session | None:
        """Only one that has not expired."""
        ...

    async def seen(self, session: SessionId, *, at: datetime, expires_at: datetime) -> None: ...
    async def list_for(self, account: AccountId) -> list[Session]: ...
    async def delete(self, session: SessionId, *, account: AccountId) -> bool:
        """True if there was one."""
        ...

    async def delete_others(self, session: SessionId, *, account: AccountId) -> int: ...
    async def delete_for(self, account: AccountId) -> None: ...
    async def forget_expired(self) -> int: ...


class ApiKeys(Protocol):
    async def add(self, key: ApiKey, *, key_hash: bytes) -> None: ...
    async def find(self, key_hash: bytes) -> ApiKey | None: ...
    async def used(self, key: KeyId, *, at: datetime) -> None: ...
    async def list_for(self, account: AccountId) -> list[ApiKey]: ...
    async def delete(self, key: KeyId, *, account: AccountId) -> bool: ...
    async def delete_for(self, account: AccountId) -> None: ...


class Passkeys(Protocol):
    async def add(self, passkey: Passkey) -> bool:
        """False where the credential is known already."""
        ...

    async def lock_by_credential(self, credential: bytes) -> Passkey | None: ...
    async def used(self, passkey: PasskeyId, *, sign_count: int, at: datetime) -> None: ...
    async def list_for(self, account: AccountId) -> list[Passkey]: ...
    async def delete(self, passkey: PasskeyId, *, account: AccountId) -> bool: ...
    async def delete_for(self, account: AccountId) -> None: ...


class Challenges(Protocol):
    """Short-lived secrets of a browser: what a passkey signs, what an issuer sends back. Each is taken once."""

    async def put(self, key: bytes, value: dict[str, Any], *, life: timedelta) -> None: ...
    async def take(self, key: bytes) -> dict[str, Any] | None: ...
    async def forget_expired(self) -> int: ...


class Mails(Protocol):
    async def add(self, mail: Mail) -> None: ...
    async def lock(self, mail: MailId) -> Mail | None:
        """Read for a change. None once it is settled or deleted."""
        ...

    async def take(self, mail: MailId, *, length: timedelta) -> Mail:
        """Begin a try; until it is over, or for that long by the database's clock, the message is taken."""
        ...

    async def give_back(self, mail: Mail, *, error: str) -> None:
        """The try failed: others may begin one. Touches nothing where somebody else did meanwhile."""
        ...

    async def settle(self, mail: MailId, outcome: MailOutcome, *, error: str | None = None) -> None:
        """Its words are forgotten; the last error and the first outcome stay."""
        ...

    async def list_unsent(self) -> list[MailId]: ...
    async def delete_for(self, address: str) -> None: ...
    async def forget_old(self, *, before: datetime) -> int: ...


class AuditLog(Protocol):
    async def add(
        self,
        action: str,
        *,
        actor: str,
        account: AccountId | None = None,
        detail: dict[str, str | int] | None = None,
    ) -> None: ...
    async def list_newest(self, *, limit: int, account: AccountId | None = None) -> list[AuditEntry]: ...


class Counters(Protocol):
    async def count(self, key: str, *, period: timedelta, amount: int = 1) -> tuple[int, datetime]:
        """Count in the current period of the database's clock; returns the sum and the period's end."""
        ...

    async def forget_old(self) -> int: ...


class Purchases(Protocol):
    async def add(self, purchase: Purchase) -> None: ...
    async def lock(self, purchase: PurchaseId) -> Purchase | None: ...
    async def lock_by_reference(self, reference: str) -> Purchase | None: ...
    async def save(self, purchase: Purchase) -> None: ...
    async def list_for(self, account: AccountId) -> list[Purchase]: ...


class Ledger(Protocol):
    async def lock(self, account: AccountId) -> Balance: ...
    async def balance(self, account: AccountId) -> Balance: ...
    async def post(
        self, account: AccountId, kind: EntryKind, *, credits: int, reason: str, once: str | None = None
    ) -> None:
        """Append. `once` names what may be booked a single time, whoever books it."""
        ...

    async def is_booked(self, once: str) -> bool: ...


class MailJobs(Protocol):
    async def enqueue_mail(self, mail: MailId) -> None:
        """Last in the transaction that makes it true."""
        ...

    async def requeue_mail(self, mail: MailId) -> bool:
        """Queue a job for a message that has none waiting and none under way; tells whether it did."""
        ...

    async def mails_with_live_jobs(self) -> set[UUID]: ...


class AccountWork(Protocol):
    """One transaction: the block commits at its end and rolls back on any error."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def passkeys(self) -> Passkeys: ...
    @property
    def challenges(self) -> Challenges: ...
    @property
    def mails(self) -> Mails: ...
    @property
    def audit_log(self) -> AuditLog: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def purchases(self) -> Purchases: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def jobs(self) -> MailJobs: ...


OpenAccountWork = Callable[[], AbstractAsyncContextManager[AccountWork]]


# --- services ---


SEND_SECONDS = 30.0


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the message over, in `SEND_SECONDS` at most.

        Raises `MailUnavailable` to try again later, `MailRefused` for good.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A page of the payment service where a purchase is paid; `reference` is the service's name of it."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidNotice:
    """The payment service's word, verified, on a purchase: paid, or expired unpaid.

    `purchase` is what the service was told when the checkout was opened.
    """

    reference: str
    purchase: PurchaseId | None
    is_paid: bool
    amount_cents: int
    currency: str


class Payments(Protocol):
    async def open_checkout(
        self, purchase: PurchaseId, pack: Pack, *, email: str | None, success_url: str, cancel_url: str
    ) -> Checkout:
        """Raises `PaymentsUnavailable`. Asking twice for the same purchase opens one checkout."""
        ...

    def read_notice(self, body: bytes, *, signature: str) -> PaidNotice | None:
        """None for news about something else. Raises `NoticeInvalid` for a wrong signature or an old one."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Where to send a browser to sign in elsewhere, and what to remember until it comes back."""

    url: str
    state: str
    remember: dict[str, Any] = field(default_factory=dict)


class IdentityProvider(Protocol):
    """Somebody else who knows people: Google, or any issuer of OpenID Connect."""

    @property
    def name(self) -> str:
        """As in the URL: `google`, `oidc`."""
        ...

    @property
    def label(self) -> str:
        """As on the button."""
        ...

    async def begin(self, *, redirect_uri: str) -> Redirect:
        """Raises `IdentityUnavailable`."""
        ...

    async def finish(self, *, query: dict[str, str], remember: dict[str, Any], redirect_uri: str) -> str:
        """The proved address. Raises `IdentityRefused` (also where the address is not verified there),
        `IdentityUnavailable`."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a device answered when it was asked to make a key pair, verified."""

    credential: bytes
    public_key: bytes
    sign_count: int


class PasskeyCeremony(Protocol):
    """WebAuthn, for one site. Whoever uses a passkey proves to its device who they are."""

    def begin_registration(
        self, *, account: AccountId, name: str, known: tuple[bytes, ...], challenge: bytes
    ) -> str:
        """Options for `navigator.credentials.create`, as JSON."""
        ...

    def finish_registration(self, answer: str, *, challenge: bytes) -> NewPasskey:
        """Raises `PasskeyRefused`."""
        ...

    def begin_sign_in(self, *, challenge: bytes) -> str:
        """Options for `navigator.credentials.get`, as JSON."""
        ...

    def challenge_of(self, answer: str) -> bytes:
        """Which challenge an answer claims to be to. Raises `PasskeyRefused`."""
        ...

    def credential_of(self, answer: str) -> bytes:
        """Which passkey an answer claims to be of. Raises `PasskeyRefused`."""
        ...

    def finish_sign_in(self, answer: str, *, challenge: bytes, passkey: Passkey) -> int:
        """The new sign count. Raises `PasskeyRefused`."""
        ...
