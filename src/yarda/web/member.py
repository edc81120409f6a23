"""The account of whoever is signed in: what it is, all that it has, and its end."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO
from uuid import UUID

from fastapi import APIRouter, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from yarda.accounts.limits import ARCHIVES
from yarda.domain.account import Plan
from yarda.web.deps import CurrentDesk, Member, limited
from yarda.web.problems import responses

CHUNK = 256 * 2**10

router = APIRouter(prefix="/member", tags=["account"])


class MemberRead(BaseModel):
    """Who is signed in."""

    id: UUID
    email: str | None
    plan: Plan
    is_operator: bool
    created_at: datetime
    verified_at: datetime | None


@router.get("", responses=responses(404))
async def get_member(member: Member) -> MemberRead:
    """Who you are here."""
    account = member.account
    return MemberRead(
        id=account.id,
        email=account.email,
        plan=account.plan,
        is_operator=account.is_operator,
        created_at=account.created_at,
        verified_at=account.verified_at,
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    dependencies=[limited(ARCHIVES)],
    responses={200: {"content": {"application/zip": {}}}, **responses(404, 429)},
)
async def export_data(member: Member, desk: CurrentDesk) -> StreamingResponse:
    """Photos, designs, plans, calls and the ledger, in one ZIP archive."""
    file = await desk.export(member)
    return StreamingResponse(
        _chunks(file),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="yarda.zip"', "Cache-Control": "private, no-store"},
        background=BackgroundTask(file.close),
    )


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=responses(404))
async def delete_account(member: Member, desk: CurrentDesk) -> None:
    """Delete the account with everything in it. What is being drawn stops; credits left are lost."""
    await desk.delete_account(member)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
