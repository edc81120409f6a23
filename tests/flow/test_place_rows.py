"""What is known of places, as long as it may be known: geocodes, positions, passing pictures in Postgres."""

import asyncio
from dataclasses import replace

from sqlalchemy import text

from tests.flow.scene import Scene
from yarda.domain.generation import GenerationId
from yarda.domain.place import Accuracy, Location, SourceKind
from yarda.pipeline.places import Sight
from yarda.pipeline.ports import PassingPicture

HOUSE = Location(
    position=(37.3, -122.03),
    resolved_address="21125 Seven Springs Dr, Cupertino, CA 95014, USA",
    accuracy=Accuracy.ROOFTOP,
    source="google",
    place_id="ChIJ",
)
PICTURE = PassingPicture(
    sight=Sight(
        source="google_street_view",
        kind=SourceKind.STREET,
        picture="pano",
        position=(37.3001, -122.03),
        attribution="© Google",
        may_keep=False,
    ),
    picture=b"\xff\xd8picture",
    facts={"width": 640, "height": 480, "media_type": "image/jpeg", "ground": [[[0, 1], [2, 3], [4, 5]]]},
)
STREET = SourceKind.STREET


async def execute(scene: Scene, statement: str) -> None:
    async with scene.running.database.connect() as connection:
        await connection.execute(text(statement))


async def found(scene: Scene, address: str, *, geocoder: str = "google") -> Location | None:
    async with scene.running.database.open_work() as work:
        return await work.geocodes.find(address, geocoder=geocoder)


async def test_a_geocode_is_known_however_the_address_is_written(scene: Scene) -> None:
    async with scene.running.database.open_work() as work:
        await work.geocodes.keep("21125  Seven Springs DR", HOUSE, geocoder="google")
        await work.geocodes.keep("21125 seven springs dr", HOUSE, geocoder="google")

    assert await found(scene, " 21125 Seven Springs Dr ") == HOUSE
    assert await found(scene, "21125 Seven Springs Dr", geocoder="nominatim") is None


async def test_a_geocode_is_forgotten_when_its_terms_say_so(scene: Scene) -> None:
    for geocoder in ("google", "nominatim"):
        async with scene.running.database.open_work() as work:
            location = replace(HOUSE, source=geocoder)
            await work.geocodes.keep("an address", location, geocoder=geocoder)
    await execute(scene, "UPDATE geocodes SET found_at = now() - interval '31 days'")

    assert await found(scene, "an address") is None
    assert await scene.studio.forget_places() == 1
    assert await found(scene, "an address", geocoder="nominatim") is not None


async def test_a_generations_position_is_forgotten_and_its_address_is_not(scene: Scene) -> None:
    generation = await scene.accept()
    values = """'{"position": [1, 2], "resolved_address": "here", "accuracy": "ROOFTOP", "is_partial": false,
        "source": "google", "place_id": "p", "attribution": null}', created_at = now() - interval '31 days'"""
    await execute(scene, f"UPDATE generations SET location = {values}")

    assert await scene.studio.forget_places() == 1
    assert await scene.studio.forget_places() == 0
    async with scene.running.database.open_work() as work:
        location = (await work.generations.get(generation, account=scene.account)).location
    assert location is not None
    assert (location.position, location.resolved_address, location.place_id) == (None, "here", "p")


async def test_one_of_many_fetches_and_the_others_find_it(scene: Scene) -> None:
    generation = await scene.accept()

    async def take() -> bool:
        async with scene.running.database.open_work() as work:
            return await work.passing_pictures.take(generation, STREET, seconds=40)

    assert sum(await asyncio.gather(*(take() for _ in range(8)))) == 1
    async with scene.running.database.open_work() as work:
        assert await work.passing_pictures.find(generation, STREET) is None
        await work.passing_pictures.put(generation, STREET, PICTURE)
        assert await work.passing_pictures.find(generation, STREET) == PICTURE
    assert not await take()


async def test_who_fetches_may_give_up_or_die(scene: Scene) -> None:
    generation = await scene.accept()

    async def take(seconds: float) -> bool:
        async with scene.running.database.open_work() as work:
            return await work.passing_pictures.take(generation, STREET, seconds=seconds)

    assert await take(40)
    async with scene.running.database.open_work() as work:
        await work.passing_pictures.give_up(generation, STREET)
    assert await take(-1)
    assert await take(40)


async def test_a_picture_that_may_not_be_kept_goes_when_the_generation_ends(scene: Scene) -> None:
    generation = await scene.accept(address="21125 Seven Springs Dr")
    await _put(scene, generation)
    assert await scene.studio.forget_places() == 0

    await scene.studio.cancel(generation, account=scene.account)
    assert await scene.rows("SELECT 1 FROM passing_pictures") == []
    await _put(scene, generation)

    assert await scene.studio.forget_places() == 1
    assert await scene.rows("SELECT 1 FROM passing_pictures") == []


async def test_its_table_is_not_written_to_the_log(scene: Scene) -> None:
    assert await scene.rows("SELECT relpersistence FROM pg_class WHERE relname = 'passing_pictures'") == [(b"u",)]


async def _put(scene: Scene, generation: GenerationId) -> None:
    async with scene.running.database.open_work() as work:
        await work.passing_pictures.take(generation, STREET, seconds=40)
        await work.passing_pictures.put(generation, STREET, PICTURE)
