"""Previews of a photo in every style, as server-sent events."""

import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from yarda.accounts.limits import PREVIEWS
from yarda.domain.catalog import AreaName, StyleName
from yarda.errors import OrderRefused, ProviderError, ServiceUnavailableError
from yarda.pipeline.planner import Preview
from yarda.web.deps import CurrentAccount, CurrentStudio, PhotoPath, limited
from yarda.web.problems import responses

router = APIRouter(prefix="/photos", tags=["photos"])


@router.get(
    "/{photo_id}/previews",
    response_class=StreamingResponse,
    dependencies=[limited(PREVIEWS)],
    responses={200: {"content": {"text/event-stream": {}}}, **responses(404, 422, 429)},
)
async def stream_previews(
    photo: PhotoPath,
    account: CurrentAccount,
    studio: CurrentStudio,
    area: AreaName,
    first: StyleName | None = None,
) -> StreamingResponse:
    """One small concept picture per style as they finish: `preview` events with `style` and a base64 `image`, then
    `end`; `problem` with a `code` and a `detail` where none can be drawn."""
    await studio.get_photo(photo, account=account)
    previews = studio.draw_previews(photo, account=account, area=area, first=first)
    return StreamingResponse(
        _stream(previews),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(previews: AsyncGenerator[Preview, None]) -> AsyncIterator[str]:
    try:
        async with aclosing(previews):
            async for preview in previews:
                image = base64.b64encode(preview.image).decode()
                yield _event("preview", {"style": preview.style.value, "media_type": "image/jpeg", "image": image})
    except OrderRefused as error:
        yield _event("problem", {"code": error.code, "detail": error.advice})
    except ProviderError as error:
        yield _event("problem", {"code": error.code, "detail": "the previews cannot be drawn now"})
    except ServiceUnavailableError as error:
        yield _event("problem", {"code": error.code, "detail": str(error)})
    yield _event("end", {})


def _event(name: str, data: dict[str, str]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
