"""What the faces call: designs are the `Studio`'s, who may ask for them is the `AccountDesk`'s."""

from yarda.core.accounts import AccountDesk
from yarda.core.studio import Studio

__all__ = ["AccountDesk", "Studio"]
