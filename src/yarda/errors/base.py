"""The roots of the tree, and the loss of a claim."""

from typing import ClassVar


class YardaError(Exception):
    """Base of all errors below."""


class RequestError(YardaError):
    """The request cannot be accepted as it stands."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid_request"


class ClaimLost(YardaError):
    """Another worker took the Area over, or it was cancelled: drop your state, touch nothing."""
