"""For the operator: alive, ready, numbers."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from yarda.pipeline.measure import Measurements
from yarda.web.deps import CurrentStudio, Operator
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
    return Response(_render(await studio.measure()), media_type=CONTENT_TYPE_LATEST)


def _render(measured: Measurements) -> bytes:
    registry = CollectorRegistry()

    def gauge(name: str, said: str, *labels: str) -> Gauge:
        return Gauge(name, said, labels, registry=registry)

    jobs = gauge("yarda_jobs", "Jobs in the queue by status.", "status")
    for status, count in measured.jobs_by_status.items():
        jobs.labels(status).set(count)
    gauge("yarda_oldest_job_seconds", "Age of the oldest waiting job.").set(measured.oldest_job_seconds)
    areas = gauge("yarda_areas", "Areas by status.", "status")
    for status, count in measured.areas_by_status.items():
        areas.labels(status).set(count)
    gauge("yarda_overdue_areas", "Unfinished areas older than they should be.").set(measured.overdue_areas)
    calls = gauge("yarda_provider_calls", "Provider calls by outcome.", "provider", "outcome")
    for (provider, outcome), count in measured.calls_by_outcome.items():
        calls.labels(provider, outcome).set(count)
    cost = gauge("yarda_provider_cost_usd", "What provider calls cost at most.", "provider")
    for provider, usd in measured.cost_usd_by_provider.items():
        cost.labels(provider).set(usd)
    seconds = gauge("yarda_area_seconds", "Seconds from start to picture, recent areas.", "provider", "quantile")
    for provider, (lower, median, upper, _) in measured.seconds_by_provider.items():
        _set_quartiles(seconds, provider, (lower, median, upper))
    stages = gauge("yarda_stage_seconds", "Seconds an area spent in a stage, newest designs.", "stage", "quantile")
    for stage, quartiles in measured.seconds_by_stage.items():
        _set_quartiles(stages, stage, quartiles)
    return generate_latest(registry)


def _set_quartiles(gauge: Gauge, label: str, quartiles: tuple[float, float, float]) -> None:
    for quantile, value in zip(("0.25", "0.5", "0.75"), quartiles, strict=True):
        gauge.labels(label, quantile).set(value)
