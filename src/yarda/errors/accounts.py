"""Who asks may not, cannot prove it, or has not enough."""

from yarda.errors.base import RequestError
from yarda.errors.requests import InvalidRequest


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


class SignInAgain(RequestError):
    """What is asked for could take the account away, and the sign-in is not of just now."""

    status = 403
    code = "sign_in_again"


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


class TooManyCredentials(RequestError):
    """The account has as many keys or passkeys as an account can have."""

    status = 409
    code = "too_many_credentials"


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
