"""What accounts need from services elsewhere: mail, payment, issuers and people's devices, as Protocols."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from yarda.domain.account import Mail, Passkey, PurchaseId
from yarda.domain.credit import AccountId
from yarda.domain.purchase import Pack

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
