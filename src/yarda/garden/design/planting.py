"""Sets plants and stones, from large to small, all through one check of their room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from yarda.garden.design.fields import Fields
from yarda.garden.design.furnish import Spot, find_spots
from yarda.garden.design.room import NEAREST, Room
from yarda.garden.design.site import CELL, FAR, Site
from yarda.garden.design.styles import Accent, Along, Drift, Furnishing, Member, Prefer, Row, Style
from yarda.garden.flora.mesh import Rng
from yarda.garden.flora.species import Form, Species, get_form
from yarda.garden.model import Feature, FeatureKind, Plant
from yarda.garden.shapes import Floats

VARIANTS = 3
TRIES = 60
FURNITURE_ROOM = 0.85


@dataclass(slots=True, kw_only=True)
class Planter:
    """Holds what has been set so far; nothing is set without room."""

    site: Site
    fields: Fields
    rng: Rng
    area: str
    plants: list[Plant] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        self.room = Room(site=self.site, fields=self.fields)

    def set_groups(self, style: Style) -> None:
        """Trees, stones and lanterns: islands' members first, then accents where they show and have room."""
        for island in style.islands:
            if self.area in island.areas:
                for x, z in self.fields.islands:
                    self._set_members(island.members, x, z, region=self.fields.bed("island"))
        for accent in style.accents:
            if self.area in accent.areas:
                for _ in range(accent.count):
                    self._set_accent(accent)

    def furnish(self, furnishings: Sequence[Furnishing]) -> None:
        """Seats, shade and pots on the built places."""
        done: set[str] = set()
        for group in furnishings:
            wanted = self.area in group.areas and group.instead not in done
            if wanted and self._set_furnishing(group) and group.instead:
                done.add(group.instead)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Plants in lines at a distance from the house, the border, the path or the terrace."""
        for row in rows:
            if self.area in row.areas:
                self._set_row(row)

    def strew(self, drifts: Sequence[Drift], *, amount: float) -> None:
        """Plants strewn over beds by dart throwing."""
        for drift in drifts:
            if self.area in drift.areas:
                self._strew(drift, amount=amount)

    def _set_accent(self, accent: Accent) -> None:
        spot = self._spot_beside_path(accent) if accent.beside_path else self._tall_spot(accent)
        if spot is not None:
            self._set_members(accent.members, *spot, region=-self.fields.built)

    def _set_furnishing(self, group: Furnishing) -> bool:
        spots = find_spots(group, self.fields, taken=self.room.taken)
        for spot in spots:
            for member in group.members:
                self._put(member, spot)
        return bool(spots)

    def _put(self, member: Member, spot: Spot) -> None:
        """Set one piece of a group whose room is known."""
        form = get_form(member.form)
        x, z = spot.at(member.x, member.z)
        self.room.taken.append((x, z, form.spread / 2 * member.scale * FURNITURE_ROOM))
        turn = spot.degrees + (member.turn or 0.0)
        self._set(
            form,
            member.form,
            x,
            z,
            radius=form.spread / 2 * member.scale,
            height=form.height * member.scale,
            turn=turn,
        )

    def _set_members(self, members: Sequence[Member], x: float, z: float, *, region: Floats) -> None:
        for member in members:
            form = get_form(member.form)
            self._try(
                form,
                member.form,
                x + member.x,
                z + member.z,
                region=region,
                scale=member.scale,
                margin=0.3,
                turn=member.turn,
            )

    def _tall_spot(self, accent: Accent) -> tuple[float, float] | None:
        """Off the middle and rather far: where a tree frames the house instead of hiding it."""
        x, z = self.site.grid.centres()
        u, _ = self.site.camera.to_photo(x, z)
        share = u / self.site.camera.width_px
        depth = z[self.site.ground]
        near, far = np.percentile(depth, [2, 98])
        room = np.minimum(self.site.edge, -self.fields.built)
        usable = (
            self.site.ground & (room > 0.7) & (z > near + 0.25 * (far - near)) & (share > 0.06) & (share < 0.94)
        )
        usable &= (share < 0.38) | (share > 0.62)
        for px, pz, radius in self.room.taken:
            usable &= np.hypot(x - px, z - pz) > radius + 1.4
        if not usable.any():
            return None
        score = 0.1 * np.minimum(room, 2) - np.minimum(np.abs(share - 0.22), np.abs(share - 0.78))
        score = np.where(usable, score + 0.25 * self.rng.random(score.shape), -9.0)
        row, column = np.unravel_index(int(score.argmax()), score.shape)
        return float(x[row, column]), float(z[row, column])

    def _spot_beside_path(self, accent: Accent) -> tuple[float, float] | None:
        path = self.fields.path
        if path is None:
            return None
        share = float(self.rng.uniform(0.5, 0.75))
        at = path.points[int(share * (len(path.points) - 2))]
        ahead = path.points[int(share * (len(path.points) - 2)) + 1] - at
        across = np.array([ahead[1], -ahead[0]]) / max(float(np.linalg.norm(ahead)), 1e-9)
        side = 1.0 if self.rng.random() < 0.5 else -1.0
        x, z = at + across * side * (path.width / 2 + accent.beside_path)
        return float(x), float(z)

    def _set_row(self, row: Row) -> None:
        form = get_form(row.species)
        distance = self._distance_along(row.along)
        x, z = self.site.grid.centres()
        band = (np.abs(distance - row.offset) < 0.06) & self.site.ground & (z > NEAREST)
        region = -self.fields.built
        if row.inside_beds:
            beds = [zone.inside for zone in self.fields.zones_in_order if zone.kind.value in ("bed", "island")]
            region = np.minimum(region, np.maximum.reduce(beds)) if beds else np.full(region.shape, -FAR)
        cells = np.argwhere(band & (region > 0))
        if not len(cells):
            return
        order = np.argsort(x[cells[:, 0], cells[:, 1]], kind="stable")
        set_at: list[tuple[float, float]] = []
        for i, j in cells[order]:
            px, pz = float(x[i, j]), float(z[i, j])
            if all((px - qx) ** 2 + (pz - qz) ** 2 >= row.spacing**2 for qx, qz in set_at):
                shift = self.rng.normal(0, row.jitter, 2)
                if self._try(
                    form, row.species, px + shift[0], pz + shift[1], region=region, scale=row.scale, margin=0.2
                ):
                    set_at.append((px, pz))

    def _distance_along(self, along: Along) -> Floats:
        path = self.fields.path
        match along:
            case Along.HOUSE:
                return self.site.house
            case Along.BORDER:
                return np.where(self.site.house < 1.6, FAR, self.site.edge)
            case Along.PATH:
                return path.distance if path else np.full(self.site.edge.shape, FAR)
            case Along.TERRACE:
                return -self.fields.built

    def _strew(self, drift: Drift, *, amount: float) -> None:
        region = np.maximum.reduce([self.fields.bed(name) for name in (drift.beds or ("ground",))])
        x, z = self.site.grid.centres()
        open_cells = (region > 0) & self.site.ground & (z > NEAREST)
        if not open_cells.any():
            return
        weight = (open_cells * self._preference(drift.prefer, region)).ravel()
        wanted = min(drift.most, round(drift.density * amount * float(open_cells.sum()) * CELL**2) + 1)
        keys = list(drift.mix)
        shares = np.array([drift.mix[key] for key in keys])
        darts = self.rng.choice(len(weight), wanted * TRIES, p=weight / weight.sum())
        kinds = self._kinds(darts, shares / shares.sum(), group=drift.group)
        offsets = self.rng.uniform(-0.025, 0.025, (len(darts), 2))
        scales = self.rng.uniform(0.86, 1.14, len(darts)) * drift.scale
        done = 0
        for dart, kind, offset, scale in zip(darts, kinds, offsets, scales, strict=True):
            row, column = divmod(int(dart), x.shape[1])
            px, pz = float(x[row, column] + offset[0]), float(z[row, column] + offset[1])
            key = keys[kind]
            form = get_form(key)
            if self._try(
                form, key, px, pz, region=region, scale=float(scale), margin=drift.margin, spacing=drift.spacing
            ):
                done += 1
                if done >= wanted:
                    return

    def _kinds(self, darts: Floats, shares: Floats, *, group: float) -> Floats:
        """Which kind each dart plants: those near one another are mostly of one kind, as drifts are planted."""
        grid = self.site.grid
        span = np.array([grid.columns, grid.rows]) * CELL
        centres = self.rng.uniform(0, 1, (max(1, round(float(span.prod()) / group**2)), 2)) * span
        kinds = self.rng.choice(len(shares), len(centres), p=shares)
        places = np.stack([darts % grid.columns, darts // grid.columns], 1) * CELL
        nearest = cKDTree(centres).query(places + self.rng.normal(0, group * 0.12, places.shape))[1]
        return np.asarray(kinds[nearest])

    def _preference(self, prefer: Prefer, region: Floats) -> Floats:
        match prefer:
            case Prefer.HOUSE:
                return np.clip(1.2 - self.site.house * 0.35, 0.02, 1.0)
            case Prefer.FRONT:
                return np.clip(0.1 + self.site.house * 0.3, 0.05, 1.0)
            case Prefer.BACK:
                return np.exp(-np.clip(np.minimum(self.site.edge, self.site.house) - 0.5, 0, None) / 0.35) + 1e-3
            case Prefer.EDGE:
                rim = np.where(np.minimum(self.site.edge, self.site.house) > 0.7, region, 9.0)
                return np.exp(-np.clip(rim - 0.2, 0, None) / 0.15) + 1e-3
            case Prefer.ANYWHERE:
                return np.ones(self.site.edge.shape)

    def _try(
        self,
        form: Form,
        key: str,
        x: float,
        z: float,
        *,
        region: Floats,
        scale: float,
        margin: float,
        spacing: float = 0.7,
        turn: float | None = None,
    ) -> bool:
        radius = form.spread / 2 * scale
        foot = min(radius, 0.5) if form.tree else radius
        if not self.room.holds(
            form, x, z, radius=foot, height=form.height * scale, region=region, margin=margin, spacing=spacing
        ):
            return False
        self.room.taken.append((x, z, foot))
        if turn is not None:
            turn += float(np.degrees(self.site.angle))
        self._set(form, key, x, z, radius=radius, height=form.height * scale, turn=turn)
        return True

    def _set(
        self,
        form: Form,
        key: str,
        x: float,
        z: float,
        *,
        radius: float,
        height: float,
        turn: float | None = None,
    ) -> None:
        place: dict[str, Any] = {
            "x": round(x, 3),
            "z": round(z, 3),
            "radius": round(radius, 3),
            "height": round(height, 3),
        }
        chance, variant = float(self.rng.uniform(0, 360)), int(self.rng.integers(0, VARIANTS))
        turn = round(chance if turn is None else turn % 360, 1)
        if isinstance(form, Species):
            self.plants.append(Plant(species=key, rotation=turn, variant=variant, **place))
        else:
            kind = FeatureKind.ORNAMENT
            self.features.append(Feature(kind=kind, form=key, rotation=turn, variant=variant, **place))
