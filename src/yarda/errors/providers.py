"""An image provider let us down; `remedy` says what next."""

from enum import StrEnum
from typing import ClassVar

from yarda.errors.base import YardaError


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
