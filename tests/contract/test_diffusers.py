"""Diffusers: what its extra, its models and its child process promise beyond the suite of all providers."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import numpy as np
import psutil
import pytest
import pytest_asyncio
from PIL import Image

from tests.contract.tiny_models import HAS_EXTRA, tiny_model
from yarda.domain.attempt import AttemptId
from yarda.errors import OutcomeUnknown, ProviderBusy, ProviderCrashed, ProviderMisconfigured, SettingInvalid
from yarda.pipeline.provider import Guide, RenderOrder
from yarda.providers.diffusers import DiffusersProvider
from yarda.spool import DiskSpool

LOWER_HALF = ((0.0, 90.0), (320.0, 90.0), (320.0, 180.0), (0.0, 180.0))
ATTEMPT = AttemptId(UUID(int=1))

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="the extra yarda[diffusers] is not installed")
needs_torchvision = pytest.mark.skipif(not HAS_EXTRA or find_spec("torchvision") is None, reason="no torchvision")
on_one_loop = pytest.mark.asyncio(loop_scope="module")


def small(model: str | Path, **settings: object) -> DiffusersProvider:
    given = {"model": str(model), "device": "cpu", "steps": 1, "pixels": 32_768, **settings}
    return DiffusersProvider(**given)  # type: ignore[arg-type]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def klein() -> AsyncIterator[DiffusersProvider]:
    """Loaded once for the tests that leave it as it is."""
    provider = small(tiny_model("klein"))
    yield provider
    await provider.close()


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., DiffusersProvider]]:
    made: list[DiffusersProvider] = []

    def make(model: str | Path, **settings: object) -> DiffusersProvider:
        made.append(small(model, **settings))
        return made[-1]

    yield make
    for provider in made:
        await provider.close()


@pytest.fixture
def order(order: RenderOrder) -> RenderOrder:
    return replace(order, ground=(LOWER_HALF,))


async def draw(provider: DiffusersProvider, order: RenderOrder, spool: DiskSpool) -> Pixels:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        return pixels((await provider.render(order, sink)).image)


def children() -> list[int]:
    """The processes that hold models for this one."""
    running = psutil.Process().children()
    return [child.pid for child in running if "yarda.providers._diffusers_child" in child.cmdline()]


def pixels(image: bytes) -> Pixels:
    with Image.open(io.BytesIO(image)) as picture:
        return np.asarray(picture.convert("RGB"), np.int64)


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.skipif(HAS_EXTRA, reason="the extra is installed")
def test_without_the_extra_it_says_what_to_install() -> None:
    with pytest.raises(SettingInvalid, match=r"YARDA_DIFFUSERS_MODEL.*pip install 'yarda\[diffusers\]'"):
        small("black-forest-labs/FLUX.2-klein-4B")


@needs_extra
def test_nothing_is_loaded_before_the_first_picture() -> None:
    made = "from yarda.bootstrap import DiffusersProvider; DiffusersProvider(model='a/b')"
    asked = f"{made}; import sys; print('torch' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"


@needs_extra
@on_one_loop
async def test_draws_where_the_ground_is_and_the_same_order_alike(
    klein: DiffusersProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    first = await draw(klein, order, spool)
    again = await draw(klein, order, spool)
    other = await draw(klein, replace(order, seed=2), spool)

    with Image.open(io.BytesIO(order.photo)) as photo:
        before = np.asarray(photo.convert("RGB").resize(first.shape[1::-1]), np.int64)
    changed = np.abs(first - before).mean(axis=(1, 2))
    height = len(changed)
    assert changed[: height // 5].max() < 15
    assert changed[height * 3 // 5 :].min() > 40
    assert (first == again).all()
    assert np.abs(first - other).max() > 20
    assert len(children()) == 1


@needs_extra
@on_one_loop
async def test_a_long_prompt_is_read_to_its_end(
    klein: DiffusersProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    rules = "Keep the house. " * 60

    roses = await draw(klein, replace(order, prompt=f"{rules} Roses."), spool)
    trees = await draw(klein, replace(order, prompt=f"{rules} Trees."), spool)

    assert (roses != trees).any()


@needs_extra
@on_one_loop
async def test_klein_follows_a_guide_and_its_mask(
    klein: DiffusersProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    await check_follows_guides(klein, order, spool)


@needs_torchvision
async def test_qwen_follows_a_guide_and_its_mask(
    make: Callable[..., DiffusersProvider], order: RenderOrder, spool: DiskSpool
) -> None:
    await check_follows_guides(make(tiny_model("qwen"), call_seconds=900), order, spool)


async def check_follows_guides(provider: DiffusersProvider, order: RenderOrder, spool: DiskSpool) -> None:
    mask = Image.new("L", (320, 180), 0)
    mask.paste(255, (160, 0, 320, 180))
    lawn = Guide(image=png(Image.new("RGB", (320, 180), "green")), edit_mask=png(mask), garden={})
    gravel = replace(lawn, image=png(Image.new("RGB", (320, 180), "white")))

    one = await draw(provider, replace(order, guide=lawn), spool)
    other = await draw(provider, replace(order, guide=gravel), spool)

    with Image.open(io.BytesIO(order.photo)) as photo:
        before = np.asarray(photo.convert("RGB").resize(one.shape[1::-1]), np.int64)
    kept = one.shape[1] // 2 - 24
    assert (one != other).any()
    assert (one[:, :kept] == other[:, :kept]).all()
    assert np.abs(one - before)[:, :kept].mean() < 10 < np.abs(one - before)[:, -kept:].mean()


@needs_extra
@on_one_loop
async def test_a_process_that_dies_is_one_failed_call(
    klein: DiffusersProvider, order: RenderOrder, spool: DiskSpool
) -> None:
    await draw(klein, order, spool)
    os.kill(children()[0], signal.SIGKILL)

    with pytest.raises(ProviderCrashed, match="signal 9"):
        await draw(klein, order, spool)

    assert children() == []


@needs_extra
async def test_calls_are_turned_away_until_the_model_is_loaded_and_cut_off_when_they_take_too_long(
    make: Callable[..., DiffusersProvider], order: RenderOrder, spool: DiskSpool
) -> None:
    provider = make(tiny_model("klein"), steps=200, call_seconds=2, pixels=500_000)
    with pytest.raises(ProviderBusy, match="loading"):
        await draw(provider, order, spool)
    loading = children()

    with pytest.raises(OutcomeUnknown, match="within 2 s"):
        while True:
            with contextlib.suppress(ProviderBusy):
                await draw(provider, order, spool)

    assert len(loading) == 1
    assert children() == []
    assert await spool.find(ATTEMPT) is None


@needs_extra
async def test_a_model_that_is_not_here_is_not_waited_for_offline(
    make: Callable[..., DiffusersProvider], order: RenderOrder, spool: DiskSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(ProviderMisconfigured, match=r"nobody/nothing: it cannot be loaded.*the hub"):
        await draw(make("nobody/nothing"), order, spool)


@needs_extra
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("index", "device", "said"),
    [
        ('{"_class_name": "StableDiffusionPipeline"}', "cpu", "is a StableDiffusionPipeline.*Flux2KleinPipeline"),
        ('{"_class_name": "Flux2KleinPipeline"}', "cpu", "YARDA_DIFFUSERS_MODEL must be a folder"),
        ("{", "cpu", "YARDA_DIFFUSERS_MODEL must be a folder"),
        ("{}", "cuda:99", "YARDA_DIFFUSERS_DEVICE is cuda:99.*no such GPU"),
    ],
)
def test_a_model_that_cannot_draw_here_says_what_to_change(
    index: str, device: str, said: str, tmp_path: Path
) -> None:
    from yarda.providers import _diffusers_child as child  # torch comes with it

    (tmp_path / "model_index.json").write_text(index)

    with pytest.raises(child.Unusable, match=said):
        child.load(str(tmp_path), device=device)
