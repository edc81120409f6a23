"""The garden as a Mitsuba scene, path-traced: light on plants and ground, and how far away plants are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from yarda.garden.brief import DEFAULT_SUN, Sun
from yarda.garden.flora.mesh import LEAF_GAIN, Mesh, Part, Parts, merge
from yarda.garden.flora.solids import slab
from yarda.garden.flora.species import get_form, measure
from yarda.garden.model import Feature, FeatureKind, Garden, Plant
from yarda.garden.photo.camera import Camera
from yarda.garden.picture.catcher import Backdrop, received_light
from yarda.garden.picture.floor import floor, floor_cells
from yarda.garden.picture.rays import SceneDict, lights, mi, render, sensor, sky_colour
from yarda.garden.picture.reflection import Mirrored, trace_mirrored
from yarda.garden.picture.relief import Patch, patch_parts
from yarda.garden.picture.stages import Stopwatch
from yarda.garden.shapes import Bools, Singles

PATH_DEPTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """Linear radiance (of ground and plants over black), plants' coverage 0–1, and their distance in metres."""

    radiance: Singles
    coverage: Singles
    distance: Singles
    received: Singles | None = None
    """The share of its light that the photo's own ground still receives beside the plants; None is all of it."""
    mirrored: Mirrored | None = None
    """What still water shows of the plants; None without water."""


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
    backdrop: Backdrop | None = None,
    water: Bools | None = None,
    watch: Stopwatch | None = None,
) -> Traced:
    """Render the garden. `albedo` colours the rows from `top` down, at any multiple of the camera's resolution.

    With a `backdrop` the light it receives is traced too, and with `water` what is mirrored in those pixels.
    """
    standing = _standing(garden)
    things = {**standing, **_relief(patches)}
    sun = sun or DEFAULT_SUN
    watch = watch or Stopwatch()
    watch.passed("meshes")
    scene = {"type": "scene", "sensor": sensor(camera, samples=samples), **things}
    path = {"type": "path", "max_depth": PATH_DEPTH, "rr_depth": 3}
    beauty = render(
        {**scene, **lights(sun), "integrator": path, "floor": floor(camera, albedo, top, ground)}, seed=seed
    )
    depth = render({**scene, "integrator": {"type": "depth"}}, seed=seed)
    coverage = np.clip(depth[..., 3], 0, 1)
    covered = np.clip(np.maximum(coverage, floor_cells(camera, ground)), 0, 1)
    # The sky is one colour, so what shows of it between leaves is known and can be taken out again.
    radiance = np.maximum(beauty[..., :3] - (1 - covered[..., None]) * sky_colour(sun), 0)
    distance = np.where(coverage > 0.01, depth[..., 0] / np.maximum(coverage, 0.02), 1e9)
    watch.passed("trace")
    received = mirrored = None
    if backdrop is not None and standing:
        received = received_light(standing, backdrop, camera=camera, sun=sun, coverage=coverage, seed=seed)
    if water is not None and water.any():
        mirrored = trace_mirrored(standing, water, camera=camera, sun=sun, seed=seed)
    watch.passed("shadows and mirrors")
    return Traced(
        radiance=(radiance / np.maximum(covered, 0.02)[..., None]).astype(np.float32),
        coverage=coverage.astype(np.float32),
        distance=distance.astype(np.float32),
        received=received,
        mirrored=mirrored,
    )


def _standing(garden: Garden) -> SceneDict:
    """Plants, ornaments and stones."""
    scene: SceneDict = {}
    ornaments = [feature for feature in garden.features if feature.kind is FeatureKind.ORNAMENT]
    standing: list[Plant | Feature] = [*garden.plants, *ornaments]
    for number, thing in enumerate(standing):
        scene |= _placed(thing, number, scene, garden)
    slabs = [_slab(feature) for feature in garden.features if feature.kind is FeatureKind.SLAB]
    if slabs:
        scene["slabs"] = _shape(merge(slabs), _bsdf(Part.FLESH))
    return scene


def _relief(patches: Iterable[Patch]) -> SceneDict:
    scene: SceneDict = {}
    for number, patch in enumerate(patches):
        shape = patch.shape
        group = f"relief_{shape.material}_{shape.kind}_{shape.thin}_{round(shape.size * 100)}"
        if group not in scene:
            scene[group] = _group(patch_parts(shape))
        place = mi.ScalarTransform4f().translate([patch.x, patch.z, 0]).rotate([0, 0, 1], patch.turn)
        place = place.scale([1, 1, patch.rise])
        scene[f"patch_{number}"] = {"type": "instance", "group": {"type": "ref", "id": group}, "to_world": place}
    return scene


def _placed(thing: Plant | Feature, number: int, scene: SceneDict, garden: Garden) -> SceneDict:
    """One instance, scaled from the grown plant's measures, whatever of it the season shows."""
    key = thing.species if isinstance(thing, Plant) else thing.form
    form = get_form(key)
    tall, wide = measure(key, thing.variant)
    upright = thing.height / tall
    rigid = form.tree or isinstance(thing, Feature)
    across = upright if rigid else float(np.clip(thing.radius / wide, upright * 0.75, upright * 1.35))
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
