"""Each hostile file is taken in clean or refused with a reason, and leaves nothing else behind."""

import asyncio
import hashlib
import io
from collections.abc import Callable

import httpx2
import pytest
from PIL import Image

from tests.contract.pictures import encode, quarters
from tests.hostile.bombs import bombs
from tests.hostile.damaged import garbled, odd_shapes, truncated
from tests.hostile.disguised import disguised
from tests.hostile.files import CODES, SECRET, HostileFile
from tests.hostile.studio import Victim
from tests.hostile.talkative import talkative

FAMILIES: tuple[Callable[[], list[HostileFile]], ...] = (
    truncated,
    talkative,
    disguised,
    odd_shapes,
    garbled,
    bombs,
)
AT_A_TIME = 4
MIB = 2**20
GROWTH = 200 * MIB
FORM = {"Content-Type": "multipart/form-data; boundary=frontier"}
BARE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4}


def test_the_corpus_has_three_hundred_different_files() -> None:
    names = [file.name for family in FAMILIES for file in family()]

    assert len(set(names)) == len(names) >= 300


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
async def test_every_file_is_taken_in_clean_or_refused_with_a_reason(
    family: Callable[[], list[HostileFile]], victim: Victim, http: httpx2.AsyncClient
) -> None:
    ordinary = {"photo": ("yard.jpg", encode(quarters()))}
    assert (await http.post("/photos", files=ordinary)).status_code == 201  # what any photo loads is not counted
    stored, peak, resident = victim.stored(), victim.peak_bytes(), victim.resident_bytes()
    room, wrong, served = asyncio.Semaphore(AT_A_TIME), dict[str, str](), set[str]()

    async def send(file: HostileFile) -> None:
        async with room:
            found = await _meet(file, http, served)
        if found:
            wrong[file.name] = found

    await asyncio.gather(*map(send, family()))

    assert wrong == {}
    assert victim.stored() - stored <= served, "something that was refused is on the disk"
    assert victim.leftovers() == set()
    assert victim.decoders() == []
    assert victim.peak_bytes() - peak <= GROWTH
    assert victim.resident_bytes() - resident <= GROWTH


async def _meet(file: HostileFile, http: httpx2.AsyncClient, served: set[str]) -> str | None:
    """What went wrong with that file; the hashes of what is served of it go to `served`."""
    answer = await http.post("/photos", content=file.body(), headers=FORM)
    if answer.status_code == 201:
        if file.verdict not in ("taken", "any"):
            return "it was taken"
        return await _inspect(answer.json(), http, served)
    said = f"{answer.status_code}: {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return said
    allowed = CODES.values() if file.verdict == "any" else [CODES.get(file.verdict)]
    problem = answer.json()
    return None if (answer.status_code, problem["code"]) in allowed and problem["detail"] else said


async def _inspect(photo: dict[str, str], http: httpx2.AsyncClient, served: set[str]) -> str | None:
    for size in ("full", "large", "thumb"):
        answer = await http.get(photo["image_url"], params={"size": size})
        served.add(hashlib.sha256(answer.content).hexdigest())
        picture = Image.open(io.BytesIO(answer.content))
        picture.load()
        left = (picture.info.keys() - BARE, _segments(answer.content) - SEGMENTS, bool(picture.getexif()))
        if answer.headers["content-type"] != "image/jpeg" or any(left):
            return f"{size} still says {left}"
        if SECRET in answer.content or b"script" in answer.content or not answer.content.endswith(b"\xff\xd9"):
            return f"{size} has something of what it came with"
    return None


def _segments(jpeg: bytes) -> set[int]:
    """The markers before the pixels."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found
