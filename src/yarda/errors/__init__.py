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
│   ├── SignInAgain                   403  the sign-in is not fresh enough for what is asked for
│   ├── AccountNotFound               404
│   ├── CredentialNotFound            404  no such session, key or passkey of this account
│   ├── TooManyCredentials            409  one of its keys or passkeys has to go first
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

from yarda.errors.accounts import (
    AccountDisabled,
    AccountNotFound,
    CredentialNotFound,
    DailyLimitReached,
    EmailInvalid,
    EmailNotVerified,
    IdentityRefused,
    NotAllowed,
    NotEnoughCredits,
    NoticeInvalid,
    NotSignedIn,
    PackNotFound,
    PasskeyNeeded,
    PasskeyRefused,
    SignInAgain,
    SignInInvalid,
    SignInWayNotFound,
    TooManyCredentials,
    TooManyRequests,
)
from yarda.errors.base import (
    ClaimLost,
    RequestError,
    YardaError,
)
from yarda.errors.operation import (
    BackupUnusable,
    DatabaseDirectoryIncompatible,
    DatabaseNewer,
    DatabaseOutdated,
    DatabaseUnavailable,
    DiskFull,
    DumpFailed,
    IdentityUnavailable,
    ImageryMisconfigured,
    ImageryUnavailable,
    MailRefused,
    MailUnavailable,
    PaymentsUnavailable,
    PortInUse,
    RestoreRefused,
    ServiceUnavailableError,
    SettingInvalid,
    SetupError,
    StorageUnavailable,
    YardNotDrawn,
)
from yarda.errors.providers import (
    DamagedReply,
    HouseMoved,
    NeedsPhoto,
    OrderRefused,
    OutcomeUnknown,
    PictureUnchanged,
    PromptRefused,
    PromptRejected,
    ProviderBusy,
    ProviderBusyTooLong,
    ProviderCrashed,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    ProviderTripped,
    Remedy,
    SpendLimitReached,
    UnusableReply,
)
from yarda.errors.requests import (
    AddressInexact,
    AddressLookupUnavailable,
    AddressNotFound,
    AreaNotFound,
    AreaNotRetryable,
    CallNotFound,
    GenerationNotFound,
    IdempotencyKeyReused,
    ImageNotFound,
    InvalidRequest,
    NoImagery,
    NoPlan,
    NoYard,
    PhotoNeeded,
    PhotoNotFound,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTypeUnsupported,
    PhotoUnreadable,
    UnknownProvider,
)

__all__ = [
    "AccountDisabled",
    "AccountNotFound",
    "AddressInexact",
    "AddressLookupUnavailable",
    "AddressNotFound",
    "AreaNotFound",
    "AreaNotRetryable",
    "BackupUnusable",
    "CallNotFound",
    "ClaimLost",
    "CredentialNotFound",
    "DailyLimitReached",
    "DamagedReply",
    "DatabaseDirectoryIncompatible",
    "DatabaseNewer",
    "DatabaseOutdated",
    "DatabaseUnavailable",
    "DiskFull",
    "DumpFailed",
    "EmailInvalid",
    "EmailNotVerified",
    "GenerationNotFound",
    "HouseMoved",
    "IdempotencyKeyReused",
    "IdentityRefused",
    "IdentityUnavailable",
    "ImageNotFound",
    "ImageryMisconfigured",
    "ImageryUnavailable",
    "InvalidRequest",
    "MailRefused",
    "MailUnavailable",
    "NeedsPhoto",
    "NoImagery",
    "NoPlan",
    "NoYard",
    "NotAllowed",
    "NotEnoughCredits",
    "NotSignedIn",
    "NoticeInvalid",
    "OrderRefused",
    "OutcomeUnknown",
    "PackNotFound",
    "PasskeyNeeded",
    "PasskeyRefused",
    "PaymentsUnavailable",
    "PhotoNeeded",
    "PhotoNotFound",
    "PhotoTooLarge",
    "PhotoTooManyPixels",
    "PhotoTooSmall",
    "PhotoTypeUnsupported",
    "PhotoUnreadable",
    "PictureUnchanged",
    "PortInUse",
    "PromptRefused",
    "PromptRejected",
    "ProviderBusy",
    "ProviderBusyTooLong",
    "ProviderCrashed",
    "ProviderError",
    "ProviderFailed",
    "ProviderMisconfigured",
    "ProviderTripped",
    "Remedy",
    "RequestError",
    "RestoreRefused",
    "ServiceUnavailableError",
    "SettingInvalid",
    "SetupError",
    "SignInAgain",
    "SignInInvalid",
    "SignInWayNotFound",
    "SpendLimitReached",
    "StorageUnavailable",
    "TooManyCredentials",
    "TooManyRequests",
    "UnknownProvider",
    "UnusableReply",
    "YardNotDrawn",
    "YardaError",
]
