"""Where an address is and what it looks like: asked before a design, so that nobody pays for the wrong house."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from yarda.accounts.limits import LOOKUPS
from yarda.domain.place import CameraView, SourceKind
from yarda.web.deps import CurrentAccount, CurrentStudio, limited
from yarda.web.problems import responses
from yarda.web.schemas.places import PlaceQuery, PlaceRead
from yarda.web.schemas.shapes import Address, Heading, Pitch, SightView, Text

NOT_KEPT = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}

router = APIRouter(prefix="/places", tags=["places"])


@router.post("", dependencies=[limited(LOOKUPS)], responses=responses(422, 429))
async def find_place(body: PlaceQuery, account: CurrentAccount, studio: CurrentStudio) -> PlaceRead:
    """Look an address up. Costs nothing, and fetches no picture."""
    place = await studio.find_place(body.address, view=body.view.to_domain())
    return PlaceRead.of(place)


@router.get(
    "/picture",
    response_class=Response,
    dependencies=[limited(LOOKUPS)],
    responses={200: {"content": {"image/jpeg": {}}}, **responses(422, 429)},
)
async def show_place(
    account: CurrentAccount,
    studio: CurrentStudio,
    address: Annotated[Address, Query()],
    kind: SourceKind = SourceKind.STREET,
    heading: Annotated[Heading | None, Query()] = None,
    pitch: Annotated[Pitch, Query()] = 0.0,
    fov: Annotated[SightView, Query()] = 80.0,
    picture: Annotated[Text | None, Query(max_length=200)] = None,
) -> Response:
    """The picture of an address, passed on from its source and kept nowhere."""
    view = CameraView(heading=heading, pitch=pitch, fov=fov, picture=picture)
    found = await studio.show_place(address, kind=kind, view=view)
    return Response(found.image, media_type=found.media_type, headers=NOT_KEPT)
