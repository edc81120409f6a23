"""Requests for designs that cannot be accepted as they stand."""

from yarda.errors.base import RequestError


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
