"""The catalog as the contract's JSON, as pydantic sees it."""

from pydantic import BaseModel


class CatalogEntryRead(BaseModel):
    id: str
    name: str
    description: str
    preview_url: str | None = None


class Catalog(BaseModel):
    items: list[CatalogEntryRead]
