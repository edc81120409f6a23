"""Server-sent events, replayed from the event log."""

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from yarda.errors import ServiceUnavailableError
from yarda.pipeline.ports import Event
from yarda.web.deps import CurrentAccount, CurrentStudio, GenerationPath, Recheck, StillThere
from yarda.web.problems import responses

router = APIRouter(prefix="/generations", tags=["generations"])


@router.get(
    "/{generation_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **responses(404)},
)
async def stream_events(
    generation: GenerationPath,
    account: CurrentAccount,
    studio: CurrentStudio,
    still_there: StillThere,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """The whole generation after every change until it is terminal; `Last-Event-ID` replays what came after.

    It ends early for a session or key that is revoked meanwhile.
    """
    after = int(last_event_id) if last_event_id and re.fullmatch(r"[0-9]{1,18}", last_event_id) else None
    events = studio.watch(generation, account=account, after=after)
    first = await anext(events, None)
    return StreamingResponse(
        _stream(first, events, still_there),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(
    first: Event | None, events: AsyncIterator[Event | None], still_there: Recheck
) -> AsyncIterator[str]:
    if first is not None:
        yield _encoded(first)
    try:
        async for event in events:
            if not await still_there():
                return
            yield _encoded(event) if event is not None else ": quiet\n\n"
    except ServiceUnavailableError:
        # The client comes back with its Last-Event-ID and misses nothing.
        yield "retry: 2000\n\n"


def _encoded(event: Event) -> str:
    data = json.dumps(event.snapshot, separators=(",", ":"))
    return f"id: {event.number}\nevent: generation\ndata: {data}\n\n"
