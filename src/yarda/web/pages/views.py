"""What the templates show of a generation, in words."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from yarda.domain.attempt import Attempt
from yarda.domain.catalog import AREAS, STYLES, AreaName, StyleName
from yarda.domain.generation import Stage
from yarda.web.pages.addresses import AddressForm
from yarda.web.pages.sights import credit_words, when_taken
from yarda.web.texts import read_texts

NOTHING_TO_DRAW_INTO = frozenset(
    {
        "address_inexact",
        "address_not_found",
        "imagery_misconfigured",
        "imagery_unavailable",
        "no_imagery",
        "photo_needed",
    }
)
"""Errors of an address that a photo of the yard puts right."""
SHOWN_STAGES = [stage for stage in Stage if stage is not Stage.DONE]
NEEDS_USER_FIRST = {"failed": 0, "processing": 1, "completed": 2, "cancelled": 3, "pending": 4}


def area_view(area: dict[str, Any], *, providers: set[str]) -> SimpleNamespace:
    """An area with everything in words."""
    name = AREAS[AreaName(area["area"])].name
    style = STYLES[StyleName(area["style"])]
    t = read_texts()
    is_concept = area["provider"] == "concept"
    kind = t["result"]["concept_word"] if is_concept else t["result"]["photoreal_word"]
    stem = f"{area['area']}_{area['style']}"
    seconds = _seconds(area)
    code = area["error"] and area["error"]["code"]
    shown = SimpleNamespace(
        **area,
        name=name,
        style_name=style.name,
        style_said=style.description,
        kind=kind,
        made_by=kind if is_concept else f"{kind} {t['progress']['by']} {str(area['provider']).capitalize()}",
        state=_state(area, seconds),
        scale=_scale(area),
        picture=_picture(area),
        alt=t["progress"]["photo_alt" if area["photo_id"] else "from_address"],
        before_alt=t["result"]["before_alt" if area["photo_id"] else "before_street_alt"],
        credit=credit_words(area["imagery"]),
        unchanged=_unchanged(area),
        may_fall_back="concept" in providers and not is_concept and code not in NOTHING_TO_DRAW_INTO,
        is_inexact=code == "address_inexact",
        wants_photo=code in NOTHING_TO_DRAW_INTO,
        file_name=stem + (".png" if is_concept or area["edit_mask_url"] else ".jpg"),
        small_name=f"{stem}_1600.jpg",
        mask_name=f"{stem}_mask.png",
        drawn_by=t["result"]["seconds"].format(
            provider=t["result"]["concept_rendering"] if is_concept else str(area["provider"]).capitalize(),
            seconds=seconds,
        ),
        from_words=_from_words(area),
    )
    if area["status"] == "completed":
        shown.alt = t["progress"]["design_alt"].format(area=name.lower(), style=style.name)
    return shown


def progress_view(view: dict[str, Any], *, providers: set[str]) -> SimpleNamespace:
    """A generation on its progress page: what needs the user comes first."""
    t = read_texts()["progress"]
    areas = [area_view(area, providers=providers) for area in view["areas"]]
    ready = sum(area.status == "completed" for area in areas)
    is_over = view["status"] not in ("pending", "processing")
    headline = t["headline_one"] if len(areas) == 1 else t["headline_many"].format(all=len(areas))
    return SimpleNamespace(
        id=view["id"],
        is_over=is_over,
        title=t["title_count"].format(ready=ready, all=len(areas)),
        headline=t["headline_done"] if is_over else headline,
        summary=_summary(areas),
        look_again=f"/place?{address_query(view)}" if view["address"] else "",
        ends_at=view["estimated_completion"],
        left=_left(view["estimated_completion"]),
        kept=kept_words(view),
        first_done=next((area.id for area in areas if area.status == "completed"), None),
        areas=sorted(areas, key=lambda area: NEEDS_USER_FIRST[area.status]),
    )


def call_views(calls: Sequence[Attempt]) -> list[SimpleNamespace]:
    """Provider calls as a person may read them, first to last: by whom, how long, what was sent."""
    t = read_texts()
    shown = []
    for call in sorted(calls, key=lambda call: call.started_at):
        seconds = (call.finished_at - call.started_at).total_seconds() if call.finished_at else None
        took = [] if seconds is None else [t["result"]["call_seconds"].format(seconds=max(1, round(seconds)))]
        shown.append(
            SimpleNamespace(
                title=t["result"]["call"].format(provider=call.provider.capitalize(), model=call.model),
                outcome=", ".join([*took, t["outcome"][call.outcome.value]]),
                prompt=call.prompt,
            )
        )
    return shown


def kept_words(view: dict[str, Any]) -> str:
    """Until which day a generation is kept; empty where that is until somebody deletes it."""
    if view["kept_until"] is None:
        return ""
    return read_texts()["result"]["kept"].format(day=f"{datetime.fromisoformat(view['kept_until']):%-d %B %Y}")


def address_query(view: dict[str, Any]) -> str:
    """A generation's address and camera, as its place's pages are asked for."""
    return AddressForm.read({**(view["view"] or {}), "address": view["address"]}).query


def gallery_view(view: dict[str, Any]) -> SimpleNamespace:
    """A generation in the gallery."""
    t = read_texts()["gallery"]
    areas = [area_view(area, providers=set()) for area in view["areas"]]
    ready = [area for area in areas if area.status == "completed"]
    first = areas[0]
    words = t["areas_one"] if len(areas) == 1 else t["areas_many"].format(n=len(areas))
    is_over = view["status"] not in ("pending", "processing")
    return SimpleNamespace(
        name=view["address"] or ", ".join([first.name, first.style_name]),
        url=f"/designs/{view['id']}/{ready[0].id}" if ready and is_over else f"/designs/{view['id']}",
        pictures=[
            SimpleNamespace(
                url=area.thumbnail_url or f"{area.source_url}?size=thumb",
                alt=area.alt,
                is_still=area.status != "completed",
            )
            for area in (ready or areas)[:3]
            if area.thumbnail_url or area.source_url
        ],
        areas_words=", ".join([words, *dict.fromkeys(area.kind for area in ready)]) + ".",
        credit="; ".join(dict.fromkeys(area.credit for area in (ready or areas)[:3] if area.credit)),
        created_at=view["created_at"],
        created_words=_when(view["created_at"]),
        kept=kept_words(view),
        status=view["status"],
        state=t[f"state_{view['status']}"].format(ready=len(ready), all=len(areas)),
    )


def _summary(areas: list[SimpleNamespace]) -> str:
    t = read_texts()["progress"]
    counts = [
        (t["ready"], "completed"),
        (t["drawn"], "processing"),
        (t["waiting"], "pending"),
        (t["failed"], "failed"),
        (t["cancelled"], "cancelled"),
    ]
    words = [
        text.format(n=number)
        for text, status in counts
        if (number := sum(area.status == status for area in areas))
    ]
    return ", ".join(words) + "."


def _left(ends_at: str | None) -> str | None:
    if ends_at is None:
        return None
    seconds = (datetime.fromisoformat(ends_at) - datetime.now(UTC)).total_seconds()
    return read_texts()["progress"]["left"].format(seconds=max(1, round(seconds)))


def _scale(area: dict[str, Any]) -> list[SimpleNamespace]:
    t = read_texts()
    order = list(Stage)
    at = order.index(Stage(area["stage"]))
    shown = []
    for stage in SHOWN_STAGES:
        place = order.index(stage)
        state = "done" if place < at else "now" if place == at and area["status"] == "processing" else "next"
        name = t["stage"][stage.value]
        shown.append(SimpleNamespace(at=state, name=name, words=f"{name}: {t['progress'][f'stage_{state}']}"))
    return shown


def _state(area: dict[str, Any], seconds: int) -> str:
    t = read_texts()
    match area["status"]:
        case "completed":
            return t["progress"]["ready_word"].format(seconds=seconds)
        case "failed":
            return t["progress"]["failed_word"]
        case "cancelled":
            return t["progress"]["cancelled_word"]
        case "pending":
            return t["progress"]["waiting_word"]
        case _:
            return t["progress"]["so_far"].format(stage=t["stage"][area["stage"]], seconds=seconds)


def _picture(area: dict[str, Any]) -> str | None:
    url = area["image_url"] or area["source_url"]
    return f"{url}?size=large" if url else None


def _from_words(area: dict[str, Any]) -> str:
    imagery = area["imagery"] or {"source": "photo", "captured": None, "attribution": None}
    words = read_texts()["source"][imagery["source"]]
    taken = credit_words(imagery) or when_taken(imagery["captured"])
    return ", ".join(part for part in (words, taken) if part)


def _unchanged(area: dict[str, Any]) -> str | None:
    """How much of the house the provider left as it was, where that was measured; never rounded up to all."""
    share = area["house_preserved"]
    if share is None:
        return None
    return read_texts()["result"]["unchanged"].format(share=f"{math.floor(share * 1000) / 10:g}")


def _seconds(area: dict[str, Any]) -> int:
    if not area["started_at"]:
        return 0
    end = area["completed_at"]
    until = datetime.fromisoformat(end) if end else datetime.now(UTC)
    return max(1, round((until - datetime.fromisoformat(area["started_at"])).total_seconds()))


def _when(moment: str) -> str:
    return datetime.fromisoformat(moment).strftime("%-d %B %Y, %H:%M")
