"""The ground's colours in the picture: zones from their rings, anti-aliased, with edges and patterns."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.design.site import FAR, Grid, Site
from yarda.garden.flora.mesh import linear
from yarda.garden.materials import Pattern, View, get_material, get_texture, sample
from yarda.garden.model import Garden, Zone, ZoneKind
from yarda.garden.photo.camera import Camera
from yarda.garden.picture.lawn import mow
from yarda.garden.picture.water import paint_water
from yarda.garden.shapes import Bools, Bytes, Floats, Singles

FARTHEST_TEXTURE = 40.0
EDGE_COLOURS = {"steel": "#34312e", "cut": "#2f2418"}
EDGE_TEXTURES = {"stone": "grey_flags", "cobble": "creek_cobbles", "brick": "brick"}
RAKE_SPACING = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the ground looks like before light, per picture row from `top` down."""

    top: int
    albedo: Singles
    water: Singles
    """How much of a pixel is the surface of water."""
    kept: Singles
    """How much of a pixel is the photo's own ground."""
    fields: tuple[Floats, ...]
    """Signed distance of every zone over the site's grid, in the garden's order."""


def zone_field(zone: Zone, grid: Grid) -> Floats:
    """The signed distance of a zone from its rings."""
    if zone.kind is ZoneKind.GROUND:
        return np.full((grid.rows, grid.columns), FAR)
    return grid.distance_inside(grid.fill(zone.rings))


def paint_ground(garden: Garden, site: Site, *, supersampling: float, own: Singles | None = None) -> Ground:
    """Colour every pixel below the horizon, at `supersampling` times the camera's resolution.

    `own` is what the photo's ground reflects, at the camera's resolution: zones that are kept take it over.
    """
    camera = site.camera.scaled(supersampling)
    top = int(max(camera.horizon_y + 2 * supersampling, 0))
    view = _view(camera, top)
    pixel = np.sqrt(view.across * np.minimum(view.deep, 4 * view.across))[:, None]
    rng = np.random.default_rng([garden.seed, 5])
    fields = tuple(zone_field(zone, site.grid) for zone in garden.zones)
    mottle = 1 + 0.1 * _spread(site, rng, view, scale=0.9)[..., None].astype(np.float32)
    colours = np.zeros((*view.x.shape, 3), np.float32)
    shade = np.ones(view.x.shape, np.float32)
    water, kept = np.zeros(view.x.shape, np.float32), np.zeros(view.x.shape, np.float32)
    for number, (zone, field) in enumerate(zip(garden.zones, fields, strict=True)):
        distance = site.grid.sample(field, view.x, view.z)
        share = np.clip(distance / np.maximum(pixel, 0.004) + 0.5, 0, 1).astype(np.float32)
        if not share.any():
            continue
        if number:
            shade *= np.where(distance < 0, 1 - 0.25 * np.exp(-np.clip(-distance, 0, 1) / 0.05), 1).astype(
                np.float32
            )
        part = _box(share > 0)
        water[part] *= 1 - share[part]
        kept[part] *= 1 - share[part]
        inner = view.part(*part)
        if zone.kind is ZoneKind.KEPT:
            layer = _own(own, inner.x.shape, camera, top, part)
            kept[part] += share[part]
        elif zone.kind is ZoneKind.POOL:
            layer, wet = paint_water(field, site.grid, inner, eye_height=camera.eye_height)
            water[part] += share[part] * wet
        else:
            layer = sample(get_texture(zone.material), inner, angle=zone.angle) * mottle[part]
            layer = _patterned(layer, zone, site, garden, inner, rng, fields)
        colours[part] += (layer - colours[part]) * share[part][..., None]
        _lay_edge(colours, zone, distance, pixel, view)
    return Ground(
        top=top,
        albedo=np.clip(colours * shade[..., None], 0.004, 0.95),
        water=water,
        kept=kept,
        fields=fields,
    )


def join_grounds(grounds: Sequence[Ground], masks: Sequence[Bytes]) -> Ground:
    """One ground where each pixel is that of the part whose mask holds it. The fields stay with their parts."""
    if len(grounds) == 1:
        return grounds[0]
    whole = grounds[0]
    height, width = whole.albedo.shape[0] + whole.top, whole.albedo.shape[1]
    albedo, water, kept = whole.albedo.copy(), whole.water.copy(), whole.kept.copy()
    for ground, mask in zip(grounds[1:], masks[1:], strict=True):
        held = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)[whole.top :] > 127
        albedo[held], water[held], kept[held] = ground.albedo[held], ground.water[held], ground.kept[held]
    return Ground(top=whole.top, albedo=albedo, water=water, kept=kept, fields=())


def _box(inside: Bools) -> tuple[slice, slice]:
    """The rows and columns that hold something."""
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _own(
    own: Singles | None, shape: tuple[int, ...], camera: Camera, top: int, part: tuple[slice, slice]
) -> Singles:
    if own is None:
        return np.full((*shape, 3), 0.2, np.float32)
    wide = cv2.resize(own, (camera.width_px, camera.height_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[top:][part], np.float32)


def _view(camera: Camera, top: int) -> View:
    rows = np.arange(top, camera.height_px) + 0.5
    z = camera.focal_px * camera.eye_height / np.maximum(rows - camera.horizon_y, 1.0)
    columns = np.arange(camera.width_px) + 0.5
    shown = np.minimum(z, FARTHEST_TEXTURE)
    x = (columns[None] - camera.centre_x) * z[:, None] / camera.focal_px
    return View(
        x=x,
        z=np.repeat(z[:, None], camera.width_px, 1),
        across=shown / camera.focal_px,
        deep=shown**2 / (camera.focal_px * camera.eye_height),
    )


def _spread(site: Site, rng: np.random.Generator, view: View, *, scale: float) -> Floats:
    return site.grid.sample(site.grid.noise(rng, scale=scale, octaves=3), view.x, view.z)


def _patterned(
    layer: Singles,
    zone: Zone,
    site: Site,
    garden: Garden,
    view: View,
    rng: np.random.Generator,
    fields: tuple[Floats, ...],
) -> Singles:
    match get_material(zone.material).pattern:
        case Pattern.MOWN:
            return mow(layer, view, site.grid, rng=rng)
        case Pattern.RAKED:
            return np.asarray(layer * _raked(garden, site, view, fields)[..., None], np.float32)
        case _:
            return layer


def _raked(garden: Garden, site: Site, view: View, fields: tuple[Floats, ...]) -> Floats:
    """Straight lines across, rings around islands; lines finer than a pixel fade out."""
    islands = [field for zone, field in zip(garden.zones, fields, strict=True) if zone.kind is ZoneKind.ISLAND]
    away = np.full(view.x.shape, FAR)
    if islands:
        away = -site.grid.sample(np.maximum.reduce(islands), view.x, view.z)
    ring = 1 / (1 + np.exp((away - 0.75) / 0.08))
    pixel = np.maximum(np.sqrt(view.across * view.deep), view.deep * 0.5)[:, None]
    rings = np.sin(2 * np.pi * away / RAKE_SPACING) * np.clip(1.3 - pixel / RAKE_SPACING * 1.6, 0, 1)
    lines = np.sin(2 * np.pi * (view.x * 0.97 + view.z * 0.24) / RAKE_SPACING)
    lines = lines * np.clip(1.3 - view.across * 1.2 / RAKE_SPACING * 1.6, 0, 1)[:, None]
    return 1 + 0.28 * (rings * ring + lines * (1 - ring))


def _lay_edge(colours: Singles, zone: Zone, distance: Floats, pixel: Floats, view: View) -> None:
    if not zone.edge:
        return
    share = np.clip((zone.edge_width - np.abs(distance)) / np.maximum(pixel, 0.004) + 0.5, 0, 1)
    share = (share * np.minimum(1, 1.5 * zone.edge_width / pixel)).astype(np.float32)
    if not share.any():
        return
    part = _box(share > 0)
    if zone.edge in EDGE_TEXTURES:
        line = sample(get_texture(EDGE_TEXTURES[zone.edge]), view.part(*part)) * 0.95
    else:
        line = np.asarray(linear(EDGE_COLOURS[zone.edge]), np.float32)
    colours[part] += (line - colours[part]) * share[part][..., None]
