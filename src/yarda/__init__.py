"""Designs of your own yard: pictures in which the house stays the house.

async with yarda.open() as studio:
    generation = await studio.design(photo="yard.jpg", areas={"front_yard": "japanese_zen"})
    generation.areas[0].image.save("zen.png")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yarda.api import DesignedArea, DesignedPicture, Generation, YardaStudio, open

__all__ = ["DesignedArea", "DesignedPicture", "Generation", "YardaStudio", "__version__", "open"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The decoding child and the painter import this package too: they must not pay for the whole of it.
    if name in __all__:
        return getattr(import_module("yarda.api"), name)
    raise AttributeError(f"module 'yarda' has no attribute {name!r}")
