"""What every image provider promises; a new one joins with a line in `PROVIDERS`."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from PIL import Image

from tests.contract.tiny_models import HAS_EXTRA, tiny_model
from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.openai import KEY as OPENAI_KEY
from tests.emulators.openai import OpenAIEmulator
from yarda.domain.attempt import AttemptId
from yarda.domain.place import SourceKind
from yarda.errors import NeedsPhoto, ProviderError
from yarda.pipeline.provider import ImageProvider, RenderOrder
from yarda.providers.concept import ConceptProvider
from yarda.providers.diffusers import DiffusersProvider
from yarda.providers.gemini import GeminiProvider
from yarda.providers.openai import OpenAIProvider
from yarda.spool import DiskSpool

ATTEMPT = AttemptId(UUID("00000000-0000-4000-8000-000000000002"))


@asynccontextmanager
async def gemini() -> AsyncIterator[ImageProvider]:
    async with GeminiEmulator() as emulator:
        provider = GeminiProvider(api_key=KEY, base_url=emulator.base_url, call_seconds=10)
        yield provider
        await provider.close()


@asynccontextmanager
async def openai() -> AsyncIterator[ImageProvider]:
    async with OpenAIEmulator() as emulator:
        yield OpenAIProvider(api_key=OPENAI_KEY, base_url=f"{emulator.base_url}/v1", call_seconds=10)


@asynccontextmanager
async def concept() -> AsyncIterator[ImageProvider]:
    provider = ConceptProvider(painters=1, samples=1)
    yield provider
    await provider.close()


@asynccontextmanager
async def diffusers() -> AsyncIterator[ImageProvider]:
    if not HAS_EXTRA:
        pytest.skip("the extra yarda[diffusers] is not installed")
    provider = DiffusersProvider(model=str(tiny_model("klein")), device="cpu", steps=1, pixels=32_768)
    yield provider
    await provider.close()


PROVIDERS: dict[str, Callable[[], AbstractAsyncContextManager[ImageProvider]]] = {
    "gemini": gemini,
    "openai": openai,
    "diffusers": diffusers,
    "concept": concept,
}


@pytest.fixture
def order(order: RenderOrder) -> RenderOrder:
    """An order that every provider can fill: with ground to design, and the eye level above it."""
    ground = ((0.0, 110.0), (320.0, 110.0), (320.0, 180.0), (0.0, 180.0))
    return replace(order, ground=(ground,), horizon_y=80.0)


@pytest.fixture(params=PROVIDERS)
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[ImageProvider]:
    async with PROVIDERS[request.param]() as provider:
        yield provider


async def test_says_who_it_is_and_what_a_call_can_cost(provider: ImageProvider) -> None:
    assert provider.name in PROVIDERS
    assert provider.model
    assert provider.price_cap_usd >= 0
    assert provider.usual_seconds > 0


async def test_draws_a_new_view_or_says_that_it_needs_a_photo(
    provider: ImageProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    above = replace(order, source=SourceKind.SATELLITE, ground=(), horizon_y=None)

    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        if provider.draws_new_views:
            assert (await provider.render(above, sink)).image
        else:
            with pytest.raises(NeedsPhoto):
                await provider.render(above, sink)


async def test_returns_a_picture_that_is_not_the_photo(
    provider: ImageProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        rendering = await provider.render(order, sink)

    with Image.open(io.BytesIO(rendering.image)) as picture:
        picture.load()
        assert Image.MIME[picture.format or ""] == rendering.media_type
    assert rendering.image != order.photo
    assert 0 <= rendering.cost_usd <= provider.price_cap_usd


async def test_the_reply_is_safe_before_the_picture_is_handed_over(
    provider: ImageProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        rendering = await provider.render(order, sink)
        reply = await spool.find(ATTEMPT)

    assert reply is not None
    assert await provider.read_reply(order, reply) == rendering


@pytest.mark.parametrize("reply", [b"", b"{}", b"[1]", b"no reply", b"\xff\x00\xfe", b"PK\x03\x04"])
async def test_bytes_that_are_no_reply_are_a_provider_error(
    reply: bytes, provider: ImageProvider, order: RenderOrder
) -> None:
    with pytest.raises(ProviderError) as caught:
        await provider.read_reply(order, reply)

    assert caught.value.provider == provider.name


async def test_a_photo_it_cannot_read_is_a_provider_error(
    provider: ImageProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    blank = replace(order, photo=b"")

    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        with pytest.raises(ProviderError):
            await provider.render(blank, sink)

    assert await spool.find(ATTEMPT) is None
