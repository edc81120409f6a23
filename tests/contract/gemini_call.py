"""One call to the Gemini provider, with its reply in a spool."""

from collections.abc import Callable
from uuid import UUID

from yarda.domain.attempt import AttemptId
from yarda.pipeline.provider import Rendering, RenderOrder
from yarda.providers.gemini import GeminiProvider
from yarda.spool import DiskSpool

ATTEMPT = AttemptId(UUID("00000000-0000-4000-8000-000000000001"))

Connect = Callable[..., GeminiProvider]
"""Makes a provider that speaks to the emulator, with the settings of the test."""


async def render(provider: GeminiProvider, order: RenderOrder, spool: DiskSpool) -> Rendering:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        return await provider.render(order, sink)
