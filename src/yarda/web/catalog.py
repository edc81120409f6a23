"""What can be chosen."""

from fastapi import APIRouter

from yarda.domain.catalog import AREAS, STYLES, CatalogEntry
from yarda.web.schemas.catalog import Catalog, CatalogEntryRead

router = APIRouter(tags=["catalog"])


@router.get("/styles")
async def list_styles() -> Catalog:
    """The styles a design can have."""
    return Catalog(items=[_read(entry, preview_url=f"/static/styles/{entry.id}.jpg") for entry in STYLES.values()])


@router.get("/areas")
async def list_areas() -> Catalog:
    """The areas a yard can have."""
    return Catalog(items=[_read(entry) for entry in AREAS.values()])


def _read(entry: CatalogEntry, *, preview_url: str | None = None) -> CatalogEntryRead:
    return CatalogEntryRead(id=entry.id, name=entry.name, description=entry.description, preview_url=preview_url)
