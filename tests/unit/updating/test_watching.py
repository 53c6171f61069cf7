"""A trial's verdict: healthy for a while without a break, or back."""

from __future__ import annotations

from collections.abc import Callable

from appliance.updating.watching import roles_are_healthy, watch


class Time:
    """Seconds that pass while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def verdict(self, is_healthy: Callable[[float], bool]) -> str:
        return watch(
            lambda: is_healthy(self.now), lambda: self.now, self.sleep, healthy_s=300, patience_s=1200
        )


def test_healthy_for_five_minutes_is_good() -> None:
    time = Time()
    assert time.verdict(lambda now: now >= 60) == "good"
    assert 360 <= time.now <= 370


def test_one_bad_look_begins_the_time_anew() -> None:
    time = Time()
    assert time.verdict(lambda now: now != 290) == "good"
    assert 590 <= time.now <= 600


def test_what_never_stays_healthy_goes_back_after_twenty_minutes() -> None:
    for rhythm in (lambda _now: False, lambda now: now % 200 != 0):
        time = Time()
        assert time.verdict(rhythm) == "bad"
        assert 1200 <= time.now <= 1210


def test_a_box_without_its_services_is_not_healthy() -> None:
    assert not roles_are_healthy(1)
