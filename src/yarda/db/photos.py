"""Photos and stored pictures in Postgres."""

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from yarda.db import rows
from yarda.db.tables import generation_areas, images, photos
from yarda.domain.credit import AccountId
from yarda.domain.generation import GenerationId
from yarda.domain.photo import ImageId, Photo, PhotoId
from yarda.errors import ImageNotFound, PhotoNotFound
from yarda.pipeline.ports import Image


class PostgresPhotos:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, photo: Photo) -> None:
        await self._connection.execute(insert(photos).values(rows.photo_values(photo)))

    async def get(self, photo: PhotoId, *, account: AccountId) -> Photo:
        found = await self.find(photo)
        if found is None or found.account != account:
            raise PhotoNotFound("there is no such photo; upload it first")
        return found

    async def find(self, photo: PhotoId) -> Photo | None:
        found = await self._connection.execute(select(photos).where(photos.c.id == photo))
        row = found.mappings().first()
        return None if row is None else rows.photo_from(row)

    async def list_for(self, account: AccountId) -> list[Photo]:
        query = select(photos).where(photos.c.account_id == account).order_by(photos.c.created_at, photos.c.id)
        return [rows.photo_from(row) for row in (await self._connection.execute(query)).mappings()]

    async def save(self, photo: Photo) -> None:
        await self._connection.execute(
            update(photos).where(photos.c.id == photo.id).values(rows.photo_values(photo))
        )

    async def delete(self, photo: PhotoId) -> None:
        await self._connection.execute(delete(photos).where(photos.c.id == photo))


class PostgresImages:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, image: Image) -> None:
        await self._connection.execute(
            insert(images).values(
                id=image.id,
                account_id=image.account,
                generation_id=image.generation,
                kind=image.kind,
                full_key=image.full,
                large_key=image.large,
                thumb_key=image.thumb,
                media_type=image.media_type,
                width=image.width,
                height=image.height,
                created_at=image.created_at,
            )
        )

    async def get(self, image: ImageId, *, account: AccountId) -> Image:
        found = await self._connection.execute(
            select(images).where(images.c.id == image, images.c.account_id == account)
        )
        row = found.mappings().first()
        if row is None:
            raise ImageNotFound("there is no such picture; it may have been deleted")
        return _image_from(row)

    async def list_for(self, generation: GenerationId) -> list[Image]:
        found = await self._connection.execute(select(images).where(images.c.generation_id == generation))
        return [_image_from(row) for row in found.mappings()]

    async def delete(self, image: ImageId) -> None:
        await self._connection.execute(delete(images).where(images.c.id == image))

    async def is_object_used(self, key: str) -> bool:
        by_image = select(images.c.id).where(
            or_(images.c.full_key == key, images.c.large_key == key, images.c.thumb_key == key)
        )
        by_photo = select(photos.c.id).where(photos.c.object_key == key)
        by_area = select(generation_areas.c.id).where(generation_areas.c.garden_key == key)
        found = await self._connection.execute(by_image.union_all(by_photo, by_area).limit(1))
        return found.first() is not None


def _image_from(row: rows.Row) -> Image:
    return Image(
        id=ImageId(row["id"]),
        account=AccountId(row["account_id"]),
        kind=row["kind"],
        full=row["full_key"],
        large=row["large_key"],
        thumb=row["thumb_key"],
        media_type=row["media_type"],
        width=row["width"],
        height=row["height"],
        generation=row["generation_id"] and GenerationId(row["generation_id"]),
        created_at=row["created_at"],
    )
