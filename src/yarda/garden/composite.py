"""Lays the traced garden into the photo; where the edit mask is 0 every pixel stays the photo's own."""

from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.camera import Camera
from yarda.garden.light import LUMINANCE, Light, to_encoded
from yarda.garden.raytrace import Traced
from yarda.garden.shapes import Bools, Bytes, Floats, Singles

LEAST_SHARE = 0.004
SHOULDER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The garden's encoded colours and how much of each pixel it covers."""

    colours: Singles
    share: Singles


def make_layer(
    traced: Traced, *, camera: Camera, albedo: Singles, mask: Bytes, front: Bytes, light: Light
) -> Layer:
    """Clean the traced picture of noise, light it as the photo is lit, and decide what it covers."""
    ground = mask > 127
    colours = _without_spikes(traced.radiance)
    colours = _smooth_ground(colours, traced, albedo=albedo, ground=ground)
    colours = colours * light.exposure * light.tint
    over = np.maximum(colours - SHOULDER, 0)
    colours = colours - over + 0.2 * np.tanh(over / 0.2 * 0.8)
    share = _share(traced, camera=camera, mask=mask, ground=ground, front=front)
    return Layer(colours=np.clip(to_encoded(colours), 0, 1).astype(np.float32), share=share)


def blend(photo: Bytes, layer: Layer) -> tuple[Bytes, Bytes]:
    """The finished picture and its edit mask, at the photo's own size."""
    height, width = photo.shape[:2]
    colours, share = layer.colours, layer.share
    if share.shape != (height, width):
        colours = cv2.resize(colours, (width, height), interpolation=cv2.INTER_CUBIC)
        share = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
    share = np.where(share < LEAST_SHARE, 0, np.clip(share, 0, 1))[..., None]
    mixed = photo / 255 * (1 - share) + np.clip(colours, 0, 1) * share
    painted = (mixed * 255 + 0.5).astype(np.uint8)
    edited = share[..., 0] > 0
    painted[~edited] = photo[~edited]
    return painted, np.where(edited, 255, 0).astype(np.uint8)


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


def _share(traced: Traced, *, camera: Camera, mask: Bytes, ground: Bools, front: Bytes) -> Singles:
    """Ground inside its line; plants wherever nothing nearer stands in the photo."""
    soft = cv2.GaussianBlur(mask, (0, 0), 0.7).astype(np.float32) / 255
    soft = np.minimum(soft, mask.astype(np.float32) / 255)
    nearer = traced.distance < _contact_depth(ground, camera) * 1.06 + 0.15
    shown = cv2.GaussianBlur((nearer | ground).astype(np.float32), (0, 0), 0.6)
    plants = traced.coverage * shown
    share = np.maximum(np.where(mask > 0, np.maximum(soft, plants), plants), 0)
    return np.asarray(share * (1 - front.astype(np.float32) / 255), np.float32)


def _contact_depth(ground: Bools, camera: Camera) -> Floats:
    """How far away the thing seen at a pixel stands: where it meets the ground below it in its column."""
    height = ground.shape[0]
    rows = np.where(ground, np.arange(height)[:, None], height)
    below = np.minimum.accumulate(rows[::-1], axis=0)[::-1].astype(float)
    depth = camera.focal_px * camera.eye_height / np.maximum(below - camera.horizon_y, 1.0)
    return np.where(below >= height, 0.0, depth)
