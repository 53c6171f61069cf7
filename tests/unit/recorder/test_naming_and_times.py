"""A file's name tells its call, and a place in it the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.naming import RecordingName, finished_files, parse_name, unfinished_files
from recorder.timeline import LATE_S, LONGEST_GAP_S, Timeline


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)),
    st.integers(1, 32),
    st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=26),
    st.booleans(),
)
def test_a_name_is_read_as_it_was_written(at: datetime, line: int, call: str, is_sealed: bool) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    name = RecordingName(at, line, call, is_sealed)
    assert parse_name(Path(name.relative)) == name
    assert parse_name(Path(name.relative + ".part")) == name
    assert name.relative.startswith(f"{at:%Y-%m}/{at:%Y%m%d}")


def test_months_are_those_of_utc() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    name = RecordingName(datetime(2026, 12, 1, 1, 0, tzinfo=tehran), 1, "A", False)
    assert name.relative == "2026-11/20261130T213000.000Z-line1-A.ogg"


@pytest.mark.parametrize(
    "name",
    ["", "notes.txt", "20261399T083000.000Z-line1-A.ogg", "20261122T083000.000Z-line1-A.ogg.peaks",
     "20261122T083000.000Z-line1-../A.ogg", "20261122T083000.000Z-line1-A.wav"],
)  # fmt: skip
def test_other_files_are_no_recordings(name: str) -> None:
    assert parse_name(Path(name)) is None


def test_whole_and_unfinished_files_are_told_apart_and_oldest_first(tmp_path: Path) -> None:
    names = [
        "2026-11/20261122T083000.000Z-line2-B.ogg.sealed",
        "2026-10/20261022T083000.000Z-line1-A.ogg",
        "2026-11/20261123T083000.000Z-line1-C.ogg.part",
        "2026-11/20261122T083000.000Z-line2-B.ogg.sealed.peaks",
        "set-aside/20261123T083000.000Z-line1-D.ogg",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in finished_files(tmp_path)] == [names[1], names[0]]
    assert [str(path.relative_to(tmp_path)) for path in unfinished_files(tmp_path)] == [names[2]]


RATE_HZ = 8000


def test_sound_in_time_needs_no_silence() -> None:
    timeline = Timeline(RATE_HZ)
    assert [timeline.gap_before(160, end_monotonic=100 + 0.02 * n) for n in range(100)] == [0] * 100


def test_what_is_known_to_be_lost_is_filled_once() -> None:
    timeline = Timeline(RATE_HZ)
    timeline.gap_before(8000, end_monotonic=1.0)
    assert timeline.gap_before(8000, lost=8000, end_monotonic=3.0) == 8000
    assert timeline.gap_before(8000, end_monotonic=4.0) == 0


def test_late_sound_is_not_taken_for_lost() -> None:
    timeline = Timeline(RATE_HZ)
    timeline.gap_before(8000, end_monotonic=1.0)
    assert timeline.gap_before(160, end_monotonic=1.02 + LATE_S * 0.9) == 0
    assert timeline.gap_before(160, end_monotonic=1.04) == 0


def test_a_clock_gone_wrong_does_not_fill_the_disk() -> None:
    timeline = Timeline(RATE_HZ)
    timeline.gap_before(160, end_monotonic=1.0)
    assert timeline.gap_before(160, end_monotonic=1e9) == LONGEST_GAP_S * RATE_HZ
    assert timeline.gap_before(160, lost=-5, end_monotonic=0.0) == 0


@given(st.lists(st.tuples(st.integers(1, 4000), st.floats(0, 3)), max_size=50))
def test_every_block_stands_within_half_a_second_of_its_moment(blocks: list[tuple[int, float]]) -> None:
    timeline, at, placed = Timeline(RATE_HZ), 50.0, 0
    start: float | None = None
    for count, away_s in blocks:
        at += away_s + count / RATE_HZ
        placed += timeline.gap_before(count, end_monotonic=at) + count
        start = at - count / RATE_HZ if start is None else start
        assert abs((at - start) - placed / RATE_HZ) <= LATE_S + 1 / RATE_HZ
