"""The house: clapboard, a shingle roof, windows, a door and a garage."""

import numpy as np
from numpy.typing import NDArray
from parts import Scene, boxes, glass, painted, quad, textured
from scene import DOOR_X, EAVE, GARAGE_Y, JOINT, LEFT, RIGHT, STEP, WALL_Y

from yarda.garden.flora.mesh import linear

SIDING, TRIM, DOOR, GARAGE = "#c9cdc6", "#f1efe9", "#7c3a2c", "#e6e4dd"
BOARD = 0.16
DEPTH, SLOPE, OVERHANG = 8.0, 0.5, 0.45
WINDOWS = [(-6.5, -4.7, 0.95, 2.15), (-3.5, -0.7, 0.75, 2.2)]


def house() -> Scene:
    """Everything that is built."""
    shingles = textured(_shingles())
    scene: Scene = {
        "siding": boxes(
            _boards(LEFT, JOINT, WALL_Y, EAVE) + _boards(JOINT, RIGHT, GARAGE_Y, EAVE), painted(SIDING)
        ),
        "gable_wall": quad(
            [(JOINT, GARAGE_Y - 0.002, EAVE), (RIGHT, GARAGE_Y - 0.002, EAVE), _peak(), _peak()], painted(SIDING)
        ),
        "gable": boxes(_gable_boards(), painted(SIDING)),
        "side": boxes([((JOINT, GARAGE_Y, 0), (JOINT + 0.1, WALL_Y, EAVE))], painted("#b9bdb6")),
        "foundation": boxes(
            [
                ((LEFT, WALL_Y - 0.03, 0), (JOINT, WALL_Y, 0.25)),
                ((JOINT, GARAGE_Y - 0.03, 0), (RIGHT, GARAGE_Y, 0.18)),
            ],
            painted("#8d8a84"),
        ),
        "trim": boxes(_trim(), painted(TRIM)),
        "glass": boxes(
            [((x0, WALL_Y - 0.045, z0), (x1, WALL_Y - 0.03, z1)) for x0, x1, z0, z1 in WINDOWS], glass()
        ),
        "blinds": boxes([((-6.4, WALL_Y - 0.047, 1.75), (-4.8, WALL_Y - 0.0455, 2.1))], painted("#bdb9ae")),
        "door": boxes(_door(), painted(DOOR, gloss=1)),
        "knob": boxes(
            [((DOOR_X[1] - 0.12, WALL_Y - 0.14, STEP + 0.95), (DOOR_X[1] - 0.07, WALL_Y - 0.09, STEP + 1.0))],
            painted("#b08d4a", gloss=1),
        ),
        "stoop": boxes([((0.35, 12.35, 0), (2.15, WALL_Y, STEP - 0.01))], painted("#a9a59c")),
        "garage": boxes(_garage_door(), painted(GARAGE)),
        "gutter": boxes(
            [
                (
                    (LEFT - OVERHANG, WALL_Y - OVERHANG - 0.12, EAVE - 0.02),
                    (JOINT - 0.3, WALL_Y - OVERHANG, EAVE + 0.1),
                ),
                ((LEFT + 0.02, WALL_Y - 0.12, 0.1), (LEFT + 0.1, WALL_Y - 0.04, EAVE)),
            ],
            painted("#e9e7e1", gloss=1),
        ),
        "lamp": boxes([((2.02, WALL_Y - 0.16, 1.75), (2.14, WALL_Y - 0.04, 2.05))], painted("#26282a", gloss=1)),
    }
    return scene | _roof(shingles)


def _peak() -> tuple[float, float, float]:
    return (JOINT + RIGHT) / 2, GARAGE_Y - 0.002, EAVE + (RIGHT - JOINT) / 2 * SLOPE


def _boards(x0: float, x1: float, y: float, top: float) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Clapboard: each board leans out a little at its foot and throws a line of shadow."""
    found = []
    for number, z in enumerate(np.arange(0.2, top, BOARD)):
        out = 0.022 + 0.004 * (number % 2)
        found.append(((x0, y - out, float(z)), (x1, y + 0.02, float(min(z + BOARD - 0.012, top)))))
        found.append(((x0, y - 0.008, float(z + BOARD - 0.012)), (x1, y + 0.02, float(min(z + BOARD, top)))))
    return found


def _gable_boards() -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    middle, half = (JOINT + RIGHT) / 2, (RIGHT - JOINT) / 2
    found = []
    for z in np.arange(EAVE, EAVE + half * SLOPE, BOARD):
        reach = max(half - (z + BOARD - EAVE) / SLOPE, 0.05)
        found.append(
            ((middle - reach, GARAGE_Y - 0.022, float(z)), (middle + reach, GARAGE_Y, float(z + BOARD - 0.012)))
        )
        found.append(
            (
                (middle - reach, GARAGE_Y - 0.008, float(z + BOARD - 0.012)),
                (middle + reach, GARAGE_Y, float(z + BOARD)),
            )
        )
    return found


def _trim() -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    found = []
    frames = [*WINDOWS, (DOOR_X[0] - 0.04, DOOR_X[1] + 0.04, STEP, STEP + 2.07)]
    for x0, x1, z0, z1 in frames:
        y0, y1 = WALL_Y - 0.09, WALL_Y - 0.02
        found += [
            ((x0 - 0.1, y0, z1), (x1 + 0.1, y1, z1 + 0.12)),
            ((x0 - 0.09, y0, z0), (x0, y1, z1)),
            ((x1, y0, z0), (x1 + 0.09, y1, z1)),
        ]
    for x0, x1, z0, z1 in WINDOWS:
        found += [((x0 - 0.12, WALL_Y - 0.13, z0 - 0.07), (x1 + 0.12, WALL_Y - 0.02, z0))]
        bars = np.linspace(x0, x1, 4 if x1 - x0 > 2 else 3)[1:-1]
        found += [
            ((float(bar) - 0.025, WALL_Y - 0.07, z0), (float(bar) + 0.025, WALL_Y - 0.045, z1)) for bar in bars
        ]
        middle = (z0 + z1) / 2
        found += [((x0, WALL_Y - 0.065, middle - 0.02), (x1, WALL_Y - 0.045, middle + 0.02))]
    for x, y in ((LEFT, WALL_Y), (JOINT, GARAGE_Y), (RIGHT - 0.12, GARAGE_Y)):
        found += [((x, y - 0.045, 0.15), (x + 0.12, y, EAVE))]
    found += [
        ((2.75, GARAGE_Y - 0.07, 2.2), (7.75, GARAGE_Y - 0.02, 2.36)),
        ((2.75, GARAGE_Y - 0.07, 0), (2.9, GARAGE_Y - 0.02, 2.2)),
        ((7.6, GARAGE_Y - 0.07, 0), (7.75, GARAGE_Y - 0.02, 2.2)),
    ]
    return found


def _door() -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    x0, x1 = DOOR_X
    found = [((x0, WALL_Y - 0.06, STEP), (x1, WALL_Y - 0.03, STEP + 2.03))]
    for low, high in ((0.15, 0.75), (0.9, 1.4), (1.52, 1.88)):
        for left in (x0 + 0.1, (x0 + x1) / 2 + 0.04):
            found.append(((left, WALL_Y - 0.085, STEP + low), (left + 0.32, WALL_Y - 0.06, STEP + high)))
    return found


def _garage_door() -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    found = [
        ((2.9, GARAGE_Y - 0.03, 0.01), (7.6, GARAGE_Y - 0.02, 2.2)),
        ((2.9, GARAGE_Y - 0.05, 0.01), (7.6, GARAGE_Y - 0.03, 0.07)),
    ]
    for row in range(4):
        for column in range(4):
            x, z = 2.9 + 0.12 + column * 1.175, 0.06 + row * 0.545
            found.append(((x, GARAGE_Y - 0.055, z), (x + 0.94, GARAGE_Y - 0.03, z + 0.43)))
    return found


def _roof(shingles: Scene) -> Scene:
    front, back = WALL_Y - OVERHANG, WALL_Y + DEPTH + OVERHANG
    ridge_y, top = (front + back) / 2, EAVE + (back - front) / 2 * SLOPE
    x0, x1 = LEFT - OVERHANG, RIGHT + OVERHANG
    middle, half = (JOINT + RIGHT) / 2, (RIGHT - JOINT) / 2 + OVERHANG
    peak, low, gable = EAVE + (half - OVERHANG) * SLOPE + 0.12, EAVE - OVERHANG * SLOPE + 0.12, GARAGE_Y - OVERHANG
    run = float(np.hypot(ridge_y - front, top - EAVE))
    return {
        "roof": quad(
            [(x0, front, EAVE + 0.12), (x1, front, EAVE + 0.12), (x1, ridge_y, top), (x0, ridge_y, top)],
            shingles,
            repeat=((x1 - x0) / 2.4, run / 2.4),
        ),
        "gable_left": quad(
            [
                (middle - half, gable, low),
                (middle, gable, peak),
                (middle, ridge_y, peak),
                (middle - half, ridge_y, low),
            ],
            shingles,
            repeat=(half * 1.118 / 2.4, (ridge_y - gable) / 2.4),
        ),
        "gable_right": quad(
            [
                (middle + half, gable, low),
                (middle, gable, peak),
                (middle, ridge_y, peak),
                (middle + half, ridge_y, low),
            ],
            shingles,
            repeat=(half * 1.118 / 2.4, (ridge_y - gable) / 2.4),
        ),
        "fascia": boxes(
            [((x0, front - 0.01, EAVE - 0.02), (JOINT - 0.2, front + 0.03, EAVE + 0.12))], painted(TRIM)
        ),
        "soffit": quad(
            [(x0, front, EAVE), (x1, front, EAVE), (x1, WALL_Y, EAVE), (x0, WALL_Y, EAVE)], painted("#dddbd4")
        ),
        "rake_left": quad(
            [
                (middle - half, gable - 0.01, low - 0.2),
                (middle, gable - 0.01, peak - 0.2),
                (middle, gable - 0.01, peak + 0.02),
                (middle - half, gable - 0.01, low + 0.02),
            ],
            painted(TRIM),
        ),
        "rake_right": quad(
            [
                (middle + half, gable - 0.01, low - 0.2),
                (middle, gable - 0.01, peak - 0.2),
                (middle, gable - 0.01, peak + 0.02),
                (middle + half, gable - 0.01, low + 0.02),
            ],
            painted(TRIM),
        ),
        "gable_end": quad(
            [(x0 + 0.3, WALL_Y, EAVE), (x0 + 0.3, back, EAVE), (x0 + 0.3, ridge_y, top), (x0 + 0.3, ridge_y, top)],
            painted(SIDING),
        ),
    }


def _shingles() -> NDArray[np.float64]:
    """2.4 m of asphalt shingles: rows of 14 cm, tabs of 30 cm, each of its own grey-brown."""
    size = 1024
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:size, :size] / size * 2.4
    row = np.floor(y / 0.14).astype(int)
    tab = np.floor((x + (row % 2) * 0.15 + row * 0.037) / 0.3).astype(int) % 8
    tone = np.exp(rng.normal(0, 0.16, (20, 8)))[row % 20, tab]
    edge = np.clip(((y / 0.14) % 1) / 0.12, 0.35, 1) * np.clip(
        (((x + (row % 2) * 0.15 + row * 0.037) / 0.3) % 1) / 0.04, 0.55, 1
    )
    grain = np.exp(rng.normal(0, 0.16, (size, size)))
    return linear("#6b625a")[None, None] * (tone * edge * grain)[..., None]
