"""The ground of the traced scene: level, under the marked pixels, coloured by where the picture sees it."""

from typing import Any

import numpy as np

from yarda.garden.photo.camera import Camera
from yarda.garden.picture.rays import mi
from yarda.garden.shapes import Bools, Singles

GROUND_STEP = 6


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


def floor_cells(camera: Camera, ground: Bools) -> Singles:
    cells = np.repeat(np.repeat(_cells(camera, ground), GROUND_STEP, 0), GROUND_STEP, 1)
    return cells[: camera.height_px, : camera.width_px].astype(np.float32)


def floor(camera: Camera, albedo: Singles, top: int, ground: Bools) -> Any:
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
