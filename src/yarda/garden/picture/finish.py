"""From the drawn ground to what is traced, and from what is traced to the layer that is laid on."""

from dataclasses import dataclass

import cv2
import numpy as np

from yarda.garden.photo.camera import Camera
from yarda.garden.photo.light import Light
from yarda.garden.photo.reading import Reading
from yarda.garden.picture.catcher import shade_photo
from yarda.garden.picture.composite import Glass, Layer, make_layer
from yarda.garden.picture.raytrace import Traced
from yarda.garden.picture.reflection import reflect
from yarda.garden.picture.surface import Ground
from yarda.garden.shapes import Bytes, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The ground for the tracer, and the same at the camera's resolution."""

    lit: Singles
    """Fine colours from the ground's first row down, with the photo's own shadows in them."""
    albedo: Singles
    water: Singles
    kept: Singles


def lay_ground(ground: Ground, light: Light, *, camera: Camera) -> Laid:
    """Put the photo's own shadows on the drawn ground; what is kept has them already."""
    size = (camera.width_px, camera.height_px)
    fine = ground.albedo.shape[1]
    top = round(ground.top * camera.width_px / fine)
    shade = cv2.resize(light.shade, (fine, ground.top + ground.albedo.shape[0]))[ground.top :]
    shade = shade + (1 - shade) * ground.kept
    lit = np.clip(ground.albedo * shade[..., None], 0.003, 1.1).astype(np.float32)

    def at_camera(pixels: Singles, blank: float) -> Singles:
        whole = np.full((*size[::-1], *pixels.shape[2:]), blank, np.float32)
        whole[top:] = cv2.resize(pixels, (size[0], size[1] - top), interpolation=cv2.INTER_AREA)
        return whole

    return Laid(
        lit=lit, albedo=at_camera(lit, 0.2), water=at_camera(ground.water, 0), kept=at_camera(ground.kept, 0)
    )


def finish_layer(
    traced: Traced, laid: Laid, reading: Reading, *, camera: Camera, mask: Bytes, front: Bytes, seed: int
) -> Layer:
    """The layer with what water mirrors and the shadows that fall beside the ground."""
    glass = None
    if traced.mirrored is not None:
        light = reading.light
        colours, strength = reflect(
            reading.linear,
            traced.mirrored,
            camera=camera,
            contact=reading.backdrop.contact,
            gain=light.exposure * light.tint,
            seed=seed,
        )
        glass = Glass(colours=colours, strength=strength, share=laid.water)
    received = None if traced.received is None else shade_photo(reading.linear, traced.received)
    return make_layer(
        traced,
        camera=camera,
        albedo=laid.albedo,
        mask=mask,
        front=front,
        light=reading.light,
        kept=laid.kept if laid.kept.any() else None,
        glass=glass,
        received=received,
    )
