"""What the faces call: `Studio` for designs, `AccountDesk` for who may ask for them, `Operator`."""

from yarda.core.accounts import AccountDesk
from yarda.core.operator import Operator
from yarda.core.studio import Studio

__all__ = ["AccountDesk", "Operator", "Studio"]
