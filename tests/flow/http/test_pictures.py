"""Pictures over HTTP: for their owner, once."""

from typing import Any

import httpx2
import pytest


async def test_all_pictures_of_an_area_can_be_fetched(http: httpx2.AsyncClient, picture: dict[str, Any]) -> None:
    for name in ("image_url", "thumbnail_url", "edit_mask_url", "source_url"):
        answer = await http.get(picture[name])
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] in ("image/png", "image/jpeg")
        assert "immutable" in answer.headers["cache-control"]
        assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("size", ["full", "large", "thumb"])
async def test_a_known_picture_is_not_sent_again(
    http: httpx2.AsyncClient, picture: dict[str, Any], size: str
) -> None:
    path = f"{picture['image_url']}?size={size}"
    first = await http.get(path)

    again = await http.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = await http.get(path, headers={"If-None-Match": '"something else"'})
    head = await http.head(path)

    assert (again.status_code, again.content) == (304, b"")
    assert other.content == first.content
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


async def test_an_unknown_size_is_refused(http: httpx2.AsyncClient, picture: dict[str, Any]) -> None:
    answer = await http.get(f"{picture['image_url']}?size=huge")

    assert answer.status_code == 422
