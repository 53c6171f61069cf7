"""Ids sort by time and never go back; instants are written and read without loss."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.clock import SystemClock, from_text, to_text
from appliance.core.ids import IdMaker, new_id
from tests.fakes.clock import START, FakeClock


def test_ids_sort_by_the_time_they_were_made() -> None:
    maker = IdMaker()
    ids = [maker.make(START + timedelta(milliseconds=step)) for step in range(0, 5000, 7)]
    assert ids == sorted(ids)
    assert len({len(one) for one in ids}) == 1


def test_ids_of_one_millisecond_are_in_order_and_different() -> None:
    maker = IdMaker()
    ids = [maker.make(START) for _ in range(1000)]
    assert ids == sorted(set(ids))


def test_ids_never_go_back_when_the_clock_does() -> None:
    maker, chance = IdMaker(), random.Random(4)
    ids = [maker.make(START + timedelta(seconds=chance.uniform(-86_400, 86_400))) for _ in range(500)]
    assert ids == sorted(set(ids))


def test_ids_made_by_many_threads_are_all_different() -> None:
    made: list[str] = []

    def work() -> None:
        made.extend([new_id(START) for _ in range(300)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1200


@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_an_instant_is_read_as_written_to_the_millisecond(instant: datetime) -> None:
    text = to_text(instant)
    assert instant - from_text(text) == timedelta(microseconds=instant.microsecond % 1000)
    assert to_text(from_text(text)) == text


@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)), max_size=9))
def test_written_instants_sort_as_the_instants_do(instants: list[datetime]) -> None:
    assert sorted(map(to_text, instants)) == [to_text(instant) for instant in sorted(instants)]


def test_an_instant_of_any_zone_is_written_in_utc() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert to_text(datetime(2026, 11, 22, 12, 0, 0, 999_999, tzinfo=tehran)) == "2026-11-22T08:30:00.999Z"


def test_the_machines_clock_is_aware_and_its_monotonic_time_grows() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() <= clock.monotonic()


def test_a_fake_clock_moves_only_by_hand() -> None:
    clock = FakeClock()
    before = clock.now(), clock.monotonic()
    assert (clock.now(), clock.monotonic()) == before
    clock.advance(1.5)
    assert clock.now() - before[0] == timedelta(seconds=1.5)
    assert clock.monotonic() - before[1] == 1.5
    clock.set_wall(START - timedelta(days=1))
    assert clock.monotonic() - before[1] == 1.5
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
