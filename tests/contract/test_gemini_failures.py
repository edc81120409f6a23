"""Every way a call to Gemini can fail, over a real connection: its error, and what is left of it."""

import socket

import psutil
import pytest

from tests.contract.gemini_call import ATTEMPT, Connect, render
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.server import call_seconds
from yarda.errors import (
    DamagedReply,
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    UnusableReply,
)
from yarda.pipeline.provider import RenderOrder
from yarda.spool import CAP_BYTES, DiskSpool

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
    ("hang_in_headers", OutcomeUnknown, None),
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
        await render(connect(call_seconds=call_seconds(behaviour)), order, spool)

    assert type(caught.value) is expected
    assert caught.value.retry_after == retry_after
    assert caught.value.billable is (expected is OutcomeUnknown)
    assert len(emulator.calls) == 1
    assert await spool.find(ATTEMPT) is None


COMMITTED = [
    ("empty", DamagedReply, "no candidates"),
    ("raw:<html>not JSON</html>", DamagedReply, "cannot be read"),
    ("raw:[]", UnusableReply, "no candidates"),
    ("raw:" + "[" * 100_000, DamagedReply, "cannot be read"),
    ('raw:{"candidates": "none"}', UnusableReply, "no picture"),
    ('raw:{"responseId": 7}', DamagedReply, "cannot be read"),
    ('raw:{"candidates": [{}]}', UnusableReply, "no picture, finished with no reason"),
    ('raw:{"candidates": [{"content": {}, "finishReason": "STOP"}]}', UnusableReply, "no picture"),
    ("draft_only", UnusableReply, "no picture"),
    ("bad_base64", DamagedReply, "cannot be read"),
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
    ("finish:MALFORMED_RESPONSE", DamagedReply, "finished with MALFORMED_RESPONSE why"),
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
            await render(connect(base_url=f"http://127.0.0.1:{address[1]}", call_seconds=1), order, spool)


async def test_an_unknown_model_names_the_setting(connect: Connect, order: RenderOrder, spool: DiskSpool) -> None:
    with pytest.raises(ProviderMisconfigured, match=r"gemini-9.*change YARDA_GEMINI_MODEL"):
        await render(connect(model="gemini-9"), order, spool)


async def test_a_huge_body_is_cut_at_the_cap_and_memory_stays_bounded(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append(f"huge:{200 * 2**20}")
    provider = connect()
    process = psutil.Process()
    before = process.memory_info().rss

    with pytest.raises(UnusableReply, match="larger than 25 MB"):
        await render(provider, order, spool)

    assert process.memory_info().rss - before < 2 * CAP_BYTES
    await emulator.calls[0].ended.wait()
    assert emulator.calls[0].client_gone
    assert await spool.find(ATTEMPT) is None


async def test_a_call_that_takes_too_long_frees_its_connection(
    connect: Connect, emulator: GeminiEmulator, order: RenderOrder, spool: DiskSpool
) -> None:
    emulator.script.append("hang")

    with pytest.raises(OutcomeUnknown, match=r"no whole reply within 0\.1 s"):
        await render(connect(call_seconds=0.1), order, spool)

    await emulator.calls[0].ended.wait()
    assert emulator.calls[0].client_gone
