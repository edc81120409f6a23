"""The studio's pages: HTML first, alive with JavaScript."""

from fastapi import APIRouter

from yarda.web.pages import (
    account,
    credits,
    designs,
    identity,
    new,
    operate,
    operate_accounts,
    passkeys,
    places,
    sign_in,
)
from yarda.web.pages.rendering import STATIC_DIR, problem_page

__all__ = ["STATIC_DIR", "problem_page", "router"]

router = APIRouter(include_in_schema=False)
router.include_router(new.router)
router.include_router(places.router)
router.include_router(designs.router)
router.include_router(sign_in.router)
router.include_router(account.router)
router.include_router(identity.router)
router.include_router(passkeys.router)
router.include_router(credits.router)
router.include_router(operate.router)
router.include_router(operate_accounts.router)
