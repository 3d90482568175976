"""30 s to 12 h with jitter, for 7 days; and the breaker."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from federation import backoff, breaker
from federation.breaker import CLOSED, Breaker
from tests.federation.peers import START

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
fractions = st.floats(min_value=0, max_value=1, exclude_max=True)


def test_the_middle_of_the_jitter_doubles_from_half_a_minute_to_half_a_day() -> None:
    seconds = [backoff.delay(attempts, 0.5).total_seconds() for attempts in range(1, 15)]
    assert seconds == [min(30 * 2**n, 43_200) for n in range(14)]


@given(st.integers(1, 10_000), fractions)
def test_no_delay_leaves_its_fifth(attempts: int, fraction: float) -> None:
    middle = backoff.delay(attempts, 0.5)
    assert 0.8 * middle <= backoff.delay(attempts, fraction) <= 1.2 * middle
    assert backoff.delay(attempts, fraction) <= timedelta(hours=14.4)


@given(fractions)
def test_a_week_of_attempts_is_a_score_of_them_and_then_the_end(fraction: float) -> None:
    now, attempts = START, 0
    while (following := backoff.next_attempt(attempts + 1, now=now, since=START, fraction=fraction)) is not None:
        attempts, now = attempts + 1, following
    assert 18 <= attempts <= 32
    assert timedelta(days=7) <= now - START < timedelta(days=7.7)


def test_what_the_peer_asks_for_is_honoured_up_to_half_a_day() -> None:
    def wait(asked: timedelta) -> timedelta:
        following = backoff.next_attempt(1, now=START, since=START, fraction=0.5, at_least=asked)
        assert following is not None
        return following - START

    assert wait(10 * MINUTE) == 10 * MINUTE
    assert wait(SECOND) == 30 * SECOND
    assert wait(timedelta(days=365)) == timedelta(hours=12)


def fail(state: Breaker, *minutes: float) -> Breaker:
    for minute in minutes:
        state = breaker.after_failure(state, START + minute * MINUTE)
    return state


def test_five_failures_in_ten_minutes_open_it() -> None:
    assert breaker.wait_until(fail(CLOSED, 0, 1, 2, 3), START + 4 * MINUTE) is None
    opened = fail(CLOSED, 0, 1, 2, 3, 4)
    assert breaker.wait_until(opened, START + 5 * MINUTE) == START + 34 * MINUTE


def test_five_failures_in_an_hour_do_not() -> None:
    assert not fail(CLOSED, 0, 12, 24, 36, 48).is_open


def test_after_half_an_hour_one_probe_goes_and_the_others_wait() -> None:
    opened = fail(CLOSED, 0, 1, 2, 3, 4)
    then = START + 34 * MINUTE
    assert breaker.wait_until(opened, then) is None
    assert breaker.wait_until(breaker.probing(opened, then), then + SECOND) == then + MINUTE


def test_a_failed_probe_opens_it_for_as_long_again_and_a_success_closes_it() -> None:
    opened = fail(CLOSED, 0, 1, 2, 3, 4)
    assert breaker.wait_until(fail(opened, 35), START + 36 * MINUTE) == START + 65 * MINUTE
    assert breaker.after_success(opened) == CLOSED


@given(st.lists(st.floats(0, 10_000), max_size=200))
def test_a_breaker_never_grows(minutes: list[float]) -> None:
    assert len(fail(CLOSED, *sorted(minutes)).failures) <= breaker.FAILURES
