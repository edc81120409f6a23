"""Open models on this machine as an image provider, through diffusers: FLUX.2 klein and Qwen-Image-Edit."""

import asyncio
import base64
import io
import json
from contextlib import AsyncExitStack
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from yarda.domain.place import SourceKind
from yarda.errors import (
    DamagedReply,
    NeedsPhoto,
    OutcomeUnknown,
    ProviderBusy,
    ProviderMisconfigured,
    SettingInvalid,
)
from yarda.pipeline.provider import Rendering, RenderOrder, ReplySink
from yarda.providers._diffusers_process import NAME, PipelineProcess
from yarda.providers._pictures import edit_mask, fit_size, png, resized_jpeg

PIXELS = 1_000_000
STEP = 16
"""Both families draw pictures whose sides are multiples of that."""
EXTRA = ("torch", "diffusers", "transformers", "accelerate")
WAITING = 0.5
"""The share of a call's time in which the model must be loaded and free; the rest is for drawing."""
BUSY_SECONDS = 10.0


class DiffusersProvider:
    """Plays the `ImageProvider` port.

    A child process loads the model when the first picture is asked for, and keeps it. It draws one picture at a
    time; the others wait.
    """

    name = NAME
    price_cap_usd = Decimal(0)
    draws_new_views = False
    follows_guides = True
    usual_seconds = 40.0

    def __init__(
        self,
        *,
        model: str,
        device: str = "auto",
        steps: int | None = None,
        call_seconds: float = 180,
        pixels: int = PIXELS,
    ) -> None:
        """Raises `SettingInvalid` where the extra is not installed."""
        missing = [package for package in EXTRA if find_spec(package) is None]
        if missing:
            raise SettingInvalid(
                f"YARDA_DIFFUSERS_MODEL is set, and {', '.join(missing)} not installed: "
                "pip install 'yarda[diffusers]'"
            )
        self.model = model
        self._process = PipelineProcess(model=str(Path(model).expanduser()), device=device, steps=steps)
        self._turn = asyncio.Lock()
        self._seconds = call_seconds
        self._pixels = pixels

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        """Raises `ProviderBusy` while the model is being loaded, `OutcomeUnknown` for a picture cut off."""
        if order.source is SourceKind.SATELLITE:
            raise NeedsPhoto(NAME, "it draws into photos, and there is a satellite's picture only")
        reply = await self._draw(order)
        await sink.write(reply)
        await sink.commit()
        return await self.read_reply(order, reply)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        try:
            await asyncio.to_thread(_check_png, reply)
        except (OSError, ValueError, SyntaxError) as error:
            raise DamagedReply(NAME, f"the reply is no picture: {type(error).__name__}") from error
        return Rendering(image=reply, media_type="image/png", is_foreign=False)

    async def close(self) -> None:
        """Ends the child. Safe to repeat."""
        await self._process.close()

    async def _draw(self, order: RenderOrder) -> bytes:
        size = fit_size(order.width, order.height, pixels=self._pixels, step=STEP)
        try:
            told = await asyncio.to_thread(_told, order, size)
        except (OSError, ValueError) as error:
            raise ProviderMisconfigured(NAME, f"the photo cannot be read: {type(error).__name__}") from error
        started = asyncio.get_running_loop().time()
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(started + self._seconds * WAITING):
                    await stack.enter_async_context(self._turn)
                    await self._process.load()
            except TimeoutError as error:
                raise ProviderBusy(NAME, "still loading or drawing", retry_after=BUSY_SECONDS) from error
            try:
                async with asyncio.timeout_at(started + self._seconds):
                    return await self._process.draw(told)
            except TimeoutError as error:
                raise OutcomeUnknown(NAME, f"no picture within {self._seconds:g} s") from error


def _told(order: RenderOrder, size: tuple[int, int]) -> bytes:
    """The order as the child reads it: a line of JSON, with the pictures in it."""
    guide = None if order.guide is None else _text(resized_jpeg(order.guide.image, size))
    fields = {
        "prompt": order.prompt,
        "seed": order.seed,
        "photo": _text(resized_jpeg(order.photo, size)),
        "mask": _text(png(edit_mask(order, size))),
        "guide": guide,
    }
    return json.dumps(fields).encode()


def _text(image: bytes) -> str:
    return base64.b64encode(image).decode()


def _check_png(image: bytes) -> None:
    with Image.open(io.BytesIO(image), formats=["PNG"]) as picture:
        picture.verify()
