"""What a call to a paid model costs: the one table of prices."""

from dataclasses import dataclass
from decimal import Decimal

_MILLION = Decimal(1_000_000)
_SMALLEST = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD per million tokens of each kind, and the tokens of one picture of about a megapixel."""

    input: Decimal
    text: Decimal
    image: Decimal
    picture_tokens: int
    prompt_tokens: int = 4096
    """The most a prompt with its pictures may take."""

    def cost(self, *, input_tokens: int, text_tokens: int, image_tokens: int) -> Decimal:
        total = input_tokens * self.input + text_tokens * self.text + image_tokens * self.image
        return (total / _MILLION).quantize(_SMALLEST)

    @property
    def picture(self) -> Decimal:
        """One picture by itself, as price lists name it."""
        return self.cost(input_tokens=0, text_tokens=0, image_tokens=self.picture_tokens)

    @property
    def cap(self) -> Decimal:
        """One picture, and room for a prompt and for thinking several times as long as has been seen."""
        return self.cost(input_tokens=self.prompt_tokens, text_tokens=4096, image_tokens=self.picture_tokens)


GEMINI = {
    "gemini-nano-banana-2.1": Price(
        input=Decimal("1.50"), text=Decimal("7.50"), image=Decimal(30), picture_tokens=1120
    ),
    "gemini-3-pro-image": Price(
        input=Decimal("2.00"), text=Decimal("12.00"), image=Decimal(120), picture_tokens=1120
    ),
    "gemini-2.5-flash-image": Price(
        input=Decimal("0.30"), text=Decimal("2.50"), image=Decimal(30), picture_tokens=1290
    ),
}


def gemini_price(model: str) -> Price:
    """The model's price; a model that is not in the table is taken to cost as much as the dearest."""
    return GEMINI.get(model) or max(GEMINI.values(), key=lambda price: price.cap)


OPENAI = {
    "gpt-image-2": Price(
        input=Decimal(10), text=Decimal(10), image=Decimal(40), picture_tokens=1525, prompt_tokens=12_000
    ),
}
"""Tokens of a picture of medium quality, so that it costs the $0.061 of the price list."""


def openai_price(model: str) -> Price:
    """The model's price; one that is not in the table is taken to cost as much as the dearest."""
    return OPENAI.get(model) or max(OPENAI.values(), key=lambda price: price.cap)
