"""Meshes and materials as Mitsuba takes them."""

from typing import Any

import mitsuba as mi
import numpy as np
from numpy.typing import NDArray

from yarda.garden.flora.mesh import Mesh, Part, Parts, linear, merge
from yarda.garden.flora.solids import box

mi.set_variant("scalar_rgb")
mi.set_log_level(mi.LogLevel.Error)
Transform = mi.ScalarTransform4f
Scene = dict[str, Any]


def painted(colour: str, *, gloss: float = 0.0) -> Scene:
    """A plain surface; `gloss` above 0 gives it a coat."""
    reflectance = {"type": "rgb", "value": linear(colour).tolist()}
    if gloss:
        return {"type": "roughplastic", "diffuse_reflectance": reflectance, "alpha": 0.25}
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": reflectance}}


def glass() -> Scene:
    """Window glass by day: dark behind, the sky in it."""
    dark = {"type": "rgb", "value": [0.012, 0.016, 0.02]}
    return {"type": "roughplastic", "diffuse_reflectance": dark, "alpha": 0.03, "int_ior": 1.9}


def textured(image: NDArray[np.float64], *, scale: float = 1.0) -> Scene:
    """A diffuse surface with a picture of linear reflectances."""
    bitmap = mi.Bitmap(np.ascontiguousarray(image, np.float32))
    texture = {
        "type": "bitmap",
        "bitmap": bitmap,
        "raw": True,
        "to_uv": mi.ScalarTransform3f().scale([scale, scale]),
    }
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": texture}}


def boxes(items: list[tuple[tuple[float, float, float], tuple[float, float, float]]], bsdf: Scene) -> Scene:
    """Boxes given by two opposite corners, as one mesh."""
    meshes = []
    for low, high in items:
        centre = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        size = [abs(b - a) for a, b in zip(low, high, strict=True)]
        meshes.append(box(centre, size, colour=np.zeros(3)))
    return solid(merge(meshes), bsdf)


def quad(corners: list[tuple[float, float, float]], bsdf: Scene, *, repeat: tuple[float, float] = (1, 1)) -> Scene:
    """A flat four-cornered piece; its picture repeats along its two sides."""
    mesh = mi.Mesh("quad", 4, 2, has_vertex_texcoords=True, props=_properties(bsdf))
    parameters = mi.traverse(mesh)
    parameters["vertex_positions"] = np.asarray(corners, np.float32).ravel()
    parameters["faces"] = np.array([0, 1, 2, 0, 2, 3], np.uint32)
    u, v = repeat
    parameters["vertex_texcoords"] = np.array([0, 0, u, 0, u, v, 0, v], np.float32)
    parameters.update()
    return mesh


def solid(mesh: Mesh, bsdf: Scene) -> Scene:
    """A mesh of one material."""
    return _mesh(mesh, bsdf)


def grown(parts: Parts) -> Scene:
    """A plant as a group to place instances of."""
    group: Scene = {"type": "shapegroup"}
    for part, mesh in parts.items():
        group[part.value] = _mesh(mesh, _plant_bsdf(part), colours=True)
    return group


def placed(name: str, at: tuple[float, float, float], *, turn: float = 0.0, scale: float = 1.0) -> Scene:
    """An instance of a group."""
    to_world = Transform().translate(list(at)).rotate([0, 0, 1], turn).scale([scale] * 3)
    return {"type": "instance", "group": {"type": "ref", "id": name}, "to_world": to_world}


def _plant_bsdf(part: Part) -> Scene:
    colour = {"type": "mesh_attribute", "name": "face_color"}
    if part is Part.LEAF:
        return {"type": "principledthin", "base_color": colour, "roughness": 0.55, "diff_trans": 0.7, "eta": 1.35}
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": colour}}


def _mesh(mesh: Mesh, bsdf: Scene, *, colours: bool = False) -> Scene:
    made = mi.Mesh("mesh", len(mesh.vertices), len(mesh.faces), props=_properties(bsdf))
    parameters = mi.traverse(made)
    parameters["vertex_positions"] = np.ascontiguousarray(mesh.vertices, np.float32).ravel()
    parameters["faces"] = np.ascontiguousarray(mesh.faces, np.uint32).ravel()
    parameters.update()
    if colours:
        shades = np.clip(mesh.colours * 1.5, 0, 0.9)[mesh.faces].mean(1)
        made.add_attribute("face_color", 3, np.ascontiguousarray(shades, np.float32).ravel())
    return made


def _properties(bsdf: Scene) -> Any:
    properties = mi.Properties()
    properties["bsdf"] = mi.load_dict(bsdf)
    return properties
