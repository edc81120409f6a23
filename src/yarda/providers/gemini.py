"""Google's Gemini image models as an image provider, through google-genai with every re-send switched off."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from google import genai
from google.genai import types

from yarda.domain.place import SourceKind
from yarda.errors import DamagedReply, ProviderError, SettingInvalid, YardaError
from yarda.pipeline.provider import Rendering, RenderOrder, ReplySink
from yarda.providers._gemini_answers import NAME, read_answer, rejection
from yarda.providers._streaming import FIND_SECONDS, Replay, SendOnce, Unkept
from yarda.providers._words import shortened
from yarda.providers.prices import gemini_price

BASE_URL = "https://generativelanguage.googleapis.com"
NEW_VIEW_RATIO = "3:2"
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")


class GeminiProvider:
    """Plays the `PaidProvider` port.

    Every call has its own connection and client, so that nothing is shared between calls, event
    loops or threads, and nothing of one call can send another. Nothing is read from the environment
    but the proxy settings.
    """

    name = NAME
    draws_new_views = True
    follows_guides = True
    usual_seconds = 27.0

    def __init__(
        self,
        *,
        api_key: str,
        model: str = "gemini-nano-banana-2.1",
        base_url: str | None = None,
        call_seconds: float = 180,
    ) -> None:
        """Raises `SettingInvalid` for a key or a model name that cannot be sent."""
        if not re.fullmatch(r"[!-~]+", api_key):
            raise SettingInvalid("YARDA_GEMINI_API_KEY is empty, or has spaces or letters that no key has")
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", model, re.ASCII):
            raise SettingInvalid("YARDA_GEMINI_MODEL is not the name of a model, such as gemini-nano-banana-2.1")
        self.model = model
        self.price_cap_usd = gemini_price(model).cap
        self._api_key = api_key
        self._base_url = base_url or BASE_URL
        self._seconds = call_seconds
        self._tls = httpx2.create_ssl_context()
        # The library wants a client for blocking calls too; nothing is ever sent through it.
        self._unused = httpx2.Client(verify=self._tls)

    async def render(self, order: RenderOrder, sink: ReplySink) -> Rendering:
        transport = SendOnce(sink, provider=NAME, reject=self._reject, tls=self._tls, seconds=self._seconds)
        return await self._ask(transport, _contents(order), _config(order, model=self.model))

    async def read_reply(self, order: RenderOrder, reply: bytes) -> Rendering:
        return await self._ask(Replay(reply), [types.Part(text="replay")], types.GenerateContentConfig())

    async def find_model(self) -> str:
        """Asks for the model's description, which is free."""
        sink = Unkept(NAME)
        transport = SendOnce(sink, provider=NAME, reject=self._reject, tls=self._tls, seconds=FIND_SECONDS)
        with _damaged_if_unreadable():
            async with httpx2.AsyncClient(transport=transport) as carrier:
                found = await self._client(carrier).aio.models.get(model=self.model)
        return shortened(found.display_name) or self.model

    async def close(self) -> None:
        self._unused.close()

    async def _ask(
        self,
        transport: SendOnce | Replay,
        contents: list[types.Part],
        config: types.GenerateContentConfig,
    ) -> Rendering:
        with _damaged_if_unreadable():
            async with httpx2.AsyncClient(transport=transport) as carrier:
                answer = await self._client(carrier).aio.models.generate_content(
                    model=self.model, contents=[types.Content(role="user", parts=contents)], config=config
                )
        return read_answer(answer, transport.reply, price=gemini_price(self.model))

    def _client(self, carrier: httpx2.AsyncClient) -> genai.Client:
        options = types.HttpOptions(
            base_url=self._base_url,
            api_version="v1beta",
            retry_options=types.HttpRetryOptions(attempts=1),
            httpx_async_client=carrier,
            httpx_client=self._unused,
            async_client_args={"ssl": self._tls},  # or it loads all certificates anew for each client
        )
        return genai.Client(api_key=self._api_key, vertexai=False, http_options=options)

    def _reject(self, response: httpx2.Response, text: str) -> ProviderError:
        return rejection(response, text.replace(self._api_key, "[key]"), model=self.model)


@contextmanager
def _damaged_if_unreadable() -> Iterator[None]:
    """The transport speaks our errors, so any other is the library choking on the reply.

    It fails in many ways on bytes that are no answer of Gemini's: JSON, types, base64, depth.
    """
    try:
        yield
    except YardaError:
        raise
    except Exception as error:
        raise DamagedReply(NAME, f"the reply cannot be read: {type(error).__name__}") from error


def _contents(order: RenderOrder) -> list[types.Part]:
    pictures = [types.Part.from_bytes(data=order.photo, mime_type=order.photo_media_type)]
    if order.guide is not None:
        drawn = (order.guide.image, order.guide.edit_mask)
        pictures += [types.Part.from_bytes(data=picture, mime_type="image/png") for picture in drawn]
    return [*pictures, types.Part(text=order.prompt)]


def _config(order: RenderOrder, *, model: str) -> types.GenerateContentConfig:
    # The 2.5 model knows one size and refuses to be told.
    size = None if model.startswith("gemini-2.5-") else "1K"
    is_new_view = order.source is SourceKind.SATELLITE
    ratio = NEW_VIEW_RATIO if is_new_view else nearest_ratio(order.width, order.height)
    return types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=ratio, image_size=size),
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def nearest_ratio(width: int, height: int) -> str:
    """The offered aspect ratio that distorts a picture of this size least."""

    def distortion(ratio: str) -> float:
        across, down = ratio.split(":")
        return abs(math.log(width / height * int(down) / int(across)))

    return min(RATIOS, key=distortion)
