"""Ends what was held for an Area: captured, released, or some of each; once per run."""

from yarda.domain.credit import EntryKind
from yarda.domain.generation import Area, Generation
from yarda.pipeline.ports import UnitOfWork


async def capture_credits(generation: Generation, area: Area, *, price: int, work: UnitOfWork) -> None:
    """Spend the price of the provider that served; the rest of the hold goes back."""
    spent = min(price, area.credits)
    await _post(generation, area, EntryKind.CAPTURE, credits=spent, reason=f"{area.area} delivered", work=work)
    await _post(
        generation,
        area,
        EntryKind.RELEASE,
        credits=area.credits - spent,
        reason=f"{area.area} cost less than held",
        work=work,
    )


async def release_credits(generation: Generation, area: Area, *, reason: str, work: UnitOfWork) -> None:
    """Give the whole hold back."""
    await _post(generation, area, EntryKind.RELEASE, credits=area.credits, reason=reason, work=work)


async def _post(
    generation: Generation, area: Area, kind: EntryKind, *, credits: int, reason: str, work: UnitOfWork
) -> None:
    if credits > 0:
        await work.ledger.post(
            generation.account,
            kind,
            credits=credits,
            reason=reason,
            generation=generation.id,
            area=area.id,
            run=area.run,
        )
