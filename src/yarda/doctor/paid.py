"""The paid providers: whether they know key and model, which is free; and one real call, which is not."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from yarda.bootstrap import Running, make_paid
from yarda.doctor.drawing import Picture, Task, size_of
from yarda.doctor.findings import Facts, Faulty, Finding, Remedies, Seen, examine, not_set_up, not_tried
from yarda.domain.attempt import Attempt
from yarda.errors import (
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderError,
    ProviderMisconfigured,
    ServiceUnavailableError,
    SettingInvalid,
    SpendLimitReached,
)
from yarda.pipeline.probe import Probed, probe_provider
from yarda.pipeline.provider import PaidProvider
from yarda.settings import Settings

Checked = dict[str, tuple[Finding, PaidProvider | None]]
"""What was found of each provider, and the provider where it knows key and model."""

PART = "image provider"
LIVE = "live call"
CHECKING_SECONDS = 120.0
CHANGES = {
    "gemini": "photoreal pictures by Gemini: set YARDA_GEMINI_API_KEY",
    "openai": "photoreal pictures by OpenAI: set YARDA_OPENAI_API_KEY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a real call would be, before anybody agrees to it."""

    provider: str
    model: str
    cap_usd: Decimal


def find_quote(settings: Settings) -> Quote | None:
    """Of the first paid provider in the operator's order; None where there is none that could be asked."""
    name = _first(settings)
    if name is None:
        return None
    try:
        provider = make_paid(name, settings)
    except SettingInvalid:
        return None
    return Quote(provider=name, model=provider.model, cap_usd=provider.price_cap_usd)


async def examine_paid(settings: Settings, stack: AsyncExitStack) -> Checked:
    """By name, in the operator's order."""
    order = [name for name in settings.provider_order if name in CHANGES]
    names = [*order, *(name for name in CHANGES if name not in order)]
    return {name: await _examine(name, settings, stack) for name in names}


async def examine_live(
    paid: Checked, task: Task | None, settings: Settings, running: Running
) -> tuple[Finding, Picture | None]:
    """One call to the first paid provider, through its adapter and the spool, on record and within the limits."""
    name = _first(settings)
    if name is None:
        finding, _ = await examine(PART, _nobody(), about=LIVE, remedies={})
        return finding, None
    provider = paid[name][1]
    if provider is None:
        return not_tried(PART, f"needs {name}", about=LIVE), None
    if task is None:
        return not_tried(PART, "needs the prompt", about=LIVE), None
    call = _call(provider, task, settings, running)
    seconds = settings.call_seconds + CHECKING_SECONDS
    return await examine(PART, call, about=LIVE, remedies=_remedies(name), seconds=seconds)


def _first(settings: Settings) -> str | None:
    return next((name for name in settings.provider_order if name in CHANGES), None)


async def _nobody() -> Seen[Picture]:
    raise Faulty("there is no paid provider to call", remedy="; or ".join(CHANGES.values()))


async def _examine(name: str, settings: Settings, stack: AsyncExitStack) -> tuple[Finding, PaidProvider | None]:
    if getattr(settings, f"{name}_api_key") is None:
        return not_set_up(PART, CHANGES[name], about=name), None
    if name not in settings.provider_order:
        return not_set_up(PART, f"YARDA_PROVIDERS leaves out {name}; add it there", about=name), None
    return await examine(PART, _find(name, settings, stack), about=name, remedies=_remedies(name))


async def _find(name: str, settings: Settings, stack: AsyncExitStack) -> Seen[PaidProvider]:
    provider = make_paid(name, settings)
    stack.push_async_callback(provider.close)
    title = await provider.find_model()
    facts: dict[str, str | int | float] = {"model": provider.model}
    if title != provider.model:
        facts["named"] = title
    facts["price"] = f"at most {provider.price_cap_usd:.2f} USD a picture"
    return Seen(facts=facts, made=provider)


async def _call(provider: PaidProvider, task: Task, settings: Settings, running: Running) -> Seen[Picture]:
    generation = replace(task.generation, account=await running.studio.owner())
    probed = await probe_provider(provider, task.order, generation, tools=running.tools)
    call, facts = probed.attempt, _facts(probed.attempt)
    if probed.design is None:
        raise _fault(probed, facts, spool=settings.data_dir / "spool")
    about = {
        "provider": call.provider,
        "model": call.model,
        "call": str(call.id),
        "cost_usd": str(call.cost_usd),
        "provider_reference": call.provider_reference,
        "preserved": probed.design.preserved,
    }
    return Seen(facts=facts | size_of(probed.design), made=Picture(design=probed.design, about=about))


def _facts(call: Attempt) -> dict[str, str | int | float]:
    return {
        "by": f"{call.provider} {call.model}",
        "cost": f"{call.cost_usd} USD",
        "reference": call.provider_reference or "none",
        "on_record_as": str(call.id),
    }


def _fault(probed: Probed, facts: Facts, *, spool: Path) -> Faulty:
    assert probed.error is not None
    kept = [str(path) for path in spool.glob(f"{probed.attempt.id}.*")]
    where = f"; its reply is kept for a day: {kept[0]}" if kept else "; no whole reply arrived"
    remedies = _remedies(probed.attempt.provider)
    remedy = next(remedies[kind] for kind in type(probed.error).__mro__ if kind in remedies)
    return Faulty(f"{probed.error}{where}", remedy=remedy, seen=facts)


def _remedies(name: str) -> Remedies:
    setting = f"YARDA_{name.upper()}"
    network = f"check the network, the proxy and {setting}_BASE_URL; where it is only busy, try again in a minute"
    return {
        SettingInvalid: "correct it in the environment or in the file .env",
        ProviderMisconfigured: f"set {setting}_API_KEY to a key that may use the model, or change {setting}_MODEL",
        ProviderBusy: network,
        OutcomeUnknown: f"{network}; the provider's own console says whether the call was billed",
        SpendLimitReached: "raise YARDA_DAILY_SPEND_LIMIT_USD, or wait for the next day (UTC)",
        PromptRefused: "give another photo with --photo",
        ProviderError: f"try again; if it happens again, choose another {setting}_MODEL",
        ServiceUnavailableError: "see to the database and the disk first",
        TimeoutError: network,
    }
