"""OpenAI's image models as an image provider, through the openai library with every re-send switched off."""

import asyncio
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2
from openai import AsyncOpenAI, OpenAIError, omit
from PIL import Image

from yarda.domain.place import SourceKind
from yarda.errors import DamagedReply, ProviderError, ProviderMisconfigured, SettingInvalid, YardaError
from yarda.pipeline.provider import Rendering, RenderOrder, ReplySink
from yarda.providers._openai_answers import NAME, read_answer, rejection, split_trailer, trailer
from yarda.providers._pictures import edit_mask, editable_alpha, fit_size, png, resized_jpeg
from yarda.providers._streaming import FIND_SECONDS, Replay, SendOnce, Unkept
from yarda.providers._words import shortened
from yarda.providers.prices import openai_price

BASE_URL = "https://api.openai.com/v1"
PIXELS = 1_048_576
FIXED_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
NEW_VIEW_SIZE = (1536, 1024)
QUALITY: Final = "medium"

Upload = tuple[str, bytes, str]


class OpenAIProvider:
    """Plays the `PaidProvider` port. Every call has its own connection and client, as with Gemini."""

    name = NAME
    draws_new_views = True
    follows_guides = True
    usual_seconds = 35.0

    def __init__(
        self, *, api_key: str, model: str = "gpt-image-2", base_url: str | None = None, call_seconds: float = 180
    ) -> None:
        """Raises `SettingInvalid` for a key or a model name that cannot be sent."""
        if not re.fullmatch(r"[!-~]+", api_key):
            raise SettingInvalid("YARDA_OPENAI_API_KEY is empty, or has spaces or letters that no key has")
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", model, re.ASCII):
            raise SettingInvalid("YARDA_OPENAI_MODEL is not the name of a model, such as gpt-image-2")
        self.model = model
        self.price_cap_usd = openai_price(model).cap
        self._api_key = api_key
        self._base_url = base_url or BASE_URL
        self._seconds = call_seconds
        self._tls = httpx2.create_ssl_context()

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        """Sends the photo at about a megapixel, with the mask of the ground, and the guide where there is one."""
        size = self._size(order)
        try:
            pictures, mask = await asyncio.to_thread(_uploads, order, size)
        except (OSError, ValueError) as error:
            raise ProviderMisconfigured(NAME, f"the photo cannot be read: {type(error).__name__}") from error
        transport = SendOnce(
            sink, provider=NAME, reject=self._reject, tls=self._tls, seconds=self._seconds, trailer=trailer
        )
        return await self._ask(transport, order.prompt, pictures, mask, NEW_VIEW_SIZE if mask is None else size)

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        blank = [("photo.jpg", b"", "image/jpeg")]
        return await self._ask(Replay(reply), "replay", blank, None, NEW_VIEW_SIZE)

    async def find_model(self) -> str:
        """Asks for the model's description, which is free."""
        sink = Unkept(NAME)
        transport = SendOnce(sink, provider=NAME, reject=self._reject, tls=self._tls, seconds=FIND_SECONDS)
        with _in_our_words():
            async with httpx2.AsyncClient(transport=transport) as carrier:
                found = await self._client(carrier).models.retrieve(self.model)
                return shortened(found.id) or self.model

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _ask(
        self,
        transport: SendOnce | Replay,
        prompt: str,
        pictures: list[Upload],
        mask: Upload | None,
        size: tuple[int, int],
    ) -> Rendering:
        with _in_our_words():
            async with httpx2.AsyncClient(transport=_WithoutTrailer(transport)) as carrier:
                client = self._client(carrier)
                answer = await client.images.edit(
                    model=self.model,
                    image=pictures,
                    mask=mask or omit,
                    prompt=prompt,
                    size="{}x{}".format(*size),
                    quality=QUALITY,
                    output_format="jpeg",
                    output_compression=95,
                    n=1,
                )
        _, reference = split_trailer(transport.reply)
        return read_answer(answer, reference=reference, price=openai_price(self.model))

    def _client(self, carrier: httpx2.AsyncClient) -> AsyncOpenAI:
        return AsyncOpenAI(
            api_key=self._api_key, base_url=self._base_url, max_retries=0, timeout=None, http_client=carrier
        )

    def _size(self, order: RenderOrder) -> tuple[int, int]:
        """In the photo's shape; the older models know three shapes."""
        if self.model.startswith("gpt-image-1"):
            ratio = order.width / order.height
            return min(FIXED_SIZES, key=lambda size: abs(size[0] / size[1] - ratio))
        return fit_size(order.width, order.height, pixels=PIXELS, step=16)

    def _reject(self, response: httpx2.Response, text: str) -> ProviderError:
        return rejection(response, text.replace(self._api_key, "[key]"), model=self.model)


class _WithoutTrailer(httpx2.AsyncBaseTransport):
    """Hands the library the body alone, of a reply that just came or was kept."""

    def __init__(self, transport: SendOnce | Replay) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await self._transport.handle_async_request(request)
        body, _ = split_trailer(self._transport.reply)
        return httpx2.Response(200, content=body, headers={"content-type": "application/json"})


@contextmanager
def _in_our_words() -> Iterator[None]:
    """The library wraps what its transport raises, and chokes on replies that are none of OpenAI's."""
    try:
        yield
    except YardaError:
        raise
    except Exception as error:
        if isinstance(error, OpenAIError) and isinstance(error.__cause__, YardaError):
            raise error.__cause__ from None
        raise DamagedReply(NAME, f"the reply cannot be read: {type(error).__name__}") from error


def _uploads(order: RenderOrder, size: tuple[int, int]) -> tuple[list[Upload], Upload | None]:
    """Photo and guide, and the mask in the photo's size; a satellite's picture goes as it is, without one."""
    if order.source is SourceKind.SATELLITE:
        with Image.open(io.BytesIO(order.photo)) as picture:
            size = fit_size(*picture.size, pixels=PIXELS, step=16)
        return [("satellite.jpg", resized_jpeg(order.photo, size), "image/jpeg")], None
    pictures = [("photo.jpg", resized_jpeg(order.photo, size), "image/jpeg")]
    mask = edit_mask(order, size)
    if order.guide is not None:
        pictures.append(("plan.jpg", resized_jpeg(order.guide.image, size), "image/jpeg"))
        pictures.append(("mask.png", png(mask), "image/png"))
    return pictures, ("alpha.png", editable_alpha(mask), "image/png")
