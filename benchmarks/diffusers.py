"""A picture by FLUX.2 klein 4B in its real size, with random weights, where there is a GPU: seconds and memory."""

import sys
import time
from importlib.util import find_spec
from typing import Any

from PIL import Image

SIZE = (1184, 848)
PROMPT = "Redesign the front yard as a Japanese garden. " * 18


def main() -> None:
    """Print what one picture takes after a first one, or why none is drawn."""
    if find_spec("torch") is None or find_spec("diffusers") is None:
        sys.exit("the extra is not installed: pip install 'yarda[diffusers]'")
    import torch

    if not torch.cuda.is_available():
        sys.exit("there is no GPU here")
    pipeline = _klein()
    _draw(pipeline)
    torch.cuda.reset_peak_memory_stats()
    started = time.monotonic()
    _draw(pipeline)
    seconds = time.monotonic() - started
    gib = torch.cuda.max_memory_allocated() / 2**30
    print(f"{torch.cuda.get_device_name()}: {seconds:.1f} s, {gib:.1f} GiB at most")


def _klein() -> Any:
    """The configurations of the published model."""
    import torch
    from diffusers import (
        AutoencoderKLFlux2,
        FlowMatchEulerDiscreteScheduler,
        Flux2KleinInpaintPipeline,
        Flux2Transformer2DModel,
    )
    from tests.contract.tiny_pipelines import tokenizer
    from transformers import Qwen3Config, Qwen3ForCausalLM

    text = Qwen3Config(
        hidden_size=2560,
        intermediate_size=9728,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
    )
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        parts = {
            "vae": AutoencoderKLFlux2(),
            "text_encoder": Qwen3ForCausalLM(text),
            "transformer": Flux2Transformer2DModel(
                num_layers=5,
                num_single_layers=20,
                num_attention_heads=24,
                joint_attention_dim=3 * 2560,
                guidance_embeds=False,
            ),
        }
    torch.set_default_dtype(torch.float32)
    scheduler = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
    return Flux2KleinInpaintPipeline(scheduler=scheduler, tokenizer=tokenizer(), is_distilled=True, **parts)


def _draw(pipeline: Any) -> None:
    from yarda.providers._diffusers_child import KLEIN, Order, draw

    photo = Image.effect_noise(SIZE, 40).convert("RGB")
    order = Order(prompt=PROMPT, seed=1, photo=photo, mask=Image.new("L", SIZE, 255), guide=photo)
    draw(order, family=KLEIN, pipeline=pipeline, steps=None)


if __name__ == "__main__":
    main()
