"""Who may knock where: a decision for every route; a route without one fails the tests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from fastapi import FastAPI


class Door(Enum):
    """Whom a route lets in."""

    OPEN = auto()  # anybody
    OWN = auto()  # whoever has an account, to what is theirs
    SPEND = auto()  # an account whose address is proved
    MEMBER = auto()  # a person with a session, not a program with a key
    OPERATOR = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`form` and `json` are what a request needs to get past the reading of it."""

    door: Door
    form: dict[str, str] | None = None
    json: dict[str, Any] | None = None


OPEN, OWN, MEMBER = Route(door=Door.OPEN), Route(door=Door.OWN), Route(door=Door.MEMBER)
OPERATOR = Route(door=Door.OPERATOR)
DESIGN = {"areas": [{"area": "front_yard", "style": "mediterranean"}], "photo_id": "{photo_id}"}

ROUTES: dict[str, Route] = {
    "GET /openapi.json": OPEN,
    "GET /docs": OPEN,
    "GET /static": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPERATOR,
    "GET /styles": OPEN,
    "GET /areas": OPEN,
    "POST /generations/multi": Route(door=Door.SPEND, json=DESIGN),
    "GET /generations": OWN,
    "GET /generations/{generation_id}": OWN,
    "POST /generations/{generation_id}/cancel": OWN,
    "POST /generations/{generation_id}/areas/{area_id}/retry": Route(door=Door.SPEND),
    "DELETE /generations/{generation_id}": OWN,
    "GET /generations/{generation_id}/yard": OWN,
    "GET /generations/{generation_id}/areas/{area_id}/{form}": OWN,
    "GET /generations/{generation_id}/events": OWN,
    "POST /photos": OWN,
    "PATCH /photos/{photo_id}": Route(door=Door.OWN, json={"horizon": {"y": 100}}),
    "GET /photos/{photo_id}": OWN,
    "GET /photos/{photo_id}/previews": OWN,
    "POST /places": Route(door=Door.OWN, json={"address": "1 Main St, Springfield"}),
    "GET /places/picture": OWN,
    "GET /images/{image_id}": OWN,
    "GET /credits": OWN,
    "GET /credits/entries": OWN,
    "GET /packs": OPEN,
    "POST /purchases": Route(door=Door.SPEND, json={"pack": 5}),
    "POST /webhooks/stripe": OPEN,
    "GET /calls": OWN,
    "GET /calls/{call_id}": OWN,
    "GET /sessions": MEMBER,
    "DELETE /sessions": MEMBER,
    "DELETE /sessions/{session_id}": MEMBER,
    "GET /keys": MEMBER,
    "POST /keys": Route(door=Door.MEMBER, json={"name": "shed"}),
    "DELETE /keys/{key_id}": MEMBER,
    "GET /passkeys": MEMBER,
    "POST /passkeys/options": MEMBER,
    "POST /passkeys": Route(door=Door.MEMBER, json={"name": "phone", "answer": {}}),
    "PUT /passkeys/rule": Route(door=Door.MEMBER, json={"required": True}),
    "DELETE /passkeys/{passkey_id}": MEMBER,
    "POST /account/passkeys/rule": Route(door=Door.MEMBER, form={"required": "yes"}),
    "POST /account/passkeys/{passkey_id}/remove": MEMBER,
    "POST /sign-in/passkey/options": OPEN,
    "POST /sign-in/passkey": Route(door=Door.OPEN, json={"answer": {}}),
    "GET /member": MEMBER,
    "GET /member/export": MEMBER,
    "DELETE /member": MEMBER,
    "GET /": OPEN,
    "POST /new/photo": OWN,
    "POST /new/sample": OWN,
    "GET /new": OWN,
    "GET /place": OWN,
    "GET /place/design": OWN,
    "POST /designs": Route(door=Door.SPEND, form={"photo_id": "{photo_id}"}),
    "GET /designs": OWN,
    "GET /designs/{generation_id}": OWN,
    "GET /designs/{generation_id}/parts": OWN,
    "GET /designs/{generation_id}/yard": OWN,
    "GET /designs/{generation_id}/{area_id}": OWN,
    "POST /designs/{generation_id}/cancel": OWN,
    "POST /designs/{generation_id}/areas/{area_id}/retry": Route(door=Door.SPEND),
    "POST /designs/{generation_id}/delete": OWN,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "POST /sign-in/code": OPEN,
    "GET /sign-in/link": OPEN,
    "POST /sign-in/link": OPEN,
    "POST /sign-in/with/{provider}": OPEN,
    "GET /sign-in/with/{provider}/callback": OPEN,
    "POST /sign-out": MEMBER,
    "GET /account": MEMBER,
    "GET /account/credits": OWN,
    "POST /account/credits": Route(door=Door.SPEND, form={"pack": "5"}),
    "POST /account/keys": Route(door=Door.MEMBER, form={"name": "shed"}),
    "POST /account/keys/{key_id}/revoke": MEMBER,
    "POST /account/sessions/{session_id}/end": MEMBER,
    "POST /account/sessions/end-others": MEMBER,
    "POST /account/delete": Route(door=Door.MEMBER, form={"email": "nobody@example.org"}),
    "GET /operate": OPERATOR,
    "POST /operate/designs/{generation_id}/cancel": OPERATOR,
    "POST /operate/designs/{generation_id}/areas/{area_id}/retry": OPERATOR,
    "GET /operate/audit": OPERATOR,
    "POST /operate/audit": OPERATOR,
    "GET /operate/accounts": OPERATOR,
    "GET /operate/accounts/{account_id}": OPERATOR,
    "POST /operate/accounts/{account_id}/grant": OPERATOR,
    "POST /operate/accounts/{account_id}/disable": OPERATOR,
    "POST /operate/accounts/{account_id}/enable": OPERATOR,
}


def list_routes(app: FastAPI) -> set[str]:
    """Every route of the application, as in the table; HEAD goes with GET."""
    return {
        f"{method} {route.path}"
        for route in _walk(app.routes)
        for method in getattr(route, "methods", None) or {"GET"}
        if method != "HEAD"
    }


def _walk(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "effective_candidates", None)
        yield from _walk(inner()) if inner else (route,)
