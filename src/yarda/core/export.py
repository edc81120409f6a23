"""All that an account has here, in one ZIP archive."""

import asyncio
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import IO, Any, TypeVar
from uuid import UUID

from yarda.core.studio import Studio
from yarda.domain.credit import AccountId
from yarda.domain.generation import AreaId, GenerationId
from yarda.domain.photo import ImageId
from yarda.errors import ImageNotFound
from yarda.pipeline.pictures import PictureSize
from yarda.pipeline.planner import PlanForm
from yarda.pipeline.ports import Page

T = TypeVar("T")
PER_PAGE = 100
README = """\
What Yarda keeps of your account.

account.json   your address, sessions, API keys and passkeys (not the keys themselves), and what you bought
ledger.json    every change of your credits
calls.json     every call of an image service made for you, with the words that were sent
photos/        the photos you uploaded, as they are kept, and what was marked in them
designs/       one folder for each design: the request and its pictures, planting plans and plant lists
"""


async def write_export(about: dict[str, Any], *, account: AccountId, studio: Studio) -> IO[bytes]:
    """`about` says what is known of the account itself.

    Returns an open file at its beginning; whoever reads it closes it, and with that it is gone from the disk.
    """
    file = tempfile.TemporaryFile(prefix="yarda-export-")  # noqa: SIM115
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            await _Export(archive, account, studio).write(about)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _Export:
    def __init__(self, archive: zipfile.ZipFile, account: AccountId, studio: Studio) -> None:
        self._archive = archive
        self._account = account
        self._studio = studio

    async def write(self, about: dict[str, Any]) -> None:
        await self._put("README.txt", README.encode())
        await self._put_json("account.json", about)
        entries = _all(self._studio.list_entries, self._account)
        await self._put_json("ledger.json", [asdict(entry) async for entry in entries])
        calls = await self._studio.list_calls(self._account)
        await self._put_json("calls.json", [asdict(call) for call in calls])
        for photo in await self._studio.list_photos(self._account):
            await self._put_json(f"photos/{photo.id}.json", asdict(photo))
            await self._put_picture(f"photos/{photo.id}", photo.image)
        async for view in _all(self._studio.list_generations, self._account):
            await self._put_design(view)

    async def _put_design(self, view: dict[str, Any]) -> None:
        folder = f"designs/{view['created_at'][:10]} {view['id']}"
        await self._put_json(f"{folder}/design.json", view)
        for area in view["areas"]:
            for kind in ("image", "edit_mask"):
                url = area[f"{kind}_url"]
                if url is not None:
                    await self._put_picture(
                        f"{folder}/{area['area']} {kind}", ImageId(UUID(url.rsplit("/", 1)[-1]))
                    )
            if area["plan_url"] is not None:
                await self._put_plans(f"{folder}/{area['area']}", view["id"], area["id"])

    async def _put_plans(self, name: str, generation: str, area: str) -> None:
        for form in PlanForm:
            plan = await self._studio.get_plan(
                GenerationId(UUID(generation)), AreaId(UUID(area)), account=self._account, form=form
            )
            await self._put(f"{name} {form.value}", plan.data)

    async def _put_picture(self, name: str, image: ImageId) -> None:
        try:
            picture = await self._studio.get_picture(image, account=self._account, size=PictureSize.FULL)
        except ImageNotFound:  # deleted meanwhile
            return
        await self._put(name + (".png" if picture.media_type == "image/png" else ".jpg"), picture.data)

    async def _put_json(self, name: str, value: object) -> None:
        await self._put(name, json.dumps(value, indent=2, default=str).encode())

    async def _put(self, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._archive.writestr, name, data)


async def _all(list_page: Callable[..., Awaitable[Page[T]]], account: AccountId) -> AsyncIterator[T]:
    """Every item of a paged list."""
    cursor = None
    while True:
        page = await list_page(account, limit=PER_PAGE, cursor=cursor)
        for item in page.items:
            yield item
        cursor = page.next_cursor
        if cursor is None:
            return
