"""What is known of places for a while, in Postgres: geocodes, and pictures that may not be kept."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import rows
from yarda.db.tables import generations, geocodes, passing_pictures
from yarda.domain.generation import GenerationId
from yarda.domain.place import KEEP_POSITION, Location, SourceKind
from yarda.pipeline.places import Sight
from yarda.pipeline.ports import PassingPicture

_FORGET_POSITIONS = text(
    """
    UPDATE generations SET location = location || jsonb_build_object('position', NULL)
    WHERE location ->> 'source' = :geocoder AND location -> 'position' <> 'null'
      AND created_at < now() - CAST(:age AS interval)
    """
)


class PostgresGeocodes:
    """Plays the `Geocodes` port. An address is the same however it is spaced and capitalised."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, address: str, *, geocoder: str) -> Location | None:
        found = await self._connection.execute(
            select(geocodes.c.location).where(
                geocodes.c.geocoder == geocoder,
                geocodes.c.address == _normal(address),
                geocodes.c.found_at > func.now() - KEEP_POSITION[geocoder],
            )
        )
        row = found.first()
        return None if row is None else rows.location_from(row[0])

    async def keep(self, address: str, location: Location, *, geocoder: str) -> None:
        values = {"location": rows.location_values(location), "found_at": func.now()}
        await self._connection.execute(
            upsert(geocodes)
            .values(geocoder=geocoder, address=_normal(address), **values)
            .on_conflict_do_update(index_elements=["geocoder", "address"], set_=values)
        )

    async def forget_old(self) -> int:
        forgotten = 0
        for geocoder, age in KEEP_POSITION.items():
            old = and_(geocodes.c.geocoder == geocoder, geocodes.c.found_at < func.now() - age)
            forgotten += _count(await self._connection.execute(delete(geocodes).where(old)))
            given = {"geocoder": geocoder, "age": age}
            forgotten += _count(await self._connection.execute(_FORGET_POSITIONS, given))
        return forgotten


class PostgresPassingPictures:
    """Plays the `PassingPictures` port, in a table that is not logged."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, generation: GenerationId, kind: SourceKind) -> PassingPicture | None:
        found = await self._connection.execute(
            select(passing_pictures).where(_of(generation, kind), passing_pictures.c.picture.is_not(None))
        )
        row = found.mappings().first()
        if row is None:
            return None
        return PassingPicture(sight=_sight(row["sight"]), picture=row["picture"], facts=row["facts"])

    async def take(self, generation: GenerationId, kind: SourceKind, *, seconds: float) -> bool:
        until = func.now() + timedelta(seconds=seconds)
        taken = await self._connection.execute(
            upsert(passing_pictures)
            .values(generation_id=generation, kind=kind.value, fetching_until=until)
            .on_conflict_do_update(
                index_elements=["generation_id", "kind"],
                set_={"fetching_until": until},
                where=and_(passing_pictures.c.picture.is_(None), passing_pictures.c.fetching_until < func.now()),
            )
        )
        return _count(taken) == 1

    async def put(self, generation: GenerationId, kind: SourceKind, picture: PassingPicture) -> None:
        await self._connection.execute(
            update(passing_pictures)
            .where(_of(generation, kind))
            .values(sight=asdict(picture.sight), picture=picture.picture, facts=picture.facts)
        )

    async def give_up(self, generation: GenerationId, kind: SourceKind) -> None:
        await self._connection.execute(
            delete(passing_pictures).where(_of(generation, kind), passing_pictures.c.picture.is_(None))
        )

    async def forget(self, generation: GenerationId) -> None:
        await self._connection.execute(
            delete(passing_pictures).where(passing_pictures.c.generation_id == generation)
        )

    async def forget_finished(self) -> int:
        over = select(generations.c.id).where(generations.c.completed_at.is_not(None)).scalar_subquery()
        finished = passing_pictures.c.generation_id.in_(over)
        return _count(await self._connection.execute(delete(passing_pictures).where(finished)))


def _of(generation: GenerationId, kind: SourceKind) -> Any:
    return and_(passing_pictures.c.generation_id == generation, passing_pictures.c.kind == kind.value)


def _sight(value: dict[str, Any]) -> Sight:
    latitude, longitude = value["position"]
    return Sight(**value | {"kind": SourceKind(value["kind"]), "position": (latitude, longitude)})


def _normal(address: str) -> str:
    return " ".join(address.casefold().split())


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount
