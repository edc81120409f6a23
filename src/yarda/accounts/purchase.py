"""Sells credits: a purchase is a row before anybody pays, and becomes credits once, whatever is said how often."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import structlog

from yarda.accounts.ports import AccountWork, Clock, OpenAccountWork
from yarda.accounts.service_ports import PaidNotice, Payments
from yarda.domain.account import AccountKind, Plan, PurchaseId
from yarda.domain.credit import AccountId, EntryKind
from yarda.domain.purchase import Pack, Purchase, PurchaseStatus
from yarda.errors import PackNotFound, PaymentsUnavailable

ACTOR = "payment service"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What selling needs; without `payments` nothing is sold."""

    open_work: OpenAccountWork
    clock: Clock
    payments: Payments | None = None
    packs: tuple[Pack, ...] = ()
    base_url: str = ""
    paid_life: timedelta | None = None
    """How long designs of those who have bought are kept; None: as long as anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A purchase that waits to be paid at `url`."""

    purchase: PurchaseId
    url: str


async def start_purchase(credits: int, *, account: AccountId, shop: Shop) -> Started:
    """Open a checkout for the pack with that many credits.

    The row is committed before the payment service hears of it, so that no payment is without one.
    Raises `PackNotFound`, `PaymentsUnavailable`.
    """
    payments, pack = _payments(shop), _pack(credits, shop=shop)
    purchase = Purchase(id=PurchaseId(uuid4()), account=account, pack=pack, created_at=shop.clock())
    async with shop.open_work() as work:
        buyer = await work.accounts.get(account)
        await work.purchases.add(purchase)
    try:
        checkout = await payments.open_checkout(
            purchase.id,
            pack,
            email=buyer.email,
            success_url=f"{shop.base_url}/account/credits?purchase=paid",
            cancel_url=f"{shop.base_url}/account/credits?purchase=cancelled",
        )
    except PaymentsUnavailable as error:
        log.error("checkout_failed", purchase_id=str(purchase.id), reason=error.reason)
        raise
    async with shop.open_work() as work:
        kept = await work.purchases.lock(purchase.id)  # it may be paid by now
        if kept is not None:
            await work.purchases.save(replace(kept, reference=checkout.reference))
    log.info("purchase_started", purchase_id=str(purchase.id), credits=pack.credits)
    return Started(purchase=purchase.id, url=checkout.url)


async def settle_purchase(body: bytes, *, signature: str, shop: Shop) -> None:
    """Hear what became of a purchase, in one transaction: credits, plan and a line in the log of who did what.

    Notices come late, twice, at once and in any order; a purchase is granted once, and what was paid stays paid.
    News of something else is passed over. Raises `NoticeInvalid`, `PackNotFound` where nothing is sold.
    """
    notice = _payments(shop).read_notice(body, signature=signature)
    if notice is None:
        return
    async with shop.open_work() as work:
        purchase = await _find(notice, work=work)
        if purchase is None:
            log.warning("purchase_unknown", reference=notice.reference)
        elif not notice.is_paid:
            await _expire(purchase, notice, shop=shop, work=work)
        elif (notice.amount_cents, notice.currency) != (purchase.pack.cents, purchase.pack.currency):
            await _report_mismatch(purchase, notice, work=work)
        else:
            await _grant(purchase, notice, shop=shop, work=work)


async def _find(notice: PaidNotice, *, work: AccountWork) -> Purchase | None:
    """By the service's reference, or by our own where the service was faster than our second transaction."""
    found = await work.purchases.lock_by_reference(notice.reference)
    if found is None and notice.purchase is not None:
        found = await work.purchases.lock(notice.purchase)
    return found


async def _grant(purchase: Purchase, notice: PaidNotice, *, shop: Shop, work: AccountWork) -> None:
    if purchase.status is PurchaseStatus.PAID:
        return
    paid = replace(purchase, status=PurchaseStatus.PAID, reference=notice.reference, settled_at=shop.clock())
    await work.purchases.save(paid)
    account = await work.accounts.lock(purchase.account)
    credits = purchase.pack.credits
    await work.ledger.post(
        account.id, EntryKind.GRANT, credits=credits, reason="bought", once=f"purchase:{purchase.id}"
    )
    if account.plan is Plan.TRIAL:
        await work.accounts.save(replace(account, plan=Plan.PAID))
        if shop.paid_life is not None:
            await work.accounts.keep_designs(account.id, life=shop.paid_life)
    told: dict[str, str | int] = {"purchase": str(purchase.id), "credits": credits, "cents": notice.amount_cents}
    is_gone = account.kind is AccountKind.DELETED  # who left while the money was under way can use no credits
    action = "paid_after_deletion" if is_gone else "credits_bought"
    await work.audit_log.add(action, actor=ACTOR, account=account.id, detail=told)
    tell = log.error if is_gone else log.info
    tell(action, purchase_id=str(purchase.id), credits=credits)


async def _expire(purchase: Purchase, notice: PaidNotice, *, shop: Shop, work: AccountWork) -> None:
    if purchase.status is PurchaseStatus.OPEN:
        expired = replace(
            purchase, status=PurchaseStatus.EXPIRED, reference=notice.reference, settled_at=shop.clock()
        )
        await work.purchases.save(expired)


async def _report_mismatch(purchase: Purchase, notice: PaidNotice, *, work: AccountWork) -> None:
    """Money came, but not what the pack costs: a person has to look."""
    told: dict[str, str | int] = {"cents": notice.amount_cents, "currency": notice.currency}
    log.error("payment_mismatch", purchase_id=str(purchase.id), **told)
    await work.audit_log.add(
        "payment_mismatch", actor=ACTOR, account=purchase.account, detail={"purchase": str(purchase.id), **told}
    )


def _payments(shop: Shop) -> Payments:
    if shop.payments is None:
        raise PackNotFound("no credits are sold here; ask whoever runs this installation for some")
    return shop.payments


def _pack(credits: int, *, shop: Shop) -> Pack:
    for pack in shop.packs:
        if pack.credits == credits:
            return pack
    offered = ", ".join(str(pack.credits) for pack in shop.packs)
    raise PackNotFound(f"pack: choose one of {offered} credits, not {credits}")
