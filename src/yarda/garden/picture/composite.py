"""Lays the traced garden into the photo; where the edit mask is 0 every pixel stays the photo's own."""

from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.photo.camera import Camera
from yarda.garden.photo.grain import Grain, add_grain
from yarda.garden.photo.light import LUMINANCE, Light, to_encoded, to_linear
from yarda.garden.picture.raytrace import Traced
from yarda.garden.shapes import Bools, Bytes, Floats, Singles

LEAST_SHARE = 0.004
SHOULDER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What water mirrors: linear colours, how strongly, and how much of a pixel is water."""

    colours: Singles
    strength: Singles
    share: Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The garden's encoded colours and how much of each pixel it covers."""

    colours: Singles
    share: Singles
    received: Singles | None = None
    """The light left to the photo's own pixels, 0 to 1; None leaves all of them untouched."""


def make_layer(
    traced: Traced,
    *,
    camera: Camera,
    albedo: Singles,
    mask: Bytes,
    front: Bytes,
    light: Light,
    kept: Singles | None = None,
    glass: Glass | None = None,
    received: Singles | None = None,
) -> Layer:
    """Clean the traced picture of noise, light it as the photo is lit, and decide what it covers.

    `kept` is how much of a pixel is the photo's own ground inside the mask, `glass` what water mirrors, `received`
    the light left to what is the photo's own.
    """
    ground = mask > 127
    colours = _without_spikes(traced.radiance)
    colours = _smooth_ground(colours, traced, albedo=albedo, ground=ground)
    colours = colours * light.exposure * light.tint
    if glass is not None:
        seen = (glass.share * glass.strength * (1 - traced.coverage))[..., None]
        colours = colours * (1 - seen) + glass.colours * seen
    over = np.maximum(colours - SHOULDER, 0)
    colours = colours - over + 0.2 * np.tanh(over / 0.2 * 0.8)
    share = _share(traced, camera=camera, mask=mask, ground=ground, front=front, kept=kept)
    if received is not None:
        received = 1 - (1 - received) * (1 - front.astype(np.float32) / 255)
    return Layer(colours=np.clip(to_encoded(colours), 0, 1).astype(np.float32), share=share, received=received)


def blend(photo: Bytes, layer: Layer, *, grain: Grain | None = None, seed: int = 0) -> tuple[Bytes, Bytes]:
    """The finished picture and its edit mask, at the photo's own size; with `grain` the layer gets the photo's."""
    height, width = photo.shape[:2]
    colours, share, received = layer.colours, layer.share, layer.received
    if share.shape != (height, width):
        colours = cv2.resize(colours, (width, height), interpolation=cv2.INTER_CUBIC)
        share = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
        if received is not None:
            received = cv2.resize(received, (width, height), interpolation=cv2.INTER_LINEAR)
    share = np.where(share < LEAST_SHARE, 0, np.clip(share, 0, 1))
    if grain is not None:
        colours = add_grain(colours, grain, seed=seed, scaled=width / layer.share.shape[1])
    painted, changed = photo.copy(), share > 0
    under = photo.astype(np.float32) / 255
    if received is not None:
        shaded = received < 1
        under[shaded] = to_encoded(to_linear(under[shaded]) * received[shaded][:, None])
        changed |= shaded
    mixed = (
        under[changed] * (1 - share[changed][:, None]) + np.clip(colours[changed], 0, 1) * share[changed][:, None]
    )
    painted[changed] = (mixed * 255 + 0.5).astype(np.uint8)
    return painted, np.where(changed, 255, 0).astype(np.uint8)


def _without_spikes(radiance: Singles) -> Floats:
    usual = np.stack([cv2.medianBlur(np.ascontiguousarray(radiance[..., k]), 5) for k in range(3)], -1)
    return np.minimum(radiance, usual * 2.5 + 0.15)


def _smooth_ground(colours: Floats, traced: Traced, *, albedo: Singles, ground: Bools) -> Floats:
    """Divide the ground's own colours out, smooth the light that is left, and multiply them back."""
    bare = ground & (traced.coverage < 0.02)
    own = np.maximum(albedo @ LUMINANCE, 0.01)
    received = np.clip((colours @ LUMINANCE) / own, 0, 2.5).astype(np.float32)
    filled = np.where(bare, received, cv2.medianBlur(received, 5)).astype(np.float32)
    smooth = cv2.bilateralFilter(filled, 7, 0.25, 2.2)
    gain = np.clip(smooth / np.maximum(received, 0.02), 0.4, 2.5)[..., None]
    return np.where(bare[..., None], colours * gain, colours)


def _share(
    traced: Traced, *, camera: Camera, mask: Bytes, ground: Bools, front: Bytes, kept: Singles | None
) -> Singles:
    """Ground inside its line; plants wherever nothing nearer stands in the photo."""
    drawn = mask if kept is None else (mask * (1 - kept)).astype(np.uint8)
    soft = cv2.GaussianBlur(drawn, (0, 0), 0.7).astype(np.float32) / 255
    soft = np.minimum(soft, drawn.astype(np.float32) / 255)
    nearer = traced.distance < _contact_depth(ground, camera) * 1.06 + 0.15
    shown = cv2.GaussianBlur((nearer | ground).astype(np.float32), (0, 0), 0.6)
    plants = traced.coverage * shown
    if kept is not None:  # there the floor has the photo's colours, so a thin leaf is drawn with what is behind it
        plants = plants * (1 + 1.5 * kept * (1 - plants))
    share = np.maximum(np.where(mask > 0, np.maximum(soft, plants), plants), 0)
    return np.asarray(share * (1 - front.astype(np.float32) / 255), np.float32)


def _contact_depth(ground: Bools, camera: Camera) -> Floats:
    """How far away the thing seen at a pixel stands: where it meets the ground below it in its column."""
    height = ground.shape[0]
    rows = np.where(ground, np.arange(height)[:, None], height)
    below = np.minimum.accumulate(rows[::-1], axis=0)[::-1].astype(float)
    depth = camera.focal_px * camera.eye_height / np.maximum(below - camera.horizon_y, 1.0)
    return np.where(below >= height, 0.0, depth)
