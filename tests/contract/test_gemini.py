"""The Gemini provider against the emulator: every way a call can end, over a real connection."""

import asyncio
import base64
import logging
import socket
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from uuid import UUID

import httpx2
import psutil
import pytest

from tests.emulators.gemini import KEY, GeminiEmulator, draw
from yarda.domain.attempt import AttemptId
from yarda.errors import (
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    SettingInvalid,
    UnusableReply,
)
from yarda.pipeline.ports import Rendering, RenderOrder
from yarda.providers._streaming import SendOnce
from yarda.providers.gemini import GeminiProvider, nearest_ratio
from yarda.spool import CAP_BYTES, DiskSpool

ATTEMPT = AttemptId(UUID("00000000-0000-4000-8000-000000000001"))
CALL_SECONDS = 1.0

Connect = Callable[..., GeminiProvider]


@pytest.fixture
async def emulator() -> AsyncIterator[GeminiEmulator]:
    async with GeminiEmulator() as emulator:
        yield emulator


@pytest.fixture
async def connect(emulator: GeminiEmulator) -> AsyncIterator[Connect]:
    made: list[GeminiProvider] = []

    def connect(**settings: object) -> GeminiProvider:
        given = {"api_key": KEY, "base_url": emulator.base_url, "call_seconds": CALL_SECONDS, **settings}
        made.append(GeminiProvider(**given))  # type: ignore[arg-type]
        return made[-1]

    yield connect
    for provider in made:
        await provider.close()


async def render(provider: GeminiProvider, order: RenderOrder, spool: DiskSpool) -> Rendering:
    async with spool.open_sink(ATTEMPT, provider=provider.name) as sink:
        return await provider.render(order, sink)


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


NOT_COMMITTED = [
    ("bare:429", ProviderBusy, None),
    ("retry_info:37s", ProviderBusy, 37.0),
    ("retry_info:0.5s", ProviderBusy, 0.5),
    ("retry_info:soon", ProviderBusy, None),
    ("retry_after:12", ProviderBusy, 12.0),
    ("retry_after:Mon, 02 Nov 2026 12:01:30 GMT", ProviderBusy, 90.0),
    ("retry_after:never", ProviderBusy, None),
    ("error_hang", ProviderBusy, None),
    ("status:503", ProviderBusy, None),
    ("html:503", ProviderBusy, None),
    ("status:400", ProviderMisconfigured, None),
    ("bare:401", ProviderMisconfigured, None),
    ("status:402", ProviderMisconfigured, None),
    ("status:403", ProviderMisconfigured, None),
    ("redirect:http://127.0.0.1:1/", ProviderMisconfigured, None),
    ("html:500", ProviderFailed, None),
    ("html:502", ProviderFailed, None),
    ("status:504", ProviderFailed, None),
    ("hang", OutcomeUnknown, None),
    ("hang_after_headers", OutcomeUnknown, None),
    ("hang_mid_body", OutcomeUnknown, None),
    ("trickle:0.1", OutcomeUnknown, None),
    ("reset", OutcomeUnknown, None),
    ("reset_mid_body", OutcomeUnknown, None),
    ("cut", OutcomeUnknown, None),
]


@pytest.mark.parametrize(("behaviour", "expected", "retry_after"), NOT_COMMITTED)
async def test_a_call_without_a_whole_reply_has_its_own_error_and_is_sent_once(
    behaviour: str,
    expected: type[ProviderError],
    retry_after: float | None,
    connect: Connect,
    emulator: GeminiEmulator,
    order: RenderOrder,
    spool: DiskSpool,
) -> None:
    emulator.script.append(behaviour)

    with pytest.raises(ProviderError) as caught:
        await render(connect(), order, spool)

    assert type(caught.value) is expected
    assert caught.value.retry_after == retry_after
    assert caught.value.billable is (expected is OutcomeUnknown)
    assert len(emulator.calls) == 1
    assert await spool.find(ATTEMPT) is None


COMMITTED = [
    ("empty", UnusableReply, "no candidates"),
    ("raw:<html>not JSON</html>", UnusableReply, "cannot be read"),
    ("raw:[]", UnusableReply, "no candidates"),
    ("raw:" + "[" * 100_000, UnusableReply, "cannot be read"),
    ('raw:{"candidates": "none"}', UnusableReply, "no picture"),
    ('raw:{"responseId": 7}', UnusableReply, "cannot be read"),
    ('raw:{"candidates": [{}]}', UnusableReply, "no picture, finished with no reason"),
    ('raw:{"candidates": [{"content": {}, "finishReason": "STOP"}]}', UnusableReply, "no picture"),
    ("draft_only", UnusableReply, "no picture"),
    ("bad_base64", UnusableReply, "cannot be read"),
    ("text_only", UnusableReply, "I cannot edit this picture."),
    ("no_picture", UnusableReply, "no picture"),
    ("blocked:PROHIBITED_CONTENT", PromptRefused, "prompt blocked: PROHIBITED_CONTENT"),
    ("blocked:IMAGE_SAFETY", PromptRefused, "prompt blocked: IMAGE_SAFETY"),
    ("blocked:OTHER", PromptRefused, "prompt blocked: OTHER"),
    *(
        (f"finish:{reason}", PromptRefused, f"finished with {reason} why")
        for reason in (
            "SAFETY",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
        )
    ),
    *(
        (f"finish:{reason}", UnusableReply, f"finished with {reason} why")
        for reason in (
            "STOP",
            "MAX_TOKENS",
            "RECITATION",
            "LANGUAGE",
            "OTHER",
            "IMAGE_RECITATION",
            "IMAGE_OTHER",
            "NO_IMAGE",
            "MALFORMED_RESPONSE",
            "MISSING_THOUGHT_SIGNATURE",
            "CONTINUATION",
        )
    ),
]


@pytest.mark.parametrize(("behaviour", "expected", "reason"), COMMITTED)
async def test_a_whole_reply_without_a_picture_is_kept_and_read_again_as_the_same_error(
    behaviour: str,
    expected: type[ProviderError],
    reason: str,
    connect: Connect,
    emulator: GeminiEmulator,
    order: RenderOrder,
    spool: DiskSpool,
) -> None:
    emulator.script.append(behaviour)
    provider = connect()

    with pytest.raises(ProviderError) as caught:
        await render(provider, order, spool)

    reply = await spool.find(ATTEMPT)
    assert reply is not None
    with pytest.raises(ProviderError) as again:
        await provider.read_reply(order, reply)
    assert type(caught.value) is type(again.value) is expected
    assert str(caught.value) == str(again.value)
    assert reason in caught.value.reason
    assert len(emulator.calls) == 1


async def test_a_continuation_that_offers_a_token_is_not_followed(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    token = '{"candidates": [{"finishReason": "CONTINUATION", "continuationToken": "AAAA"}]}'
    emulator.script.append(f"raw:{token}")

    with pytest.raises(UnusableReply, match="no picture, finished with CONTINUATION"):
        await render(connect(), order, spool)

    assert len(emulator.calls) == 1


async def test_a_client_that_sends_again_by_itself_is_stopped(emulator: GeminiEmulator, spool: DiskSpool) -> None:
    async with spool.open_sink(ATTEMPT, provider="gemini") as sink:
        once = SendOnce(
            sink, provider="gemini", reject=_rejected, tls=httpx2.create_ssl_context(), seconds=CALL_SECONDS
        )
        async with httpx2.AsyncClient(transport=once) as client:
            with pytest.raises(ProviderMisconfigured):
                await client.post(emulator.base_url)

            with pytest.raises(RuntimeError, match="sent once"):
                await client.post(emulator.base_url)

    assert len(emulator.calls) == 1


@pytest.mark.filterwarnings("ignore:BRAND_NEW is not a valid FinishReason")
async def test_a_finish_reason_of_tomorrow_is_no_crash(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append("finish:BRAND_NEW")

    with pytest.raises(UnusableReply, match="BRAND_NEW"):
        await render(connect(), order, spool)


async def test_words_that_no_row_can_hold_are_left_out(connect: Connect, order: RenderOrder) -> None:
    reply = rb'{"responseId": "a\u0000b\ud800", "promptFeedback": {"blockReason": "OTHER"}}'

    with pytest.raises(PromptRefused) as caught:
        await connect().read_reply(order, reply)

    assert caught.value.reference == "a b"


async def test_a_refused_connection_is_a_busy_provider(
    connect: Connect, order: RenderOrder, spool: DiskSpool
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(ProviderBusy):
            await render(connect(base_url=nobody), order, spool)


async def test_a_connection_that_is_never_taken_up_is_a_busy_provider(
    connect: Connect, order: RenderOrder, spool: DiskSpool
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address), pytest.raises(ProviderBusy):
            await render(connect(base_url=f"http://127.0.0.1:{address[1]}"), order, spool)


async def test_an_unknown_model_names_the_setting(connect: Connect, order: RenderOrder, spool: DiskSpool) -> None:
    with pytest.raises(ProviderMisconfigured, match=r"gemini-9.*change YARDA_GEMINI_MODEL"):
        await render(connect(model="gemini-9"), order, spool)


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


async def test_a_huge_body_is_cut_at_the_cap_and_memory_stays_bounded(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append(f"huge:{200 * 2**20}")
    provider = connect(call_seconds=20)
    process = psutil.Process()
    before = process.memory_info().rss

    with pytest.raises(UnusableReply, match="larger than 25 MB"):
        await render(provider, order, spool)

    assert process.memory_info().rss - before < 2 * CAP_BYTES
    await emulator.calls[0].ended.wait()
    assert emulator.calls[0].client_gone
    assert await spool.find(ATTEMPT) is None


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


async def test_a_call_that_takes_too_long_frees_its_connection(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append("hang")

    with pytest.raises(OutcomeUnknown, match=r"no whole reply within 0\.1 s"):
        await render(connect(call_seconds=0.1), order, spool)

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
