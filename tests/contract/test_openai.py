"""The OpenAI provider against the emulator, through the real library: what is asked, paid, returned, and fails."""

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.contract.pictures import decode, encode, quarters
from tests.emulators.gemini import draw
from tests.emulators.openai import KEY, OpenAIEmulator
from tests.emulators.server import ANSWERED_SECONDS, call_seconds
from yarda.domain.attempt import AttemptId
from yarda.domain.place import SourceKind
from yarda.errors import (
    DamagedReply,
    OutcomeUnknown,
    PromptRejected,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    SettingInvalid,
    UnusableReply,
)
from yarda.pipeline.provider import Guide, Rendering, RenderOrder
from yarda.providers.openai import OpenAIProvider
from yarda.spool import DiskSpool

ATTEMPT = AttemptId(UUID("00000000-0000-4000-8000-000000000003"))
GROUND = (((0.0, 110.0), (320.0, 110.0), (320.0, 180.0), (0.0, 180.0)),)
Connect = Callable[..., OpenAIProvider]


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIEmulator]:
    async with OpenAIEmulator() as emulator:
        yield emulator


@pytest.fixture
def connect(openai: OpenAIEmulator) -> Connect:
    def connect(**settings: object) -> OpenAIProvider:
        given = {"api_key": KEY, "base_url": f"{openai.base_url}/v1", "call_seconds": ANSWERED_SECONDS, **settings}
        return OpenAIProvider(**given)  # type: ignore[arg-type]

    return connect


@pytest.fixture
def order(order: RenderOrder) -> RenderOrder:
    return replace(order, ground=GROUND)


async def render(provider: OpenAIProvider, order: RenderOrder, spool: DiskSpool) -> Rendering:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        return await provider.render(order, sink)


async def test_returns_the_picture_with_its_reference_and_cost(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    rendering = await render(connect(), order, spool)

    assert rendering.image == draw(openai.last.images[0])
    assert (rendering.media_type, rendering.provider_reference) == ("image/jpeg", "req-0001")
    assert rendering.cost_usd == Decimal("0.069")


async def test_the_photo_goes_with_a_mask_of_the_ground_in_its_own_shape(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    await render(connect(), order, spool)

    sent = openai.last
    assert sent.fields["prompt"] == order.prompt
    assert (sent.fields["model"], sent.fields["n"], sent.fields["quality"]) == ("gpt-image-2", "1", "medium")
    width, height = (int(side) for side in sent.fields["size"].split("x"))
    assert width % 16 == height % 16 == 0
    assert width / height == pytest.approx(320 / 180, rel=0.03)
    assert decode(sent.images[0]).size == (width, height)
    assert sent.mask is not None
    alpha = np.asarray(decode(sent.mask))[..., 3]
    assert alpha.shape == (height, width)
    assert alpha[-1].max() == 0
    assert alpha[0].min() == 255
    first_free = int(np.argmax(alpha[:, width // 2] == 0))
    assert first_free == pytest.approx((110 / 180 - 0.22) * height, abs=6)


async def test_a_guide_and_its_mask_go_along(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    mask = Image.new("L", (320, 180))
    mask.paste(255, (0, 90, 320, 180))
    guide = Guide(image=encode(quarters(320, 180), "PNG"), edit_mask=encode(mask, "PNG"), garden={})

    await render(connect(), replace(order, guide=guide), spool)

    assert len(openai.last.images) == 3
    assert openai.last.mask is not None
    alpha = np.asarray(decode(openai.last.mask))[..., 3]
    assert (alpha == 0).mean() == pytest.approx(0.5, abs=0.02)


async def test_a_satellites_picture_is_a_reference_without_a_mask(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    await render(connect(), replace(order, source=SourceKind.SATELLITE), spool)

    assert openai.last.mask is None
    assert openai.last.fields["size"] == "1536x1024"


async def test_the_older_models_are_asked_for_a_shape_they_know(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    await render(connect(model="gpt-image-1.5"), order, spool)

    assert openai.last.fields["size"] == "1536x1024"


async def test_a_kept_reply_reads_the_same_without_a_request(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    provider = connect()
    rendering = await render(provider, order, spool)

    reply = await spool.find(ATTEMPT)
    assert reply is not None
    assert await provider.read_reply(order, reply) == rendering
    assert len(openai.calls) == 1


NOT_KEPT = [
    ("status:400", ProviderMisconfigured, None),
    ("code:429/rate_limit_exceeded", ProviderBusy, 12.0),
    ("retry_after:7", ProviderBusy, 7.0),
    ("retry_after_ms:1500", ProviderBusy, 1.5),
    ("status:503", ProviderBusy, None),
    ("code:429/insufficient_quota", ProviderMisconfigured, None),
    ("code:400/billing_hard_limit_reached", ProviderMisconfigured, None),
    ("code:403/unsupported_country", ProviderMisconfigured, None),
    ("code:400/moderation_blocked", PromptRejected, None),
    ("code:400/content_policy_violation", PromptRejected, None),
    ("status:500", ProviderFailed, None),
    ("html:502", ProviderFailed, None),
    ("hang", OutcomeUnknown, None),
    ("hang_in_headers", OutcomeUnknown, None),
    ("hang_after_headers", OutcomeUnknown, None),
    ("hang_mid_body", OutcomeUnknown, None),
    ("trickle:0.1", OutcomeUnknown, None),
    ("reset", OutcomeUnknown, None),
    ("reset_mid_body", OutcomeUnknown, None),
    ("cut", OutcomeUnknown, None),
]


@pytest.mark.parametrize(("behaviour", "expected", "retry_after"), NOT_KEPT)
async def test_a_call_without_a_whole_reply_has_its_own_error_and_is_sent_once(
    behaviour: str,
    expected: type[ProviderError],
    retry_after: float | None,
    connect: Connect,
    openai: OpenAIEmulator,
    order: RenderOrder,
    spool: DiskSpool,
) -> None:
    openai.script.append(behaviour)

    with pytest.raises(ProviderError) as caught:
        await render(connect(call_seconds=call_seconds(behaviour)), order, spool)

    assert type(caught.value) is expected
    assert caught.value.retry_after == retry_after
    assert caught.value.billable is (expected is OutcomeUnknown)
    assert KEY not in str(caught.value)
    assert len(openai.calls) == 1
    assert await spool.find(ATTEMPT) is None


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("no_picture", UnusableReply),
        ("bad_base64", DamagedReply),
        ("empty", DamagedReply),
        ("raw:<html>", DamagedReply),
        ("raw:[]", UnusableReply),
        ('raw:{"data": 7}', DamagedReply),
    ],
)
async def test_a_whole_reply_without_a_picture_is_kept_and_sent_once(
    behaviour: str,
    expected: type[ProviderError],
    connect: Connect,
    openai: OpenAIEmulator,
    order: RenderOrder,
    spool: DiskSpool,
) -> None:
    openai.script.append(behaviour)

    with pytest.raises(UnusableReply) as caught:
        await render(connect(), order, spool)

    assert isinstance(caught.value, expected)
    assert caught.value.billable
    assert await spool.find(ATTEMPT) is not None
    assert len(openai.calls) == 1


async def test_a_huge_body_is_cut_and_memory_stays_bounded(
    connect: Connect, openai: OpenAIEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    openai.script.append(f"huge:{200 * 2**20}")
    before = psutil.Process().memory_info().rss

    with pytest.raises(UnusableReply, match="larger than 25 MB"):
        await render(connect(), order, spool)

    assert psutil.Process().memory_info().rss - before < 60 * 2**20


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"model": "gpt-image-9"}, "YARDA_OPENAI_MODEL"), ({"api_key": "sk-wrong"}, "YARDA_OPENAI_API_KEY")],
)
async def test_what_is_set_wrong_is_named(
    settings: dict[str, str], words: str, connect: Connect, order: RenderOrder, spool: DiskSpool
) -> None:
    with pytest.raises(ProviderMisconfigured, match=words) as caught:
        await render(connect(**settings), order, spool)

    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize("settings", [{"api_key": ""}, {"api_key": "a b"}, {"model": "../x"}])
def test_a_key_or_model_that_cannot_be_sent_is_refused_at_start(settings: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid):
        OpenAIProvider(**({"api_key": KEY} | settings))  # type: ignore[arg-type]


def test_a_mask_without_ground_lets_everything_be_drawn(order: RenderOrder) -> None:
    from yarda.providers._pictures import ground_mask

    out = io.BytesIO()
    ground_mask(replace(order, ground=()), (64, 48)).save(out, "PNG")
    assert np.asarray(decode(out.getvalue())).min() == 255
