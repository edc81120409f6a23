"""Get credits: the packs, and the way to the payment service's own page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from yarda.accounts.limits import CHECKOUTS
from yarda.errors import PackNotFound
from yarda.web.deps import CurrentAccount, CurrentStudio, SpendingAccount, limited
from yarda.web.pages.rendering import render

router = APIRouter(prefix="/account/credits")


@router.get("")
async def show_packs(
    request: Request, account: CurrentAccount, studio: CurrentStudio, purchase: str = ""
) -> Response:
    """What there is, and what can be bought; whoever comes back from paying is told what happens next."""
    balance = await studio.balance(account)
    return render(request, "credits.html", at="account", balance=balance, packs=studio.packs, came_back=purchase)


@router.post("", dependencies=[limited(CHECKOUTS)])
async def go_and_pay(
    request: Request,
    account: SpendingAccount,
    studio: CurrentStudio,
    pack: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """A page that leads on to the checkout by itself.

    No redirect: the answer to a form may not lead to another site where `form-action` is 'self'.
    """
    if not pack.isdecimal():
        raise PackNotFound("choose one of the packs")
    started = await studio.start_purchase(int(pack), account=account)
    return render(request, "checkout.html", at="account", url=started.url)
