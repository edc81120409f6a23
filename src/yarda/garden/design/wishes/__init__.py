"""What a person wished for: read by known words, worked into the style, and told where it could not be done."""

from yarda.garden.design.wishes.grant import grant, not_done
from yarda.garden.design.wishes.read import Trait, Wishes, read_wishes

__all__ = ["Trait", "Wishes", "grant", "not_done", "read_wishes"]
