"""For the operator: alive, ready, numbers."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from yarda.web.deps import CurrentStudio, Operator
from yarda.web.metrics import render
from yarda.web.problems import open_responses, responses

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", responses=open_responses())
async def readyz(studio: CurrentStudio) -> dict[str, str]:
    """Database, migrations and storage are there: new work is taken in."""
    await studio.ready()
    return {"status": "ready"}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **responses()})
async def metrics(operator: Operator, studio: CurrentStudio) -> Response:
    """Numbers for Prometheus, read from the rows; with accounts, for an operator's key."""
    return Response(render(await studio.measure()), media_type=CONTENT_TYPE_LATEST)
