"""The yard: lawn, drive, walk, fence, hedge, and trees behind the house."""

import cv2
import numpy as np
from numpy.typing import NDArray
from parts import Scene, boxes, grown, painted, placed, quad, textured
from scene import DRIVE, GARAGE_Y, LAWN_BACK, LAWN_FRONT, LAWN_LEFT, LAWN_RIGHT, LEFT, WALK, WALL_Y

from yarda.garden.flora.foliage import blades
from yarda.garden.flora.mesh import Part, linear
from yarda.garden.flora.shrubs import hedge, mound
from yarda.garden.flora.trees import tree
from yarda.garden.picture import tiles

PIXELS_PER_METRE = 210
PATCH = 0.5


def yard() -> Scene:
    """Everything that grows or is walked on."""
    width, depth = LAWN_RIGHT - LAWN_LEFT, LAWN_BACK + 6 - LAWN_FRONT
    scene: Scene = {
        "lawn": quad(
            [
                (LAWN_LEFT, LAWN_FRONT, 0),
                (LAWN_RIGHT, LAWN_FRONT, 0),
                (LAWN_RIGHT, LAWN_FRONT + depth, 0),
                (LAWN_LEFT, LAWN_FRONT + depth, 0),
            ],
            textured(_lawn(width, depth)),
        ),
        "beyond": quad(
            [(-80, -5, -0.02), (80, -5, -0.02), (80, 120, -0.02), (-80, 120, -0.02)], painted("#6d7f4c")
        ),
        "drive": _paved(DRIVE[0], LAWN_FRONT, DRIVE[1], GARAGE_Y, colour="#b6b1a7", seed=5, joint=2.4),
        "walk_up": _paved(0.7, 9.3, 1.95, 12.35, colour="#aeaaa0", seed=9, joint=1.2),
        "walk_over": _paved(1.95, 9.3, 2.75, 10.5, colour="#b1ada3", seed=10, joint=1.2),
        "strip": quad(
            [
                (LEFT, WALL_Y - 0.75, 0.012),
                (0.3, WALL_Y - 0.75, 0.012),
                (0.3, WALL_Y, 0.012),
                (LEFT, WALL_Y, 0.012),
            ],
            textured(tiles.chips(colours=("#5c4230", "#6d4f38", "#493424", "#7d6048"))[0]),
            repeat=(5.6, 0.54),
        ),
        "fence": boxes(_fence(), painted("#9c8467")),
    }
    return scene | _grass() | _plants()


def _lawn(width: float, depth: float) -> NDArray[np.float64]:
    """An ordinary lawn: patchy, a little dry, worn beside the walk and the drive."""
    tile, metres = tiles.lawn(blade="#5f7540", tip="#93a060")
    size = round(metres * PIXELS_PER_METRE)
    small = cv2.resize(np.asarray(tile, np.float32), (size, size), interpolation=cv2.INTER_AREA)
    rows, columns = round(depth * PIXELS_PER_METRE), round(width * PIXELS_PER_METRE)
    image = np.tile(small, (rows // size + 1, columns // size + 1, 1))[:rows, :columns]
    rng = np.random.default_rng(12)
    dry = sum(
        _blotches(rng, rows, columns, size=metres) * weight
        for metres, weight in ((2.2, 0.6), (0.7, 0.35), (0.25, 0.2))
    )
    share = np.clip(dry * 0.55 + 0.38, 0, 0.9)[..., None]
    straw = linear("#a59a63") * image.mean(-1, keepdims=True) / image.mean() * 0.95
    tone = np.exp(0.14 * _blotches(rng, rows, columns, size=1.1))[..., None]
    worn = _near_paving(rows, columns)[..., None]
    mixed = image * (1 - 0.75 * share) + straw * 0.75 * share
    return np.asarray(
        np.clip((mixed * (1 - 0.4 * worn) + linear("#8b7a58") * 0.4 * worn) * tone, 0.01, 0.8), np.float64
    )


def _blotches(rng: np.random.Generator, rows: int, columns: int, *, size: float) -> NDArray[np.float32]:
    coarse = rng.normal(
        size=(int(rows / PIXELS_PER_METRE / size * 2) + 4, int(columns / PIXELS_PER_METRE / size * 2) + 4)
    )
    field = cv2.resize(coarse.astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field / field.std(), np.float32)


def _near_paving(rows: int, columns: int) -> NDArray[np.float32]:
    paved = np.zeros((rows, columns), np.uint8)
    rings = [WALK, [(DRIVE[0], LAWN_FRONT), (DRIVE[1], LAWN_FRONT), (DRIVE[1], GARAGE_Y), (DRIVE[0], GARAGE_Y)]]
    for ring in rings:
        points = [((x - LAWN_LEFT) * PIXELS_PER_METRE, (y - LAWN_FRONT) * PIXELS_PER_METRE) for x, y in ring]
        cv2.fillPoly(paved, [np.array(points, np.int32)], 1)
    far = cv2.distanceTransform(1 - paved, cv2.DIST_L2, 3) / PIXELS_PER_METRE
    return np.asarray(np.exp(-far / 0.12), np.float32)


def _paved(x0: float, y0: float, x1: float, y1: float, *, colour: str, seed: int, joint: float) -> Scene:
    """Concrete with joints, cracks of grey and old stains."""
    scale = 160
    columns, rows = round((x1 - x0) * scale), round((y1 - y0) * scale)
    tile, _ = tiles.concrete(colour=colour, seed=seed)
    image = np.tile(np.asarray(tile, np.float32), (rows // 1024 + 1, columns // 1024 + 1, 1))[
        :rows, :columns
    ].copy()
    rng = np.random.default_rng(seed)
    image *= np.exp(
        0.07 * _blotches(rng, rows, columns, size=0.8) + 0.04 * _blotches(rng, rows, columns, size=0.2)
    )[..., None]
    for at in np.arange(joint, y1 - y0, joint):
        image[round(at * scale) - 1 : round(at * scale) + 2] *= 0.45
    if x1 - x0 > 3:
        image[:, columns // 2 - 1 : columns // 2 + 2] *= 0.5
        stain = (
            np.exp(-(((np.arange(columns) / columns - 0.3) / 0.06) ** 2))[None]
            * np.exp(-(((np.arange(rows) / rows - 0.6) / 0.2) ** 2))[:, None]
        )
        image *= (1 - 0.3 * stain)[..., None]
    return quad(
        [(x0, y0, 0.02), (x1, y0, 0.02), (x1, y1, 0.02), (x0, y1, 0.02)], textured(image.astype(np.float64))
    )


def _fence() -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    rng = np.random.default_rng(7)
    boards = []
    for y in np.arange(9.5, 15, 0.145):
        top = 1.75 + rng.normal(0, 0.008)
        boards.append(((LAWN_LEFT - 0.16, float(y), 0.04), (LAWN_LEFT - 0.14, float(y) + 0.138, top)))
    for x in np.arange(LAWN_LEFT - 0.1, LEFT - 0.15, 0.145):
        boards.append(
            ((float(x), LAWN_BACK + 0.1, 0.04), (float(x) + 0.138, LAWN_BACK + 0.12, 1.75 + rng.normal(0, 0.008)))
        )
    return boards


def _grass() -> Scene:
    """Blades where the lawn is near enough to show them."""
    rng = np.random.default_rng(21)
    scene: Scene = {}
    for kind in range(3):
        count = 2600
        base = np.c_[rng.uniform(-PATCH / 2, PATCH / 2, (count, 2)), np.zeros(count)]
        turn, lean = rng.uniform(0, 2 * np.pi, count), np.abs(rng.normal(0, 0.5, count))
        ahead = np.stack([np.sin(lean) * np.cos(turn), np.sin(lean) * np.sin(turn), np.cos(lean)], -1)
        mix = rng.random((count, 1)) ** 1.4
        colour = (linear("#586f36") * (1 - mix) + linear("#949f5d") * mix) * np.exp(rng.normal(0, 0.2, (count, 1)))
        dry = rng.random(count) < 0.26
        colour[dry] = linear("#b0a268") * np.exp(rng.normal(0, 0.15, (int(dry.sum()), 1)))
        mesh = blades(
            base,
            ahead,
            length=rng.uniform(0.025, 0.06, count),
            width=0.0045,
            droop=0.5,
            colours=colour * 0.75,
            tips=colour,
            segments=2,
        )
        scene[f"turf{kind}"] = grown({Part.LEAF: mesh})
    for x in np.arange(LAWN_LEFT, LAWN_RIGHT, PATCH):
        for y in np.arange(LAWN_FRONT + 0.6, 10.5, PATCH):
            middle = (x + PATCH / 2, y + PATCH / 2)
            if (
                abs(middle[0]) > 0.75 * middle[1] + 1
                or DRIVE[0] - 0.2 < middle[0] < DRIVE[1] + 0.2
                or _on_walk(*middle)
            ):
                continue
            if rng.random() < np.clip((11 - y) / 5, 0, 1):
                scene[f"grass_{len(scene)}"] = placed(
                    f"turf{rng.integers(3)}", (*middle, 0.0), turn=float(rng.integers(4) * 90)
                )
    return scene


def _on_walk(x: float, y: float) -> bool:
    return 0.4 < x < 3.0 and y > 9.0


def _plants() -> Scene:
    rng = np.random.default_rng(31)
    scene: Scene = {
        "yew": grown(hedge(rng, length=1.6, width=0.7, height=1.15, colour="#4a6b38", leaf_count=9000)),
        "bush": grown(mound(rng, radius=0.45, height=0.7, colour="#4f7340", fresh="#7f9a58", leaf=0.045)),
        "oak": grown(
            tree(
                rng,
                height=8.5,
                colour="#4f6c33",
                fresh="#7d9450",
                bark="#6a5b4c",
                trunks=1,
                levels=5,
                leaf=0.2,
                leaves_per_tip=130,
                cloud=1.0,
                trunk=0.3,
                girth=0.16,
            )
        ),
    }
    for number, y in enumerate(np.arange(5.5, 12.5, 1.55)):
        scene[f"hedge_{number}"] = placed("yew", (LAWN_RIGHT - 0.1, float(y), 0.0), turn=90.0)
    for number, x in enumerate((-6.9, -5.6, -4.2, -2.1, -0.6)):
        scene[f"bush_{number}"] = placed(
            "bush", (x, WALL_Y - 0.45, 0.0), turn=number * 70.0, scale=0.8 + 0.1 * (number % 3)
        )
    for number, (x, y, scale) in enumerate(
        ((-12.5, 21, 1.0), (-4, 27, 1.15), (5.5, 28, 1.05), (13.5, 22, 0.95), (-17, 30, 1.1), (19, 30, 1.1))
    ):
        scene[f"oak_{number}"] = placed("oak", (x, float(y), 0.0), turn=number * 77.0, scale=scale)
    return scene
