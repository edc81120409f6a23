"""Ground materials as data, and their textures sampled in perspective."""

import contextlib
import hashlib
import inspect
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from yarda.garden.brief import CACHE_VARIABLE
from yarda.garden.catalog import build, read_table
from yarda.garden.errors import InvalidCatalog
from yarda.garden.picture import tiles
from yarda.garden.shapes import Floats, Singles

PAD = 2

GENERATORS: dict[str, Callable[..., tuple[Floats, float]]] = {
    maker.__name__: maker
    for maker in (
        tiles.gravel,
        tiles.flags,
        tiles.grit,
        tiles.moss,
        tiles.concrete,
        tiles.paving,
        tiles.brick,
        tiles.deck,
        tiles.chips,
        tiles.lawn,
    )
}


class Relief(StrEnum):
    """Small things laid on a material near the camera."""

    NONE = ""
    GRASS = "grass"
    PEBBLES = "pebbles"
    COBBLES = "cobbles"
    CHIPS = "chips"


class Pattern(StrEnum):
    """What is drawn over a material at the scale of the garden."""

    NONE = ""
    MOWN = "mown"
    RAKED = "raked"
    WATER = "water"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A ground material."""

    name: str
    generator: str
    shape: Mapping[str, Any]
    relief: Relief = Relief.NONE
    pattern: Pattern = Pattern.NONE

    def __post_init__(self) -> None:
        if self.generator not in GENERATORS:
            raise ValueError(f"generator {self.generator!r} is not one of {', '.join(sorted(GENERATORS))}")
        try:
            inspect.signature(GENERATORS[self.generator]).bind(**self.shape)
        except TypeError as error:
            raise ValueError(f"shape of {self.generator}: {error}") from error


@cache
def materials() -> Mapping[str, Material]:
    """All materials by id."""
    tables = read_table("materials.toml")
    return {key: build(Material, table, where=key) for key, table in tables.items()}


def get_material(key: str) -> Material:
    """The material with this id."""
    try:
        return materials()[key]
    except KeyError:
        raise InvalidCatalog(f"{key!r} is not a material") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texture:
    """A tile and its smaller copies, each padded so that sampling wraps around."""

    levels: tuple[Singles, ...]
    tile: float
    size: int


@cache
def get_texture(key: str) -> Texture:
    """The texture of a material, made once per process, or once per machine where there is a folder for it."""
    material = get_material(key)
    image, tile = _kept_tile(material) or _make_tile(material)
    return make_texture(image, tile=tile)


def _make_tile(material: Material) -> tuple[Floats, float]:
    image, tile = GENERATORS[material.generator](**material.shape)
    image = image.astype(np.float16)  # what is kept and what is made now must be the same
    folder = os.environ.get(CACHE_VARIABLE)
    if folder:
        with contextlib.suppress(OSError):  # a full or closed disk costs time, nothing else
            _keep_tile(Path(folder), material, image, tile)
    return image.astype(np.float32), tile


def _keep_tile(folder: Path, material: Material, image: Floats, tile: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        np.savez(part, image=image, tile=tile)
    Path(part.name).replace(_tile_path(folder, material))


def _kept_tile(material: Material) -> tuple[Floats, float] | None:
    folder = os.environ.get(CACHE_VARIABLE)
    if not folder:
        return None
    try:
        with np.load(_tile_path(Path(folder), material)) as kept:
            return kept["image"].astype(np.float32), float(kept["tile"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _tile_path(folder: Path, material: Material) -> Path:
    """Named by everything that makes the tile, the code that draws it included."""
    maker = inspect.getsource(tiles)
    said = f"{maker} {material.generator} {sorted(material.shape.items())} {np.__version__}"
    return folder / f"{material.generator}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.npz"


def make_texture(image: Floats, *, tile: float) -> Texture:
    """The pyramid over a square tile."""
    level = np.clip(image, 0.004, 0.95).astype(np.float32)
    levels: list[Singles] = [level]
    while levels[-1].shape[0] > 8:
        levels.append(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    padded = tuple(np.pad(level, ((PAD, PAD), (PAD, PAD), (0, 0)), mode="wrap") for level in levels)
    return Texture(levels=padded, tile=tile, size=image.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Ground points seen by a block of pixels, one depth per row, and how much ground a pixel covers."""

    x: Floats
    z: Floats
    across: Floats
    """Metres per pixel across, per row."""
    deep: Floats
    """Metres per pixel in depth, per row."""

    def part(self, rows: slice, columns: slice) -> Self:
        """The view of a block of its pixels."""
        return replace(
            self,
            x=self.x[rows, columns],
            z=self.z[rows, columns],
            across=self.across[rows],
            deep=self.deep[rows],
        )


def sample(texture: Texture, view: View, *, angle: float = 0.0, taps: int = 6) -> Singles:
    """The texture's colours at the ground points, without aliasing: mip levels by width, taps by depth."""
    along, across = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    count = np.clip(np.ceil(view.deep / view.across), 1, taps).astype(int)
    footprint = np.maximum(view.across, view.deep / count / 1.2)
    wanted = np.log2(np.maximum(footprint * texture.size / texture.tile, 1e-6))
    wanted = np.clip(wanted, 0, len(texture.levels) - 1.001)
    lower = np.floor(wanted).astype(int)
    result = np.empty((*view.x.shape, 3), np.float32)
    for level, many in {*zip(lower.tolist(), count.tolist(), strict=True)}:
        rows = np.flatnonzero((lower == level) & (count == many))
        share = (wanted[rows] - level)[:, None, None].astype(np.float32)
        x, z = view.x[rows].astype(np.float32), view.z[rows].astype(np.float32)
        deep = view.deep[rows][:, None].astype(np.float32)
        total = np.zeros((len(rows), view.x.shape[1], 3), np.float32)
        for tap in range(many):
            depth = z + np.float32((tap + 0.5) / many - 0.5) * deep
            u, v = along * x + across * depth, along * depth - across * x
            lesser = _look_up(texture, u, v, level=level)
            total += lesser + share * (_look_up(texture, u, v, level=level + 1) - lesser)
        result[rows] = total / np.float32(many)
    return result


def _look_up(texture: Texture, u: Singles, v: Singles, *, level: int) -> Singles:
    image = texture.levels[min(level, len(texture.levels) - 1)]
    size = image.shape[0] - 2 * PAD
    rate, start = np.float32(1 / texture.tile), np.float32(PAD - 0.5)
    column, row = u * rate, v * rate
    column -= np.floor(column)
    row -= np.floor(row)
    return np.asarray(
        cv2.remap(image, column * np.float32(size) + start, row * np.float32(size) + start, cv2.INTER_LINEAR)
    )
