"""What the operator's pages show, in words; the command line says it in the same ones."""

from datetime import datetime
from types import SimpleNamespace

from yarda.core.operator import Overview
from yarda.domain.catalog import AREAS, STYLES, AreaName, StyleName
from yarda.domain.gate import Breaker
from yarda.pipeline.measure import Measurements, ProviderState
from yarda.pipeline.operate import AreaAtWork
from yarda.web.spend_plot import plot_spend
from yarda.web.texts import read_texts

MINUTE, HOUR, DAY = 60, 3600, 86400


def overview_view(overview: Overview, *, now: datetime) -> SimpleNamespace:
    """The overview, everything in words."""
    measured = overview.measured
    ages = measured.oldest_area_seconds.values()
    return SimpleNamespace(
        jobs=sorted(measured.jobs_by_status.items()),
        oldest_job=name_age(measured.oldest_job_seconds) if measured.oldest_job_seconds else None,
        areas=sorted(measured.areas_by_status.items()),
        oldest_area=name_age(max(ages)) if ages else None,
        overdue=measured.overdue_areas,
        unfinished=[area_view(area, now=now) for area in overview.unfinished],
        failed=[area_view(area, now=now) for area in overview.failed],
        failures=overview.failures,
        providers=[provider_view(state) for state in measured.providers],
        spend=overview.spend,
        plot=plot_spend(overview.spend, limit=measured.spend_limit_usd, today=now.date()),
        today=f"{measured.spend_today_usd:.2f}",
        limit=None if measured.spend_limit_usd is None else f"{measured.spend_limit_usd:.2f}",
        audited=audit_view(measured, now=now),
    )


def area_view(area: AreaAtWork, *, now: datetime) -> SimpleNamespace:
    """An area and whose it is."""
    t = read_texts()
    return SimpleNamespace(
        id=area.id,
        generation=area.generation,
        account=area.account,
        whose=area.email or t["operate"]["owner"],
        name=AREAS[AreaName(area.area)].name,
        style=STYLES[StyleName(area.style)].name,
        stage=t["stage"][area.stage],
        status=area.status,
        provider=area.provider or "–",
        attempts=area.attempts,
        claims=area.claims_in_run,
        code=area.error_code,
        age=name_age((now - area.queued_at).total_seconds()),
        queued_at=area.queued_at,
        is_overdue=area.is_overdue,
    )


def provider_view(provider: ProviderState) -> SimpleNamespace:
    """Whether it may be called, at which pace, and why not."""
    t = read_texts()["operate"]
    wait = name_age(provider.wait_seconds)
    match provider.breaker:
        case Breaker.OPEN:
            state, status = t["provider_left_alone"].format(wait=wait), "failed"
        case Breaker.HALF_OPEN:
            state, status = t["provider_probed"], "processing"
        case Breaker.CLOSED if provider.wait_seconds:
            state, status = t["provider_paused"].format(wait=wait), "processing"
        case _:
            state, status = t["provider_open"], "completed"
    pace = t["pace"].format(calls=round(provider.pace)) if provider.pace else t["no_pace"]
    return SimpleNamespace(
        name=provider.name,
        model=provider.model,
        state=state,
        status=status,
        pace=pace,
        reason=(provider.reason or "") if status != "completed" else "",
    )


def audit_view(measured: Measurements, *, now: datetime) -> str:
    """When the workers last checked the rows, and what came of it."""
    t = read_texts()["operate"]
    if not measured.audited_at:
        return t["never_audited"]
    found = measured.invariants_violated
    said = t["audit_found"].format(count=found) if found else t["audit_clean"]
    return t["audited"].format(age=name_age(now.timestamp() - measured.audited_at), found=said)


def name_age(seconds: float) -> str:
    """`40 s`, `3 min`, `2 h 5 min`, `4 d 2 h`."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
