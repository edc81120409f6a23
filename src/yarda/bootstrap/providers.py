"""The image providers that the settings name.

A provider's library takes up to a second to load, so each is loaded where it is wanted only.
"""

from collections.abc import Sequence

from yarda.domain.gate import Limits
from yarda.pipeline.provider import ImageProvider, PaidProvider
from yarda.pipeline.tools import Providers
from yarda.providers.concept import ConceptProvider
from yarda.settings import Settings


def given_providers(providers: Sequence[ImageProvider]) -> Providers:
    names = {provider.name: provider for provider in providers}
    return Providers(in_order=names, prices=dict.fromkeys(names, 0))


def named_providers(settings: Settings, concept: ConceptProvider) -> Providers:
    in_order: dict[str, ImageProvider] = {}
    for name in settings.provider_order:
        match name:
            case "concept":
                in_order[name] = concept
            case "diffusers":
                in_order[name] = _diffusers(settings)
            case _:
                in_order[name] = make_paid(name, settings)
    prices = {
        "gemini": settings.gemini_credits,
        "openai": settings.openai_credits,
        "diffusers": settings.diffusers_credits,
        "concept": 0,
    }
    limits = {
        "gemini": Limits(per_minute=settings.gemini_requests_per_minute, parallel=settings.gemini_parallel),
        "openai": Limits(per_minute=settings.openai_requests_per_minute, parallel=settings.openai_parallel),
        "diffusers": Limits(parallel=settings.diffusers_parallel),
    }
    return Providers(in_order=in_order, prices={name: prices[name] for name in in_order}, limits=limits)


def make_paid(name: str, settings: Settings) -> PaidProvider:
    """A provider that the settings name. Raises `SettingInvalid`."""
    return _gemini(settings) if name == "gemini" else _openai(settings)


def _openai(settings: Settings) -> PaidProvider:
    from yarda.providers.openai import OpenAIProvider

    assert settings.openai_api_key is not None
    return OpenAIProvider(
        api_key=settings.openai_api_key.get_secret_value(),
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        call_seconds=settings.call_seconds,
    )


def _diffusers(settings: Settings) -> ImageProvider:
    from yarda.providers.diffusers import DiffusersProvider

    assert settings.diffusers_model is not None
    return DiffusersProvider(
        model=settings.diffusers_model,
        device=settings.diffusers_device,
        steps=settings.diffusers_steps,
        call_seconds=settings.call_seconds,
    )


def _gemini(settings: Settings) -> PaidProvider:
    from yarda.providers.gemini import GeminiProvider

    assert settings.gemini_api_key is not None
    return GeminiProvider(
        api_key=settings.gemini_api_key.get_secret_value(),
        model=settings.gemini_model,
        base_url=settings.gemini_base_url,
        call_seconds=settings.call_seconds,
    )
