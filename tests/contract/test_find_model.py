"""What every paid provider promises of `find_model`: it asks once, without cost, and says what is wrong."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.emulators.gemini import KEY, GeminiEmulator
from tests.emulators.openai import KEY as OPENAI_KEY
from tests.emulators.openai import OpenAIEmulator
from yarda.errors import ProviderBusy, ProviderMisconfigured
from yarda.pipeline.provider import PaidProvider
from yarda.providers.gemini import GeminiProvider
from yarda.providers.openai import OpenAIProvider

Emulator = GeminiEmulator | OpenAIEmulator


@pytest.fixture(params=[GeminiEmulator, OpenAIEmulator])
async def emulator(request: pytest.FixtureRequest) -> AsyncIterator[Emulator]:
    async with request.param() as emulator:
        yield emulator


def connected(emulator: Emulator, **changes: Any) -> PaidProvider:
    if isinstance(emulator, GeminiEmulator):
        return GeminiProvider(**{"api_key": KEY, "base_url": emulator.base_url, **changes})
    return OpenAIProvider(**{"api_key": OPENAI_KEY, "base_url": f"{emulator.base_url}/v1", **changes})


async def test_a_known_model_is_described_by_one_question_that_costs_nothing(emulator: Emulator) -> None:
    provider = connected(emulator)

    title = await provider.find_model()

    await provider.close()
    assert title
    assert [(call.method, provider.model in call.path) for call in emulator.calls] == [("GET", True)]


@pytest.mark.parametrize(("wrong", "setting"), [("api_key", "API_KEY"), ("model", "MODEL")])
async def test_a_key_or_model_that_is_not_known_is_named_without_the_key(
    emulator: Emulator, wrong: str, setting: str
) -> None:
    provider = connected(emulator, **{wrong: "unknown-0123"})

    with pytest.raises(ProviderMisconfigured, match=setting) as caught:
        await provider.find_model()

    await provider.close()
    assert wrong == "model" or "unknown-0123" not in str(caught.value)


async def test_without_a_connection_it_is_taken_for_busy(emulator: Emulator) -> None:
    provider = connected(emulator, base_url="http://127.0.0.1:9")

    with pytest.raises(ProviderBusy):
        await provider.find_model()

    await provider.close()
