"""Every error Yarda raises on purpose. The tree is the contract.

YardaError
├── RequestError                  the caller can put it right; `status` and `code` say how
│   ├── InvalidRequest                422  a field is wrong; the message names it
│   ├── UnknownProvider               422  not one of the configured names
│   ├── IdempotencyKeyReused          422  the key already stands for another request
│   ├── AddressLookupUnavailable      422  an address, and no way to look it up
│   ├── AddressNotFound               422  no geocoder knows it
│   ├── AddressInexact                422  found only roughly; a person has to say that it is the place
│   ├── NoImagery                     422  the place is known, and there is no picture of it
│   ├── PhotoNeeded                   422  whoever is to draw this area needs a photo of it
│   ├── NotEnoughCredits              402  the balance does not cover every Area
│   ├── EmailInvalid                  422  no address that mail could be sent to
│   ├── SignInInvalid                 422  a link or code that is used, too old, wrong, or another browser's
│   ├── NotSignedIn                   401  nobody, or a session or key that is over
│   ├── PasskeyRefused                401  a device's answer that proves nothing
│   ├── IdentityRefused               401  another issuer's answer that proves no address
│   ├── NotAllowed                    403  the account or key has no such right
│   │   ├── EmailNotVerified              the address is not proved yet
│   │   ├── PasskeyNeeded                 a link is not enough for this account
│   │   └── AccountDisabled               by the operator
│   ├── AccountNotFound               404
│   ├── CredentialNotFound            404  no such session, key or passkey of this account
│   ├── SignInWayNotFound             404  nobody is configured under that name
│   ├── PackNotFound                  404  no such pack of credits, or none are sold here
│   ├── NoticeInvalid                 400  not signed by the payment service, or too old
│   ├── TooManyRequests               429  `retry_after` says when
│   │   └── DailyLimitReached             what one account may ask for on a day
│   ├── GenerationNotFound            404  unknown, or somebody else's
│   ├── AreaNotFound                  404
│   ├── PhotoNotFound                 404
│   ├── ImageNotFound                 404
│   ├── CallNotFound                  404
│   ├── NoPlan                        404  the provider made no planting plan
│   ├── NoYard                        404  areas that cannot be shown together
│   ├── AreaNotRetryable              409  only a failed or cancelled Area runs again
│   ├── PhotoTooLarge                 413  over 25 MB
│   ├── PhotoTooManyPixels            413  over 40 megapixels
│   ├── PhotoTypeUnsupported          415  not JPEG, PNG, WebP, AVIF or HEIC
│   ├── PhotoUnreadable               422  damaged
│   └── PhotoTooSmall                 422
├── ServiceUnavailableError       503, try again later; `retry_after` says when
│   ├── DatabaseUnavailable
│   ├── StorageUnavailable
│   ├── DiskFull
│   ├── YardNotDrawn
│   ├── MailUnavailable               the mail server is busy or away
│   ├── PaymentsUnavailable           the payment service is busy or away
│   ├── IdentityUnavailable           another issuer is busy or away
│   ├── ImageryUnavailable            a map service is busy or away
│   ├── DumpFailed                    pg_dump or pg_restore ended badly; the message has its last words
│   └── ImageryMisconfigured          a map service does not take our key or request
├── SetupError                    the operator can put it right; exit code 2
│   ├── SettingInvalid
│   ├── DatabaseDirectoryIncompatible
│   ├── DatabaseOutdated
│   ├── DatabaseNewer
│   ├── BackupUnusable                half-made, damaged, or no backup at all
│   ├── RestoreRefused                where it should go is not empty, or too old
│   └── PortInUse
├── ProviderError                 an image provider let us down; `remedy` says what next
│   ├── ProviderBusy                  RETRY      429, 503, no connection, or our own limits: nothing was done
│   │   └── ProviderTripped                      it failed too often: left alone for a while
│   ├── ProviderBusyTooLong           GIVE_UP    nobody had room while it could be waited for
│   ├── OutcomeUnknown                RETRY      sent without a clear reply: maybe billed
│   │   └── ProviderFailed                       it answered that it failed: not billed
│   ├── UnusableReply                 FALL_BACK  success status, but no image in it
│   │   └── DamagedReply              RETRY      an image or answer that arrived broken
│   ├── PictureUnchanged              RETRY_FIRMLY  the photo came back, or a blank picture
│   ├── HouseMoved                    RETRY_FIRMLY  the house is not where the photo has it
│   ├── NeedsPhoto                    FALL_BACK  it draws into photos only
│   ├── ProviderMisconfigured         FALL_BACK  other 4xx: our key, model or request
│   ├── ProviderCrashed               RETRY      the painter's process died or ran out of time or memory
│   ├── SpendLimitReached             FALL_BACK  the day's budget is used up
│   ├── OrderRefused                  GIVE_UP    this ground cannot be designed: the same anywhere
│   └── PromptRefused                 GIVE_UP    content policy: the same anywhere
│       └── PromptRejected                       the same, before any work was done
├── MailRefused                   the mail server will never take this message
└── ClaimLost                     another worker took the Area over: drop your state
"""

from enum import StrEnum
from typing import ClassVar


class YardaError(Exception):
    """Base of all errors below."""


class RequestError(YardaError):
    """The request cannot be accepted as it stands."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_request"


class InvalidRequest(RequestError):
    """A field of the request is wrong; `field` names it."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownProvider(InvalidRequest):
    """The named provider is not configured here."""

    code = "unknown_provider"


class IdempotencyKeyReused(RequestError):
    """The key already stands for a different request."""

    status = 422
    code = "idempotency_key_reused"


class AddressLookupUnavailable(RequestError):
    """An address was given, and this installation has no way to look it up."""

    status = 422
    code = "address_lookup_unavailable"


class AddressNotFound(RequestError):
    """No geocoder knows the address."""

    status = 422
    code = "address_not_found"


class AddressInexact(RequestError):
    """The address was found only roughly, and nobody has said yet that it is the place."""

    status = 422
    code = "address_inexact"


class NoImagery(RequestError):
    """The place is known, and no source has a picture of it."""

    status = 422
    code = "no_imagery"


class PhotoNeeded(RequestError):
    """Whoever is to draw this area needs a photo of it, and there is only an address."""

    status = 422
    code = "photo_needed"


class NotEnoughCredits(RequestError):
    """The available credits do not cover every Area."""

    status = 402
    code = "insufficient_credits"

    def __init__(self, *, needed: int, available: int, more_credits: str) -> None:
        super().__init__(
            f"credits needed: {needed}, available: {available}; "
            f"choose concept, which is free, or fewer areas, or {more_credits}"
        )
        self.needed = needed
        self.available = available


class GenerationNotFound(RequestError):
    """There is no such generation for this account."""

    status = 404
    code = "generation_not_found"


class AreaNotFound(RequestError):
    """The generation has no such area."""

    status = 404
    code = "area_not_found"


class PhotoNotFound(RequestError):
    """There is no such photo for this account."""

    status = 404
    code = "photo_not_found"


class ImageNotFound(RequestError):
    """There is no such picture for this account."""

    status = 404
    code = "image_not_found"


class CallNotFound(RequestError):
    """No such provider call was made for this account."""

    status = 404
    code = "call_not_found"


class NoPlan(RequestError):
    """The provider that drew this design makes no planting plan."""

    status = 404
    code = "no_plan"


class NoYard(RequestError):
    """There is no picture of all areas together: fewer than two of one photo are drawn as concepts."""

    status = 404
    code = "no_yard"


class AreaNotRetryable(RequestError):
    """Only a failed or cancelled area can run again."""

    status = 409
    code = "area_not_retryable"


class PhotoTooLarge(RequestError):
    """The file has more bytes than the upload gate takes."""

    status = 413
    code = "photo_too_large"


class PhotoTooManyPixels(RequestError):
    """The picture has more pixels than the upload gate decodes."""

    status = 413
    code = "photo_too_many_pixels"


class PhotoTypeUnsupported(RequestError):
    """The bytes are not a picture of an allowed kind."""

    status = 415
    code = "photo_type_unsupported"


class PhotoUnreadable(RequestError):
    """The picture is damaged, or needs more time or memory than a photo does."""

    status = 422
    code = "photo_unreadable"


class PhotoTooSmall(RequestError):
    """The picture has too few pixels to design on."""

    status = 422
    code = "photo_too_small"


class EmailInvalid(InvalidRequest):
    """No address that mail could be sent to."""

    code = "email_invalid"


class SignInInvalid(RequestError):
    """The link or code is used, too old, wrong, or was asked for by another browser."""

    status = 422
    code = "sign_in_invalid"


class NotSignedIn(RequestError):
    """Nobody is signed in, or the session or key is over."""

    status = 401
    code = "not_signed_in"


class PasskeyRefused(RequestError):
    """A device's answer proves nothing."""

    status = 401
    code = "passkey_refused"


class IdentityRefused(RequestError):
    """Another issuer's answer proves no address."""

    status = 401
    code = "identity_refused"


class NotAllowed(RequestError):
    """The account or key has no such right."""

    status = 403
    code = "not_allowed"


class EmailNotVerified(NotAllowed):
    """The account's address is not proved yet."""

    code = "email_not_verified"


class PasskeyNeeded(NotAllowed):
    """The account is open to its passkeys only."""

    code = "passkey_needed"


class AccountDisabled(NotAllowed):
    """The operator disabled the account."""

    code = "account_disabled"


class AccountNotFound(RequestError):
    """There is no such account."""

    status = 404
    code = "account_not_found"


class CredentialNotFound(RequestError):
    """This account has no such session, key or passkey."""

    status = 404
    code = "credential_not_found"


class SignInWayNotFound(RequestError):
    """There is no such way to sign in here."""

    status = 404
    code = "sign_in_way_not_found"


class PackNotFound(RequestError):
    """No such pack of credits is sold here."""

    status = 404
    code = "pack_not_found"


class NoticeInvalid(RequestError):
    """A notice that the payment service did not sign, or signed too long ago."""

    code = "notice_invalid"


class TooManyRequests(RequestError):
    """A limit was reached; `retry_after` is in seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DailyLimitReached(TooManyRequests):
    """The account has had what one account may have on a UTC day."""

    code = "daily_limit_reached"


class ServiceUnavailableError(YardaError):
    """Something Yarda stands on is away for now; the same request may succeed later."""

    code: ClassVar[str] = "unavailable"
    retry_after: ClassVar[int] = 5


class DatabaseUnavailable(ServiceUnavailableError):
    """The database does not answer."""

    code = "database_unavailable"


class StorageUnavailable(ServiceUnavailableError):
    """The object store does not answer, or gave back something else than it took."""

    code = "storage_unavailable"


class DumpFailed(ServiceUnavailableError):
    """A program of Postgres did not do its part."""

    code = "dump_failed"


class YardNotDrawn(ServiceUnavailableError):
    """The painter failed on the picture of a whole yard; asking again may help."""

    code = "painter_failed"


class MailUnavailable(ServiceUnavailableError):
    """The mail server is busy or away."""

    code = "mail_unavailable"


class PaymentsUnavailable(ServiceUnavailableError):
    """The payment service is busy or away; `reason` reaches logs only."""

    code = "payments_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__("the payment service does not answer as it should; try again in a while")
        self.reason = reason


class IdentityUnavailable(ServiceUnavailableError):
    """Another issuer is busy or away."""

    code = "identity_unavailable"


class ImageryUnavailable(ServiceUnavailableError):
    """A map or street picture service is busy or away."""

    code = "imagery_unavailable"


class ImageryMisconfigured(ServiceUnavailableError):
    """A map service does not take our key or our request; only the operator can put it right."""

    code = "imagery_misconfigured"
    retry_after = 600


class DiskFull(ServiceUnavailableError):
    """The disk that holds pictures has less than its reserve left."""

    code = "disk_full"
    retry_after = 60


class SetupError(YardaError):
    """The program cannot start as it is set up; the message says what to change."""


class SettingInvalid(SetupError):
    """A setting has a value that is not allowed."""


class DatabaseDirectoryIncompatible(SetupError):
    """The data directory was made by another major version of Postgres."""


class DatabaseOutdated(SetupError):
    """The database needs `yarda migrate` first."""


class DatabaseNewer(SetupError):
    """The database was migrated by a newer Yarda."""


class BackupUnusable(SetupError):
    """The folder holds no whole backup, or cannot take one."""


class RestoreRefused(SetupError):
    """A backup goes into an empty place only, and into no older Postgres."""


class PortInUse(SetupError):
    """Another program listens on the port."""


class Remedy(StrEnum):
    """What the pipeline does after a failed Attempt."""

    RETRY = "retry"
    RETRY_FIRMLY = "retry_firmly"
    """Once more, with a prompt that insists."""
    FALL_BACK = "fall_back"
    GIVE_UP = "give_up"


class ProviderError(YardaError):
    """An image provider did not return a design.

    `code` is stable and reaches the user, `reason` only logs and Attempt rows.
    `billable` says whether the call may have cost money.
    """

    remedy: ClassVar[Remedy]
    code: ClassVar[str]
    billable: ClassVar[bool] = False

    def __init__(
        self, provider: str, reason: str, *, retry_after: float | None = None, reference: str | None = None
    ) -> None:
        super().__init__(f"{provider}: {reason}")
        self.provider = provider
        self.reason = reason
        self.retry_after = retry_after
        self.reference = reference


class ProviderBusy(ProviderError):
    """Turned away before any work was done."""

    remedy = Remedy.RETRY
    code = "provider_busy"


class ProviderTripped(ProviderBusy):
    """The provider failed too often lately and is left alone; `code` says why it failed last."""


class ProviderBusyTooLong(ProviderError):
    """Every provider that may serve was busy for as long as an Area waits."""

    remedy = Remedy.GIVE_UP
    code = "provider_busy"


class OutcomeUnknown(ProviderError):
    """The order was sent, but what became of it is not known."""

    remedy = Remedy.RETRY
    code = "provider_timeout"
    billable = True


class ProviderFailed(OutcomeUnknown):
    """The provider answered that it failed, and does not bill such calls."""

    billable = False


class UnusableReply(ProviderError):
    """The provider answered, without a usable picture."""

    remedy = Remedy.FALL_BACK
    code = "provider_invalid"
    billable = True


class DamagedReply(UnusableReply):
    """The answer or its picture arrived broken; the same order may well succeed."""

    remedy = Remedy.RETRY


class PictureUnchanged(ProviderError):
    """The provider sent the photo again, or a picture with nothing in it."""

    remedy = Remedy.RETRY_FIRMLY
    code = "picture_unchanged"
    billable = True


class HouseMoved(ProviderError):
    """The house is not where the photo has it, so its pixels cannot be put back."""

    remedy = Remedy.RETRY_FIRMLY
    code = "house_moved"
    billable = True


class NeedsPhoto(ProviderError):
    """This provider draws into a photo and cannot make a new view."""

    remedy = Remedy.FALL_BACK
    code = "photo_needed"


class ProviderMisconfigured(ProviderError):
    """The provider does not take our key, model or request."""

    remedy = Remedy.FALL_BACK
    code = "provider_misconfigured"


class ProviderCrashed(ProviderError):
    """The painter's process died, or ran out of time or memory."""

    remedy = Remedy.RETRY
    code = "painter_failed"


class SpendLimitReached(ProviderError):
    """The day's spend limit leaves no room for this call."""

    remedy = Remedy.FALL_BACK
    code = "spend_limit_reached"


class OrderRefused(ProviderError):
    """The order itself cannot be drawn; `advice` tells the user what to change."""

    remedy = Remedy.GIVE_UP
    code = "ground_unusable"

    def __init__(self, provider: str, reason: str, *, advice: str) -> None:
        super().__init__(provider, reason)
        self.advice = advice


class PromptRefused(ProviderError):
    """The provider's content policy refuses the prompt or the picture."""

    remedy = Remedy.GIVE_UP
    code = "prompt_refused"
    billable = True


class PromptRejected(PromptRefused):
    """Refused before any work was done, and not billed."""

    billable = False


class MailRefused(YardaError):
    """The mail server will never take this message."""


class ClaimLost(YardaError):
    """Another worker took the Area over, or it was cancelled: drop your state, touch nothing."""
