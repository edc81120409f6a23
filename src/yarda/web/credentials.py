"""An account's sessions and API keys, for the person who is signed in."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, Field

from yarda.domain.account import ApiKey, KeyId, Scope, Session, SessionId
from yarda.errors import CredentialNotFound
from yarda.web.deps import CurrentDesk, Member, parse_id
from yarda.web.problems import responses
from yarda.web.schemas.shapes import Name

router = APIRouter(tags=["account"])


class SessionRead(BaseModel):
    """A browser that is signed in."""

    id: UUID
    browser: str = Field(description="What it calls itself.")
    created_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(description="When it ends if it is not used again.")
    is_current: bool

    @classmethod
    def of(cls, session: Session, *, current: UUID | None) -> Self:
        return cls(
            id=session.id,
            browser=session.browser,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            is_current=session.id == current,
        )


class SessionList(BaseModel):
    items: list[SessionRead]


class KeyCreate(BaseModel):
    """A key for a program of yours."""

    name: Name = Field(examples=["nursery website"])
    scopes: list[Scope] = Field(
        default=[Scope.READ, Scope.DESIGN], min_length=1, description="read: look; design: also draw and spend."
    )


class KeyRead(BaseModel):
    """An API key, without the key."""

    id: UUID
    name: str
    tail: str = Field(description="The key's last four letters.")
    scopes: list[Scope]
    created_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            tail=key.tail,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            used_at=key.used_at,
        )


class KeyCreated(KeyRead):
    secret: str = Field(description="The key itself: copy it now, it is shown only this once.")


class KeyList(BaseModel):
    items: list[KeyRead]


@router.get("/sessions", responses=responses(404))
async def list_sessions(member: Member, desk: CurrentDesk) -> SessionList:
    """Where you are signed in, newest first."""
    found = await desk.list_sessions(member)
    return SessionList(items=[SessionRead.of(session, current=member.session) for session in found])


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT, responses=responses(404))
async def end_other_sessions(member: Member, desk: CurrentDesk) -> None:
    """Sign every browser out but this one."""
    await desk.end_other_sessions(member)


@router.delete("/sessions/{session_id}", status_code=status.HTTP_204_NO_CONTENT, responses=responses(404))
async def end_session(
    session_id: Annotated[str, Path(description="The session's id.")], member: Member, desk: CurrentDesk
) -> None:
    """Sign a browser out."""
    await desk.end_session(SessionId(_id(session_id)), caller=member)


@router.get("/keys", responses=responses(404))
async def list_keys(member: Member, desk: CurrentDesk) -> KeyList:
    """Your API keys, newest first; what they are is not kept."""
    return KeyList(items=[KeyRead.of(key) for key in await desk.list_keys(member)])


@router.post("/keys", status_code=status.HTTP_201_CREATED, responses=responses(404, 409, 422))
async def create_key(body: KeyCreate, member: Member, desk: CurrentDesk) -> KeyCreated:
    """A new API key. `secret` is shown this once."""
    secret, key = await desk.create_key(body.name, scopes=frozenset(body.scopes), caller=member)
    return KeyCreated(**KeyRead.of(key).model_dump(), secret=secret)


@router.delete("/keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT, responses=responses(404))
async def revoke_key(
    key_id: Annotated[str, Path(description="The key's id.")], member: Member, desk: CurrentDesk
) -> None:
    """Revoke a key; programs that use it are turned away from then on."""
    await desk.revoke_key(KeyId(_id(key_id)), caller=member)


def _id(text: str) -> UUID:
    return parse_id(text, CredentialNotFound("there is no such session or key"))
