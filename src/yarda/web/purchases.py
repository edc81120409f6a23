"""Credits for money: what packs there are, a purchase, and the payment service's word on it."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Header, Request, status
from pydantic import BaseModel, ConfigDict, Field

from yarda.accounts.limits import CHECKOUTS
from yarda.domain.purchase import Pack
from yarda.web.deps import CurrentStudio, SpendingAccount, limited
from yarda.web.problems import open_responses, responses

router = APIRouter(tags=["purchases"])


class PackRead(BaseModel):
    """`cents` is the price in the currency's smallest unit, `price` the same as people read it."""

    credits: int
    cents: int
    currency: str
    price: str

    @classmethod
    def of(cls, pack: Pack) -> Self:
        return cls(credits=pack.credits, cents=pack.cents, currency=pack.currency, price=pack.price)


class PackList(BaseModel):
    items: list[PackRead]


class PurchaseCreate(BaseModel):
    """The pack with that many credits."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"pack": 5}})

    pack: int = Field(ge=1, le=1_000_000)


class PurchaseRead(BaseModel):
    """Open `url` in a browser to pay; the credits come once the payment service says that they are paid."""

    id: UUID
    url: str


@router.get("/packs", responses=open_responses())
async def list_packs(studio: CurrentStudio) -> PackList:
    """The packs of credits that are sold here; none where nothing is."""
    return PackList(items=[PackRead.of(pack) for pack in studio.packs])


@router.post(
    "/purchases",
    status_code=status.HTTP_201_CREATED,
    dependencies=[limited(CHECKOUTS)],
    responses=responses(404, 422, 429),
)
async def create_purchase(body: PurchaseCreate, account: SpendingAccount, studio: CurrentStudio) -> PurchaseRead:
    """Open a checkout for a pack of credits."""
    started = await studio.start_purchase(body.pack, account=account)
    return PurchaseRead(id=started.purchase, url=started.url)


@router.post("/webhooks/stripe", status_code=status.HTTP_204_NO_CONTENT, responses=open_responses(400, 404))
async def take_notice(
    request: Request,
    studio: CurrentStudio,
    signature: Annotated[str, Header(alias="Stripe-Signature", description="Stripe's, over the raw body.")] = "",
) -> None:
    """For Stripe: what became of a checkout."""
    await studio.settle_purchase(await request.body(), signature=signature)
