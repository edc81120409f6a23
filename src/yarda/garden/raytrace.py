"""The garden as a Mitsuba scene, path-traced: light on plants and ground, and how far away plants are."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from yarda.garden.brief import Sun
from yarda.garden.camera import Camera
from yarda.garden.errors import PainterUnavailable
from yarda.garden.flora.mesh import Mesh, Part, Parts, linear, merge
from yarda.garden.flora.solids import slab
from yarda.garden.flora.species import get_form, measure
from yarda.garden.model import Feature, FeatureKind, Garden, Plant, Zone, ZoneKind
from yarda.garden.relief import Patch, patch_parts
from yarda.garden.shapes import Bools, Floats, Singles

try:
    import drjit
    import mitsuba as mi
except ImportError as error:  # no wheel for this platform
    raise PainterUnavailable(
        "Mitsuba has no build for this platform (Linux x86-64, macOS arm64 and Windows have one); "
        "use another image provider"
    ) from error

mi.set_variant("scalar_rgb")
mi.set_log_level(mi.LogLevel.Error)
if os.environ.get("YARDA_PAINTER_THREADS"):
    drjit.set_thread_count(int(os.environ["YARDA_PAINTER_THREADS"]))

SKY = np.array([0.36, 0.42, 0.52])
SUN_COLOUR = np.array([3.1, 2.8, 2.35])
DEFAULT_SUN = Sun(azimuth=-35.0, elevation=48.0, strength=0.72)
PATH_DEPTH = 4
GROUND_STEP = 6
LEAF_GAIN = 1.7
"""Thin leaves let light through: their base colour is brighter than what they reflect."""
SceneDict = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Linear radiance (of ground and plants over black), plants' coverage 0–1, and their distance in metres."""

    radiance: Singles
    coverage: Singles
    distance: Singles


def trace(
    garden: Garden,
    patches: Iterable[Patch],
    *,
    camera: Camera,
    albedo: Singles,
    top: int,
    ground: Bools,
    sun: Sun | None,
    samples: int,
    seed: int,
) -> Traced:
    """Render the garden. `albedo` colours the rows from `top` down, at any multiple of the camera's resolution."""
    things = _things(garden, patches)
    sun = sun or DEFAULT_SUN
    lights = _lights(sun)
    floor = {"floor": _floor(camera, albedo, top, ground)}
    full = {"type": "scene", "integrator": {"type": "path", "max_depth": PATH_DEPTH, "rr_depth": 3}}
    sensor = _sensor(camera, samples)
    beauty = _render({**full, **things, **floor, **lights, "sensor": sensor}, seed)
    depth = _render({"type": "scene", "integrator": {"type": "depth"}, **things, "sensor": sensor}, seed)
    coverage = np.clip(depth[..., 3], 0, 1)
    covered = np.clip(np.maximum(coverage, _floor_cells(camera, ground)), 0, 1)
    # The sky is one colour, so what shows of it between leaves is known and can be taken out again.
    radiance = np.maximum(beauty[..., :3] - (1 - covered[..., None]) * _sky(sun), 0)
    distance = np.where(coverage > 0.01, depth[..., 0] / np.maximum(coverage, 0.02), 1e9)
    return Traced(
        radiance=(radiance / np.maximum(covered, 0.02)[..., None]).astype(np.float32),
        coverage=coverage.astype(np.float32),
        distance=distance.astype(np.float32),
    )


def _render(scene: SceneDict, seed: int) -> Singles:
    traced: Any = mi.render(mi.load_dict(scene), seed=mi.UInt32(seed % 2**31))
    return np.asarray(traced, np.float32)


def _sensor(camera: Camera, samples: int) -> SceneDict:
    width, height = camera.width_px, camera.height_px
    eye = camera.eye_height
    return {
        "type": "perspective",
        "fov_axis": "x",
        "fov": float(np.degrees(2 * np.arctan(width / 2 / camera.focal_px))),
        "principal_point_offset_x": (width / 2 - camera.centre_x) / width,
        "principal_point_offset_y": (height / 2 - camera.horizon_y) / height,
        "near_clip": 0.05,
        "far_clip": 500.0,
        "to_world": mi.ScalarTransform4f().look_at(origin=[0, 0, eye], target=[0, 10, eye], up=[0, 0, 1]),
        "film": {
            "type": "hdrfilm",
            "width": width,
            "height": height,
            "pixel_format": "rgba",
            "component_format": "float32",
            "rfilter": {"type": "tent"},
        },
        "sampler": {"type": "multijitter", "sample_count": samples},
    }


def _sky(sun: Sun) -> Floats:
    return SKY * (1 + 0.9 * (1 - sun.strength))


def _lights(sun: Sun) -> SceneDict:
    azimuth, elevation = np.radians(sun.azimuth), np.radians(sun.elevation)
    towards = np.array([-np.sin(azimuth), np.cos(azimuth), 0]) * np.cos(elevation) - np.array(
        [0, 0, np.sin(elevation)]
    )
    scene: SceneDict = {"sky": {"type": "constant", "radiance": {"type": "rgb", "value": _sky(sun).tolist()}}}
    if sun.strength > 0:
        power = {"type": "rgb", "value": (SUN_COLOUR * sun.strength).tolist()}
        scene["sun"] = {"type": "directional", "direction": towards.tolist(), "irradiance": power}
    return scene


def _things(garden: Garden, patches: Iterable[Patch]) -> SceneDict:
    scene: SceneDict = {}
    ornaments = [feature for feature in garden.features if feature.kind is FeatureKind.ORNAMENT]
    standing: list[Plant | Feature] = [*garden.plants, *ornaments]
    for number, thing in enumerate(standing):
        scene |= _placed(thing, number, scene, garden)
    slabs = [_slab(feature) for feature in garden.features if feature.kind is FeatureKind.SLAB]
    if slabs:
        scene["slabs"] = _shape(merge(slabs), _bsdf(Part.FLESH))
    for number, zone in enumerate(garden.zones):
        if zone.kind is ZoneKind.POOL:
            scene[f"water_{number}"] = _water(zone)
    for number, patch in enumerate(patches):
        group = f"relief_{patch.material}_{patch.kind}"
        if group not in scene:
            scene[group] = _group(patch_parts(patch.material, patch.kind))
        place = mi.ScalarTransform4f().translate([patch.x, patch.z, 0]).rotate([0, 0, 1], patch.turn)
        scene[f"patch_{number}"] = {"type": "instance", "group": {"type": "ref", "id": group}, "to_world": place}
    return scene


def _placed(thing: Plant | Feature, number: int, scene: SceneDict, garden: Garden) -> SceneDict:
    """One instance, scaled from the grown plant's measures, whatever of it the season shows."""
    key = thing.species if isinstance(thing, Plant) else thing.form
    form = get_form(key)
    tall, wide = measure(key, thing.variant)
    upright = thing.height / tall
    across = upright if form.tree else float(np.clip(thing.radius / wide, upright * 0.75, upright * 1.35))
    wide_share, tall_share = form.grown(garden.growth)
    group = f"form_{key}_{thing.variant}"
    place = mi.ScalarTransform4f().translate([thing.x, thing.z, 0]).rotate([0, 0, 1], thing.rotation)
    place = place.scale([across * wide_share, across * wide_share, upright * tall_share])
    added = {}
    if group not in scene:
        parts = form.grow(key=key, variant=thing.variant, season=garden.season, growth=garden.growth)
        added[group] = _group(parts)
    return {
        **added,
        f"thing_{number}": {"type": "instance", "group": {"type": "ref", "id": group}, "to_world": place},
    }


def _slab(feature: Feature) -> Mesh:
    rng = np.random.default_rng([int(abs(feature.x) * 1000), int(abs(feature.z) * 1000)])
    outline = np.array(feature.outline)
    turned = np.sum(outline[:, 0] * np.roll(outline[:, 1], -1) - np.roll(outline[:, 0], -1) * outline[:, 1])
    return slab(rng, outline if turned > 0 else outline[::-1], top=feature.height, colour=feature.form)


def _water(zone: Zone) -> Any:
    """A still surface just above the ground, with the basin's colour under it."""
    ring = np.array(zone.rings[0])
    count = len(ring)
    centre = ring.mean(0)
    vertices = np.c_[np.concatenate([ring, centre[None]]), np.full(count + 1, 0.006)]
    here = np.arange(count)
    faces = np.stack([here, (here + 1) % count, np.full(count, count)], 1)
    colour = {"type": "rgb", "value": linear("#3f97a6").tolist()}
    bsdf = {"type": "twosided", "bsdf": {"type": "roughplastic", "diffuse_reflectance": colour, "alpha": 0.03}}
    return _shape(Mesh(vertices=vertices, faces=faces, colours=np.zeros((count + 1, 3))), bsdf)


def _group(parts: Parts) -> SceneDict:
    return {
        "type": "shapegroup",
        **{part.value: _shape(_lit(mesh, part), _bsdf(part)) for part, mesh in parts.items()},
    }


def _lit(mesh: Mesh, part: Part) -> Mesh:
    gain = LEAF_GAIN if part is Part.LEAF else 1.0
    return Mesh(vertices=mesh.vertices, faces=mesh.faces, colours=np.clip(mesh.colours * gain, 0, 0.95))


def _bsdf(part: Part) -> SceneDict:
    # Vertex colours come out wrong on instances; face colours do not.
    colour = {"type": "mesh_attribute", "name": "face_color"}
    if part is Part.LEAF:
        return {
            "type": "principledthin",
            "base_color": colour,
            "roughness": 0.55,
            "diff_trans": 0.7,
            "spec_trans": 0.0,
            "eta": 1.35,
        }
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": colour}}


def _shape(mesh: Mesh, bsdf: SceneDict) -> Any:
    properties = mi.Properties()
    properties["bsdf"] = mi.load_dict(bsdf)
    made = mi.Mesh("mesh", len(mesh.vertices), len(mesh.faces), props=properties)
    parameters = mi.traverse(made)
    parameters["vertex_positions"] = np.ascontiguousarray(mesh.vertices, np.float32).ravel()
    parameters["faces"] = np.ascontiguousarray(mesh.faces, np.uint32).ravel()
    parameters.update()
    shades = mesh.colours[mesh.faces].mean(1)
    made.add_attribute("face_color", 3, np.ascontiguousarray(shades, np.float32).ravel())  # type: ignore[arg-type]
    return made


def _cells(camera: Camera, ground: Bools) -> Bools:
    """Blocks of the picture that hold ground, with a block to spare all round."""
    step = GROUND_STEP
    rows, columns = -(-camera.height_px // step), -(-camera.width_px // step)
    padded = np.zeros((rows * step, columns * step), bool)
    padded[: ground.shape[0], : ground.shape[1]] = ground
    held: Bools = np.asarray(padded.reshape(rows, step, columns, step).any((1, 3)))
    grown: Bools = held.copy()
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        grown |= np.roll(np.roll(held, dy, 0), dx, 1)
    grown[: int(np.ceil((camera.horizon_y + 3) / step)) if camera.horizon_y > 0 else 0] = False
    return grown


def _floor_cells(camera: Camera, ground: Bools) -> Singles:
    cells = np.repeat(np.repeat(_cells(camera, ground), GROUND_STEP, 0), GROUND_STEP, 1)
    return cells[: camera.height_px, : camera.width_px].astype(np.float32)


def _floor(camera: Camera, albedo: Singles, top: int, ground: Bools) -> Any:
    """The ground under those blocks, coloured by where the picture sees it."""
    cells = _cells(camera, ground)
    rows, columns = np.nonzero(cells)
    corners = np.stack([rows, columns], 1)[:, None] + np.array([(0, 0), (1, 0), (1, 1), (0, 1)])[None]
    v, u = (corners.reshape(-1, 2) * GROUND_STEP).T.astype(float)
    x, z = camera.to_ground(u, np.maximum(v, camera.horizon_y + 1.5))
    scale = albedo.shape[1] / camera.width_px
    coordinates = np.stack([u / camera.width_px, (v * scale - top) / albedo.shape[0]], 1)
    count = len(rows)
    faces = (np.arange(count)[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    properties = mi.Properties()
    texture = {
        "type": "bitmap",
        "bitmap": mi.Bitmap(np.ascontiguousarray(albedo)),
        "raw": True,
        "filter_type": "bilinear",
        "wrap_mode": "clamp",
    }
    properties["bsdf"] = mi.load_dict({"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": texture}})
    made = mi.Mesh("floor", count * 4, count * 2, has_vertex_texcoords=True, props=properties)
    parameters = mi.traverse(made)
    parameters["vertex_positions"] = np.stack([x, z, np.zeros(len(x))], 1).astype(np.float32).ravel()
    parameters["faces"] = faces.astype(np.uint32).ravel()
    parameters["vertex_texcoords"] = coordinates.astype(np.float32).ravel()
    parameters.update()
    return made
