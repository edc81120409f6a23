"""What the faces call: the `Studio` for designs, the `AccountDesk` for who may ask, the `Operator` for its operation."""

from yarda.core.accounts import AccountDesk
from yarda.core.operator import Operator
from yarda.core.studio import Studio

__all__ = ["AccountDesk", "Operator", "Studio"]
