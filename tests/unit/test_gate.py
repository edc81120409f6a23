"""The gate by itself: limits, what refusals teach, the breaker, and turns for those who wait."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yarda.domain.gate import FARTHEST, MINUTE, UNLIMITED, Gate, Limits, Traffic
from yarda.errors import (
    HouseMoved,
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderError,
    ProviderFailed,
    ProviderMisconfigured,
    UnusableReply,
)

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
GATE = Gate(key="gemini model", provider="gemini")
FREE = Limits()


def after(gate: Gate, error: type[ProviderError], *, times: int = 1, hint: float | None = None) -> Gate:
    for _ in range(times):
        gate = gate.after(error("gemini", "why", retry_after=hint), Traffic(), started=NOW, now=NOW)
    return gate


def seconds(wait: timedelta | None) -> float:
    return 0.0 if wait is None else wait.total_seconds()


def test_without_limits_nobody_waits() -> None:
    busy = Traffic(calls=500, first=NOW - MINUTE, last=NOW, delivered=400, open=100)

    assert GATE.wait(FREE, busy, now=NOW) is None


def test_calls_at_a_time_are_limited() -> None:
    limits = Limits(parallel=3)

    assert GATE.wait(limits, Traffic(open=2), now=NOW) is None
    assert GATE.wait(limits, Traffic(open=3), now=NOW) is not None


def test_calls_a_minute_are_limited_until_the_first_of_them_is_a_minute_old() -> None:
    limits = Limits(per_minute=10)
    traffic = Traffic(calls=10, first=NOW - timedelta(seconds=42), last=NOW)

    assert GATE.wait(limits, Traffic(calls=9, first=NOW, last=NOW), now=NOW) is None
    assert seconds(GATE.wait(limits, traffic, now=NOW)) == pytest.approx(18)


def test_a_refusal_pauses_everybody_as_long_as_it_says() -> None:
    gate = after(GATE, ProviderBusy, hint=37.0)

    assert seconds(gate.wait(FREE, Traffic(), now=NOW)) == pytest.approx(37)
    assert gate.wait(FREE, Traffic(), now=NOW + timedelta(seconds=37)) is None


def test_refusals_without_a_hint_back_off_further_each_time() -> None:
    once = after(GATE, ProviderBusy)
    later = NOW + timedelta(seconds=30)
    twice = once.after(ProviderBusy("gemini", "why"), Traffic(), started=later, now=later)

    first = seconds(once.wait(FREE, Traffic(), now=NOW))
    assert 1 <= first < seconds(twice.wait(FREE, Traffic(), now=later)) <= 60


def test_the_pace_starts_from_what_went_through_and_one_burst_slows_it_once() -> None:
    traffic = Traffic(calls=20, first=NOW - timedelta(seconds=10), last=NOW, delivered=5)
    busy = ProviderBusy("gemini", "why", retry_after=1.0)

    once = GATE.after(busy, traffic, started=NOW - timedelta(seconds=1), now=NOW)
    burst = once.after(busy, traffic, started=NOW - timedelta(seconds=1), now=NOW + timedelta(seconds=0.2))

    assert once.pace == burst.pace == pytest.approx(30)


def test_a_pace_that_is_too_quick_slows_and_each_success_quickens_it() -> None:
    paced = after(GATE, ProviderBusy, hint=1.0)
    assert paced.pace is not None
    later = NOW + timedelta(seconds=5)

    served = paced.delivered(now=later)
    slowed = served.after(ProviderBusy("gemini", "why"), Traffic(), started=later, now=later)
    starved = paced.after(ProviderBusy("gemini", "why"), Traffic(), started=later, now=later)

    assert served.pace is not None
    assert slowed.pace is not None
    assert starved.pace is not None
    assert served.pace > paced.pace
    assert starved.pace < slowed.pace < served.pace
    assert slowed.settled
    after_settling = slowed.delivered(now=later).pace
    assert after_settling is not None
    assert after_settling / slowed.pace < served.pace / paced.pace


def test_calls_keep_the_pace() -> None:
    paced = Gate(key="k", provider="p", pace=30.0)

    assert seconds(paced.wait(FREE, Traffic(last=NOW), now=NOW)) == pytest.approx(2)
    assert paced.wait(FREE, Traffic(last=NOW - timedelta(seconds=2)), now=NOW) is None


def test_five_failures_in_a_row_open_the_breaker_and_one_call_probes_it() -> None:
    four = after(GATE, ProviderFailed, times=4)
    five = after(four, OutcomeUnknown)
    then = NOW + timedelta(seconds=30)

    assert not four.is_open(NOW)
    assert five.is_open(NOW)
    assert not five.is_open(then)
    assert five.wait(FREE, Traffic(), now=then) is None
    probing = five.passed(now=then, longest_call=timedelta(minutes=10))
    assert probing.wait(FREE, Traffic(), now=then) is not None
    assert probing.wait(FREE, Traffic(), now=then + timedelta(seconds=599)) is not None
    assert probing.wait(FREE, Traffic(), now=then + timedelta(minutes=10)) is None


def test_a_probe_closes_the_breaker_or_doubles_its_time() -> None:
    probing = after(GATE, ProviderFailed, times=5).passed(now=NOW, longest_call=timedelta(minutes=5))

    closed = probing.delivered(now=NOW)
    again = after(probing, ProviderFailed)
    assert closed.wait(FREE, Traffic(), now=NOW) is None
    assert closed.failures == closed.trips == 0
    assert seconds(again.wait(FREE, Traffic(), now=NOW)) == pytest.approx(60)
    assert seconds(after(again, ProviderFailed, times=9).wait(FREE, Traffic(), now=NOW)) == pytest.approx(300)


def test_a_key_that_is_not_accepted_opens_it_at_once() -> None:
    assert after(GATE, ProviderMisconfigured).is_open(NOW)


@pytest.mark.parametrize("error", [PromptRefused, UnusableReply, HouseMoved])
def test_a_refused_picture_says_nothing_about_the_provider(error: type[ProviderError]) -> None:
    gate = after(after(GATE, ProviderFailed, times=4), error, times=20)

    assert not gate.is_open(NOW)
    assert not after(gate, ProviderFailed, times=4).is_open(NOW)


@given(
    pace=st.one_of(st.none(), st.floats(1, 600)),
    per_minute=st.one_of(st.none(), st.integers(1, 600)),
    wait=st.floats(0.1, 50),
    waiting=st.integers(1, 200),
)
def test_all_who_wait_get_turns_one_after_the_other_and_none_is_far_off(
    pace: float | None, per_minute: int | None, wait: float, waiting: int
) -> None:
    gate, turns = Gate(key="k", provider="p", pace=pace), []
    for _ in range(waiting):
        gate, turn = gate.queued(timedelta(seconds=wait), Limits(per_minute=per_minute), now=NOW)
        turns.append(turn.total_seconds())

    assert all(wait - 1e-6 <= turn <= wait + FARTHEST.total_seconds() + 1e-6 for turn in turns)
    apart = 60 / min(pace or UNLIMITED, per_minute or UNLIMITED)
    first_round = turns[: int(FARTHEST.total_seconds() / apart)]
    assert all(later - turn >= apart - 1e-5 for turn, later in pairwise(first_round))
