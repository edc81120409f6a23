"""Draws with a diffusers pipeline. Run as a module it is the child process that `_diffusers_process` starts.

The only file that imports torch. A line of JSON each way: it loads the model and says so, then answers orders.
"""

import base64
import ctypes
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import diffusers
import torch
from PIL import Image, ImageFilter

SEAM_PX = 4
ROOM = 0.8
"""The share of a GPU's free memory that a model may take up whole; a larger one goes there part by part."""
USUAL_TOKENS = 512


class Unusable(Exception):
    """This model cannot draw here; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be drawn, all pictures in one size: where the mask is white, the photo may change."""

    prompt: str
    seed: int
    photo: Image.Image
    mask: Image.Image
    guide: Image.Image | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models that are called alike: their pipeline for drawing into a photo, and what it is to be told."""

    pipeline: str
    arguments: Callable[[Any, Order], dict[str, Any]]
    needs: str | None = None


def _klein(pipeline: Any, order: Order) -> dict[str, Any]:
    """It looks at the photo and, as a second picture, at the guide; a distilled one draws in four steps."""
    is_distilled = pipeline.config.is_distilled
    return {
        "image": order.photo,
        "image_reference": order.guide,
        "num_inference_steps": 4 if is_distilled else 50,
        "guidance_scale": 1.0 if is_distilled else 4.0,
        "max_sequence_length": max(USUAL_TOKENS, _tokens(pipeline.tokenizer, order.prompt)),
    }


def _tokens(tokenizer: Any, prompt: str) -> int:
    """How many the prompt has, in the frame that the pipeline puts around it."""
    said = [{"role": "user", "content": prompt}]
    text = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True, enable_thinking=False)
    return len(tokenizer(text)["input_ids"])


def _qwen(_pipeline: Any, order: Order) -> dict[str, Any]:
    """It looks at one picture: at the guide where there is one, which outside the mask is the photo."""
    return {
        "image": order.guide or order.photo,
        "num_inference_steps": 50,
        "negative_prompt": " ",
        "true_cfg_scale": 4.0,
    }


KLEIN = Family(pipeline="Flux2KleinInpaintPipeline", arguments=_klein)
QWEN = Family(pipeline="QwenImageEditInpaintPipeline", arguments=_qwen, needs="torchvision")
FAMILIES = {
    "Flux2KleinPipeline": KLEIN,
    "Flux2KleinInpaintPipeline": KLEIN,
    "QwenImageEditPipeline": QWEN,
    "QwenImageEditInpaintPipeline": QWEN,
}


def load(model: str, *, device: str) -> tuple[Family, Any]:
    """The model's family and its pipeline, where it is to run. Raises `Unusable`."""
    place = _device(device)
    try:
        family = _family(str(diffusers.DiffusionPipeline.load_config(model).get("_class_name")))
        dtype = torch.float32 if place.type == "cpu" else torch.bfloat16
        make = getattr(diffusers, family.pipeline)
        pipeline = make.from_pretrained(model, torch_dtype=dtype, use_safetensors=True)
        pipeline.set_progress_bar_config(disable=True)
        _put(pipeline, place)
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise Unusable(f"it does not fit into the memory of {place}: choose a smaller one") from error
    except Unusable:
        raise
    except Exception as error:  # the libraries fail in many ways on a folder, a hub or a network that is not right
        raise Unusable(
            f"it cannot be loaded; YARDA_DIFFUSERS_MODEL must be a folder with a pipeline, or a name on the hub, "
            f"which must be reachable the first time: {type(error).__name__}: {error}"
        ) from error
    return family, pipeline


def draw(order: Order, *, family: Family, pipeline: Any, steps: int | None) -> Image.Image:
    """The photo with a garden where the mask is white. The same order gives the same picture."""
    arguments = family.arguments(pipeline, order)
    if steps is not None:
        arguments["num_inference_steps"] = steps
    drawn = pipeline(
        prompt=order.prompt,
        mask_image=order.mask,
        strength=1.0,
        generator=torch.Generator("cpu").manual_seed(order.seed),
        **arguments,
    ).images[0]
    # Encoding and decoding alters every pixel a little, outside the mask too.
    seam = order.mask.filter(ImageFilter.GaussianBlur(SEAM_PX))
    return Image.composite(drawn.convert("RGB").resize(order.photo.size), order.photo, seam)


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise Unusable(f"it is a {name}, and Yarda draws with {', '.join(FAMILIES)}")
    family = FAMILIES[name]
    if not hasattr(diffusers, family.pipeline):
        raise Unusable(f"it needs a newer diffusers than {diffusers.__version__}, one with {family.pipeline}")
    if family.needs and find_spec(family.needs) is None:
        raise Unusable(f"it needs {family.needs} besides: pip install {family.needs}")
    return family


def _device(wanted: str) -> torch.device:
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    device = torch.device(wanted)
    if device.type == "cuda" and torch.cuda.device_count() <= (device.index or 0):
        raise Unusable(f"YARDA_DIFFUSERS_DEVICE is {wanted}, and torch {torch.__version__} finds no such GPU")
    return device


def _put(pipeline: Any, place: torch.device) -> None:
    parts = (part for part in pipeline.components.values() if isinstance(part, torch.nn.Module))
    size = sum(weights.nbytes for part in parts for weights in part.parameters())
    if place.type == "cuda" and size > ROOM * torch.cuda.mem_get_info(place)[0]:
        pipeline.enable_model_cpu_offload(device=place)
    else:
        pipeline.to(place)


def _read(line: bytes) -> Order:
    fields = json.loads(line)
    return Order(
        prompt=fields["prompt"],
        seed=fields["seed"],
        photo=_picture(fields["photo"]),
        mask=_picture(fields["mask"]),
        guide=_picture(fields["guide"]) if fields["guide"] else None,
    )


def _picture(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text)))


def _png(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=4)
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    """Answer on what was stdout at the start; whatever libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no end after our parent's
    model, device, steps = sys.argv[1:4]
    try:
        family, pipeline = load(model, device=device)
    except Unusable as error:
        answers.write(json.dumps({"said": f"{model}: {error}"}) + "\n")
        return
    answers.write(json.dumps({"loaded": model}) + "\n")
    for line in sys.stdin.buffer:
        try:
            picture = draw(_read(line), family=family, pipeline=pipeline, steps=int(steps) or None)
        except (MemoryError, torch.OutOfMemoryError) as error:
            answers.write(json.dumps({"said": f"out of memory: {error}"}) + "\n")
        else:
            answers.write(json.dumps({"image": _png(picture)}) + "\n")


if __name__ == "__main__":
    main()
