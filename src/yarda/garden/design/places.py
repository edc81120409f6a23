"""The built places of a garden: terrace, nook and pool, fitted into the ground squarely with the house."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yarda.garden.design.site import FAR, Site
from yarda.garden.design.styles import Nook, Outline, Pool
from yarda.garden.flora.mesh import Rng
from yarda.garden.shapes import Floats

TERRACES = ((5.6, 3.8), (4.8, 3.4), (4.0, 3.0), (3.2, 2.6), (2.4, 2.0))
"""Width and depth in metres, the largest that fits is taken; 4.0 × 3.0 seats six."""
STRIP_DEPTH, STRIP_HALF_WIDTH = 3.4, 2.6
POOL_SCALES = (1.0, 0.85, 0.7, 0.58, 0.48)
COPING = 0.35
DECK = 1.0
LOUNGE_DECK = 2.6
"""Deep enough for a lounger with a way past it, on the far side of the pool."""
NOOK_ROOM = 0.5
LEAST_POOL = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A rectangle on the ground: its centre, its half sizes, and how far it is turned, in radians."""

    x: float
    z: float
    half_x: float
    half_z: float
    angle: float

    def local(self, x: Floats, z: Floats) -> tuple[Floats, Floats]:
        """Along the rectangle's width and depth, from its centre."""
        dx, dz = x - self.x, z - self.z
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return dx * cos + dz * sin, dz * cos - dx * sin

    def world(self, u: Floats | float, v: Floats | float) -> tuple[Floats, Floats]:
        """The ground's x and z of a place in the rectangle."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return np.asarray(self.x + u * cos - v * sin), np.asarray(self.z + u * sin + v * cos)

    def corners(self) -> tuple[Floats, Floats]:
        """x and z of its four corners."""
        return self.world(np.array([-1, 1, 1, -1]) * self.half_x, np.array([-1, -1, 1, 1]) * self.half_z)

    def inside(self, site: Site) -> Floats:
        """Signed distance to the rectangle's border over the site's grid."""
        u, v = self.local(*site.grid.centres())
        return np.minimum(self.half_x - np.abs(u), self.half_z - np.abs(v))


def fit_terrace(site: Site) -> Frame | None:
    """The largest terrace that lies on the ground, with its back at the house."""
    for width, depth in TERRACES:
        found = _best(site, _frames(site, width / 2, depth / 2), least=0.93)
        if found is not None:
            return found
    return None


def beside_house(site: Site) -> Floats:
    """Signed distance into a strip along the house, for ground that no rectangle fits."""
    x, _ = site.grid.centres()
    middle = float(np.median(site.back_line[:, 0]))
    return np.minimum(STRIP_DEPTH - site.house, STRIP_HALF_WIDTH - np.abs(x - middle))


def fit_nook(nook: Nook, site: Site, *, rng: Rng, built: Floats) -> Frame | None:
    """Room for a nook off the middle and towards the far end of the ground."""
    x, z = site.grid.centres()
    u, _ = site.camera.to_photo(x, z)
    share = u / site.camera.width_px
    room = np.minimum(site.edge, -built)
    near, far = np.percentile(z[site.ground], [2, 98])
    radius = nook.size / 2
    usable = site.ground & (room > radius + NOOK_ROOM) & (z > max(near + 0.35 * (far - near), 3.2))
    usable &= (share > 0.12) & (share < 0.88)
    if not usable.any():
        return None
    side = 0.33 if rng.random() < 0.5 else 0.67
    depth = (z - near) / max(far - near, 1e-6)
    score = -np.abs(share - side) - 0.9 * np.abs(depth - 0.62) + 0.12 * np.minimum(room, 3)
    row, column = np.unravel_index(int(np.where(usable, score, -9.0).argmax()), score.shape)
    return Frame(x=float(x[row, column]), z=float(z[row, column]), half_x=radius, half_z=radius, angle=site.angle)


def fit_pool(pool: Pool, site: Site) -> Frame | None:
    """The largest pool that lies on the ground with its coping; its deck may be cut by the border."""
    for scale in POOL_SCALES:
        long, wide = pool.long * scale, pool.wide * scale
        if wide < LEAST_POOL:
            return None
        frames = _frames(site, long / 2 + COPING, wide / 2 + COPING)
        found = _best(site, frames, least=0.985, to_house=0.0)
        if found is not None:
            return Frame(x=found.x, z=found.z, half_x=long / 2, half_z=wide / 2, angle=found.angle)
    return None


def deck_of(basin: Frame) -> Frame:
    """The paving round a pool, deeper on the far side, where one lies in the sun."""
    shift = (LOUNGE_DECK - DECK) / 2
    x, z = basin.world(0.0, shift)
    return Frame(
        x=float(x),
        z=float(z),
        half_x=basin.half_x + DECK,
        half_z=basin.half_z + (LOUNGE_DECK + DECK) / 2,
        angle=basin.angle,
    )


def water_inside(pool: Pool, basin: Frame, site: Site) -> Floats:
    """Signed distance to the water's edge."""
    if pool.outline is Outline.RECTANGLE:
        return basin.inside(site)
    u, v = basin.local(*site.grid.centres())
    if pool.outline is Outline.ROUND:
        return np.asarray((1 - np.hypot(u / basin.half_x, v / basin.half_z)) * basin.half_z)
    return _lagoon(basin, u, v)


def outline_inside(nook: Nook, frame: Frame, site: Site) -> Floats:
    """Signed distance to the nook's border."""
    if nook.outline is Outline.RECTANGLE:
        return frame.inside(site)
    x, z = site.grid.centres()
    return np.asarray(frame.half_x - np.hypot(x - frame.x, z - frame.z))


def _lagoon(basin: Frame, u: Floats, v: Floats) -> Floats:
    """Two overlapping rounds of different size, melted into one kidney."""
    a, b = basin.half_x, basin.half_z
    large = b * 0.98 - np.hypot((u + 0.36 * a) * 0.82, v)
    small = b * 0.8 - np.hypot((u - 0.45 * a) * 0.9, v + 0.12 * b)
    blend = np.clip(0.5 + 0.5 * (large - small) / (0.7 * b), 0, 1)
    return np.asarray(small * (1 - blend) + large * blend + 0.7 * b * blend * (1 - blend) * 0.5)


def _frames(site: Site, half_x: float, half_z: float) -> Iterator[Frame]:
    """Rectangles of one size over the ground, squared with the house."""
    x, z = site.grid.centres()
    step = 6
    kept = site.ground[::step, ::step] & (z[::step, ::step] - half_z > 1.2)
    for px, pz in zip(x[::step, ::step][kept], z[::step, ::step][kept], strict=True):
        yield Frame(x=float(px), z=float(pz), half_x=half_x, half_z=half_z, angle=site.angle)


def _best(site: Site, frames: Iterator[Frame], *, least: float, to_house: float = 0.5) -> Frame | None:
    """The frame that lies on the ground by at least that share, near the house and in the picture's middle."""
    candidates = list(frames)
    if not candidates:
        return None
    u, v = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 11), np.linspace(-1, 1, 9)))
    places = [frame.world(u * frame.half_x, v * frame.half_z) for frame in candidates]
    x, z = np.stack([place[0] for place in places]), np.stack([place[1] for place in places])
    covered = site.grid.sample(site.ground.astype(float), x, z).mean(1)
    middle_x, middle_z = x.mean(1), z.mean(1)
    back = np.array([frame.world(0.0, frame.half_z) for frame in candidates])
    away = np.minimum(site.grid.sample(np.minimum(site.house, FAR), back[:, 0], back[:, 1]), 6.0)
    column, _ = site.camera.to_photo(middle_x, middle_z)
    aside = np.abs(column / site.camera.width_px - 0.5)
    score = np.where(covered >= least, covered * 2 - to_house * away - 1.2 * aside - 0.02 * middle_z, -99.0)
    best = int(score.argmax())
    return candidates[best] if score[best] > -99 else None
