"""An address as the pages carry it: what was written, how the camera is turned, whether somebody said it is it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from yarda.domain.place import CameraView

TURNS: dict[str, dict[str, float]] = {
    "left": {"heading": -15},
    "right": {"heading": 15},
    "up": {"pitch": 5},
    "down": {"pitch": -5},
    "closer": {"fov": -15},
    "wider": {"fov": 15},
}
"""What each button of the camera does, in degrees."""
PITCHES, FOVS = (-15.0, 10.0), (20.0, 120.0)
SHORTEST, LONGEST = 5, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressForm:
    """Always a view that can be asked for, whatever the fields held."""

    address: str
    view: CameraView
    confirmed: bool = False

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """From a page's query or form."""
        heading = _number(values.get("heading"), (-math.inf, math.inf), usual=None)
        return cls(
            address=str(values.get("address") or "").strip(),
            view=CameraView(
                heading=None if heading is None else _whole_turn(heading),
                pitch=_number(values.get("pitch"), PITCHES, usual=0.0),
                fov=_number(values.get("fov"), FOVS, usual=80.0),
                picture=str(values.get("picture") or "")[:LONGEST] or None,
            ),
            confirmed=values.get("confirmed") == "yes",
        )

    @property
    def is_long_enough(self) -> bool:
        return SHORTEST <= len(self.address) <= LONGEST

    @property
    def query(self) -> str:
        """As a page's address ends."""
        fields = {"address": self.address, **self.camera} | ({"confirmed": "yes"} if self.confirmed else {})
        return urlencode(fields)

    @property
    def camera(self) -> dict[str, str]:
        """The view's fields; what is left to the source is left out."""
        view = self.view
        heading = {} if view.heading is None else {"heading": f"{view.heading:g}"}
        picture = {} if view.picture is None else {"picture": view.picture}
        return {**heading, "pitch": f"{view.pitch:g}", "fov": f"{view.fov:g}", **picture}

    def turned(self, turn: str) -> Self:
        """One press of a button; "house" faces the house again, any other word changes nothing."""
        if turn == "house":
            return replace(self, view=CameraView(picture=self.view.picture))
        step = TURNS.get(turn, {})
        view = self.view
        heading = None if view.heading is None else _whole_turn(view.heading + step.get("heading", 0))
        pitch = _within(view.pitch + step.get("pitch", 0), PITCHES)
        return replace(
            self,
            view=replace(view, heading=heading, pitch=pitch, fov=_within(view.fov + step.get("fov", 0), FOVS)),
        )

    def stops(self) -> frozenset[str]:
        """The buttons that would change nothing."""
        return frozenset(
            turn for turn, step in TURNS.items() if "heading" not in step and self.turned(turn) == self
        )


def _whole_turn(heading: float) -> float:
    return round(heading, 2) % 360


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _number(value: Any, limits: tuple[float, float], *, usual: Any) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return usual
    return _within(number, limits) if math.isfinite(number) else usual
