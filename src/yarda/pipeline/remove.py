"""Deletes a generation with its pictures."""

import structlog

from yarda.domain.credit import AccountId
from yarda.domain.generation import Generation, GenerationId
from yarda.domain.photo import PhotoId
from yarda.pipeline.ports import UnitOfWork
from yarda.pipeline.settle import release_credits
from yarda.pipeline.stored import delete_unused
from yarda.pipeline.tools import Tools

log = structlog.get_logger()


async def delete_generation(generation_id: GenerationId, *, account: AccountId, actor: str, tools: Tools) -> None:
    """Rows first, then the objects no other row needs; what a crash leaves, the sweep removes.

    Areas still running are stopped and their credits go back. The ledger and the calls stay, without the
    prompts: they are the account's books. Raises `GenerationNotFound`.
    """
    async with tools.open_work() as work:
        generation = await work.generations.lock(generation_id, account=account)
        for area in generation.areas:
            if not area.status.is_terminal:
                await release_credits(generation, area, reason="deleted", work=work)
        keys = await _delete_rows(generation, work=work)
        await work.audit_log.add(
            "design_deleted", actor=actor, account=account, detail={"generation": str(generation_id)}
        )
    deleted = await delete_unused(sorted(keys), tools=tools)
    log.info("generation_deleted", generation_id=str(generation_id), objects=deleted)


async def _delete_rows(generation: Generation, *, work: UnitOfWork) -> set[str]:
    keys = {area.images.garden for area in generation.areas if area.images and area.images.garden}
    for image in await work.images.list_for(generation.id):
        keys |= {image.full, image.large, image.thumb}
        await work.images.delete(image.id)
    await work.generations.delete(generation)
    await work.attempts.forget_prompts(generation.id)
    for photo_id in {area.photo for area in generation.areas if area.photo}:
        keys |= await delete_photo_rows(photo_id, work=work)
    return keys


async def delete_photo_rows(photo_id: PhotoId, *, work: UnitOfWork) -> set[str]:
    """Delete a photo that no generation uses; one in use stays. Returns the keys of its objects."""
    photo = await work.photos.find(photo_id)
    if photo is None or await work.generations.uses_photo(photo_id):
        return set()
    image = await work.images.get(photo.image, account=photo.account)
    await work.photos.delete(photo_id)
    await work.images.delete(photo.image)
    return {photo.object_key, image.full, image.large, image.thumb}
