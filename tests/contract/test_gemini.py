"""The Gemini provider against the emulator, over a real connection: what is asked, paid and returned."""

import asyncio
import base64
import logging
from decimal import Decimal
from uuid import UUID

import httpx2
import pytest

from tests.contract.gemini_call import ATTEMPT, Connect, render
from tests.emulators.gemini import KEY, GeminiEmulator, draw
from tests.emulators.server import ANSWERED_SECONDS
from yarda.domain.attempt import AttemptId
from yarda.errors import ProviderError, ProviderMisconfigured, SettingInvalid
from yarda.pipeline.provider import Rendering, RenderOrder
from yarda.providers._streaming import SendOnce
from yarda.providers.gemini import GeminiProvider, nearest_ratio
from yarda.spool import DiskSpool


def _rejected(response: httpx2.Response, text: str) -> ProviderError:
    return ProviderMisconfigured("gemini", text)


async def test_returns_the_picture_with_its_reference_and_cost(
    connect: Connect, order: RenderOrder, spool: DiskSpool
) -> None:
    rendering = await render(connect(), order, spool)

    assert rendering.image == draw(order.photo)
    assert rendering.media_type == "image/jpeg"
    assert rendering.provider_reference == "r-0001"
    assert rendering.cost_usd == Decimal("0.037275")


async def test_the_request_has_the_documented_shape(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    await render(connect(), order, spool)

    assert emulator.calls[0].method == "POST"
    assert emulator.calls[0].path == "/v1beta/models/gemini-nano-banana-2.1:generateContent"
    assert emulator.last_headers["x-goog-api-key"] == KEY
    assert "x-server-timeout" not in emulator.last_headers
    assert emulator.last == {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {
                        "inlineData": {
                            "mime_type": "image/jpeg",
                            "data": base64.urlsafe_b64encode(order.photo).decode(),
                        }
                    },
                    {"text": order.prompt},
                ],
            }
        ],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
        },
    }


async def test_the_older_model_is_not_told_a_size(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    await render(connect(model="gemini-2.5-flash-image"), order, spool)

    assert emulator.last["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9"}


async def test_the_committed_reply_is_the_whole_body_and_reads_the_same_without_a_request(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    provider = connect()
    rendering = await render(provider, order, spool)

    reply = await spool.find(ATTEMPT)
    assert reply is not None
    assert await provider.read_reply(order, reply) == rendering
    assert len(emulator.calls) == 1


async def test_the_last_picture_that_is_no_thought_is_the_design(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append("thoughts")

    rendering = await render(connect(), order, spool)

    assert rendering.image == draw(order.photo)


async def test_an_unchanged_photo_is_returned_as_it_came(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append("echo")

    rendering = await render(connect(), order, spool)

    assert rendering.image == order.photo


async def test_a_client_that_sends_again_by_itself_is_stopped(emulator: GeminiEmulator, spool: DiskSpool) -> None:
    async with spool.open_sink(ATTEMPT, provider="gemini") as sink:
        once = SendOnce(
            sink, provider="gemini", reject=_rejected, tls=httpx2.create_ssl_context(), seconds=ANSWERED_SECONDS
        )
        async with httpx2.AsyncClient(transport=once) as client:
            with pytest.raises(ProviderMisconfigured):
                await client.post(emulator.base_url)

            with pytest.raises(RuntimeError, match="sent once"):
                await client.post(emulator.base_url)

    assert len(emulator.calls) == 1


async def test_the_key_is_in_no_error_and_no_log(
    connect: Connect, order: RenderOrder, spool: DiskSpool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "another-key-987654321"

    with pytest.raises(ProviderMisconfigured, match=r"API key not valid: \[key\]") as caught:
        await render(connect(api_key=wrong), order, spool)

    assert wrong not in caplog.text
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("key", ["", " ", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_sent_stops_the_start_without_being_shown(key: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        GeminiProvider(api_key=key)

    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize("model", ["", "../v1/other", "a b", "models/gemini"])
def test_a_model_that_is_no_name_stops_the_start(model: str) -> None:
    with pytest.raises(SettingInvalid, match="YARDA_GEMINI_MODEL"):
        GeminiProvider(api_key=KEY, model=model)


@pytest.mark.parametrize("behaviour", ["hang", "hang_mid_body"])
async def test_a_cancelled_call_closes_its_connection(
    behaviour: str, connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append(behaviour)
    call = asyncio.create_task(render(connect(call_seconds=60), order, spool))
    await emulator.arrived.wait()

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    await emulator.calls[0].ended.wait()
    assert emulator.calls[0].client_gone


async def test_parallel_calls_keep_their_replies_apart(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    provider = connect()
    emulator.script.extend(["ok", "text_only", "ok", "blocked:OTHER"])

    async def call(number: int) -> Rendering | ProviderError:
        async with spool.open_sink(AttemptId(UUID(int=number)), provider="gemini") as sink:
            return await provider.render(order, sink)

    results = await asyncio.gather(*map(call, range(4)), return_exceptions=True)

    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["PromptRefused", "Rendering", "Rendering", "UnusableReply"]


async def test_the_environment_does_not_lead_the_call_elsewhere(
    connect: Connect, order: RenderOrder, spool: DiskSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_API_KEY", "another")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v9")

    rendering = await render(connect(), order, spool)

    assert rendering.provider_reference == "r-0001"


@pytest.mark.parametrize(
    ("size", "ratio"),
    [
        ((1600, 900), "16:9"),
        ((4000, 3000), "4:3"),
        ((3000, 4000), "3:4"),
        ((100, 99), "1:1"),
        ((9000, 900), "21:9"),
    ],
)
def test_the_nearest_offered_ratio_is_asked_for(size: tuple[int, int], ratio: str) -> None:
    assert nearest_ratio(*size) == ratio


@pytest.mark.parametrize(
    ("model", "picture"),
    [
        ("gemini-nano-banana-2.1", "0.0336"),
        ("gemini-3-pro-image", "0.1344"),
        ("gemini-2.5-flash-image", "0.0387"),
    ],
)
async def test_without_counted_tokens_a_picture_costs_its_list_price(
    model: str, picture: str, connect: Connect, order: RenderOrder
) -> None:
    provider = connect(model=model)
    reply = (
        b'{"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}}]}'
    )

    rendering = await provider.read_reply(order, reply)

    assert rendering.cost_usd == Decimal(picture) < provider.price_cap_usd


async def test_a_model_without_a_price_is_booked_as_the_dearest(connect: Connect) -> None:
    assert connect(model="gemini-9").price_cap_usd == connect(model="gemini-3-pro-image").price_cap_usd
