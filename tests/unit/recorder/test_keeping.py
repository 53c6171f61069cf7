"""What is recorded, what goes and what stays; and files and rows that a crash parted come together again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.clock import to_text
from appliance.core.events import RecordingFailed, RecordingFinished
from appliance.domain.acting import acting
from appliance.domain.recordings import delete_recording, hold_recording
from db import Connection
from db.queries.recordings import RecordingRow, list_kept_recordings
from recorder.endings import Ending
from recorder.errors import StorageFullError
from recorder.keeping import (
    NEVER_FOR_ROOM,
    Circumstances,
    Room,
    Verdict,
    choose_removals,
    enter,
    keep_within_limits,
    may_record,
    remove_file,
    room_of,
    tidy,
)
from recorder.keys import BoxKey
from recorder.naming import ASIDE, finished_files
from recorder.playing import Playback
from recorder.repair import repair_folder
from recorder.vault import HEADER_BYTES
from recorder.waveform import peaks_path, waveform
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import START
from tests.fakes.office import Office
from tests.unit.recorder.recordings import CALL, KEY, record, speech

GIB = 1 << 30
FINE = Circumstances(is_line_on=True, is_party_refused=False, free_share=0.5, least_free_share=0.1)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "yes"),
        ({"is_line_on": False}, "line-off"),
        ({"is_party_refused": True}, "party-off"),
        ({"free_share": 0.09}, "no-room"),
        ({"free_share": 0.1}, "yes"),
        ({"is_key_wanted": True}, "no-key"),
        ({"is_key_wanted": True, "is_key_here": True}, "yes"),
        ({"is_line_on": False, "is_party_refused": True, "free_share": 0.0}, "line-off"),
    ],
)
def test_a_call_is_recorded_only_when_nothing_speaks_against_it(
    change: dict[str, object], verdict: Verdict
) -> None:
    assert may_record(msgspec.structs.replace(FINE, **change)) == verdict


@given(st.builds(Circumstances, is_line_on=..., is_party_refused=..., free_share=st.floats(0, 1),
                 least_free_share=st.floats(0, 1), is_key_wanted=..., is_key_here=...))  # fmt: skip
def test_no_circumstance_overrules_the_line_or_the_party(now: Circumstances) -> None:
    assert (may_record(now) == "yes") <= (now.is_line_on and not now.is_party_refused)


def kept(number: int, days_ago: float, *, size: int = 100, is_on_hold: bool = False) -> RecordingRow:
    return RecordingRow(
        id=f"r{number}",
        call_id="c",
        line=1,
        file_name=f"f{number}",
        started_at=to_text(START - timedelta(days=days_ago)),
        seconds=1,
        bytes=size,
        channels=1,
        codec="opus",
        is_encrypted=False,
        is_on_hold=is_on_hold,
        reason="on-hook",
        created_at=to_text(START),
    )


def chosen(rows: list[RecordingRow], *, keep_days: int = 90, bytes_to_free: int = 0) -> list[str]:
    gone = choose_removals(rows, now=START, keep_days=keep_days, bytes_to_free=bytes_to_free)
    return [one.id for one in gone]


def test_what_is_too_old_goes_and_what_is_held_stays() -> None:
    rows = [kept(1, 91), kept(2, 89), kept(3, 400, is_on_hold=True), kept(4, 100)]
    assert chosen(rows) == ["r4", "r1"]


def test_for_room_the_oldest_goes_first_and_no_more_than_needed() -> None:
    rows = [kept(1, 10), kept(2, 30), kept(3, 20), kept(4, 40, is_on_hold=True)]
    assert chosen(rows, bytes_to_free=101) == ["r2", "r3"]


def test_last_week_is_not_deleted_for_room() -> None:
    assert chosen([kept(1, 6), kept(2, 0)], bytes_to_free=GIB) == []


@given(
    st.lists(st.tuples(st.floats(0, 200), st.integers(1, 500), st.booleans()), max_size=30),
    st.integers(1, 150),
    st.integers(0, 5000),
)
def test_removals_keep_the_rules_whatever_is_there(
    facts: list[tuple[float, int, bool]], keep_days: int, to_free: int
) -> None:
    rows = [kept(n, days, size=size, is_on_hold=held) for n, (days, size, held) in enumerate(facts)]
    gone = choose_removals(rows, now=START, keep_days=keep_days, bytes_to_free=to_free)
    assert not any(one.is_on_hold for one in gone)
    stay = [one for one in rows if one not in gone and not one.is_on_hold]
    oldest_allowed = to_text(START - timedelta(days=keep_days))
    assert all(one.started_at >= oldest_allowed for one in stay)
    for_room = [one for one in gone if one.started_at >= oldest_allowed]
    week_ago = to_text(START - NEVER_FOR_ROOM)
    assert all(one.started_at <= week_ago for one in for_room)
    if for_room:
        assert sum(one.bytes for one in gone[:-1]) < to_free
        assert all(one.started_at >= for_room[-1].started_at for one in stay)


def entered(conn: Connection, folder: Path, bus: RecordingBus, key: BoxKey | None = None) -> Path:
    ending = record(folder, speech(1.5), key=key)
    assert enter(conn, ending, now=START, tell=bus.publish) is not None
    return folder / str(ending.file_name)


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


def test_keeping_within_the_limits_deletes_rows_files_and_pictures(
    conn: Connection, tmp_path: Path, bus: RecordingBus
) -> None:
    path = entered(conn, tmp_path, bus)
    with Playback(path, None) as playback:
        waveform(playback)
    assert peaks_path(path).exists()

    def keep(days_later: float) -> int:
        return keep_within_limits(
            conn, tmp_path, now=START + timedelta(days=days_later), tell=bus.publish,
            keep_days=90, least_free_share=0.1, measure=lambda _folder: Room(10 * GIB, 5 * GIB),
        ).removed  # fmt: skip

    assert keep(89) == 0
    assert path.exists()
    assert keep(91) == 1
    assert list(finished_files(tmp_path)) == []
    assert not peaks_path(path).exists()
    assert list_kept_recordings(conn) == []
    assert bus.names == ["recording.finished", "recording.deleted"]
    assert keep(92) == 0


def test_below_the_free_share_the_oldest_make_room_but_never_what_is_held(
    conn: Connection, tmp_path: Path, bus: RecordingBus, office: Office
) -> None:
    path = entered(conn, tmp_path, bus)
    (row,) = list_kept_recordings(conn)

    def keep() -> int:
        return keep_within_limits(
            conn, tmp_path, now=START + timedelta(days=8), tell=bus.publish,
            keep_days=90, least_free_share=0.1, measure=lambda _folder: Room(10 * GIB, GIB // 2),
        ).removed  # fmt: skip

    for is_on_hold, removed in ((True, 0), (False, 1)):
        with acting(conn, START, office.owner, bus.publish) as act:
            hold_recording(act, row.id, is_on_hold)
        assert keep() == removed
        assert path.exists() is is_on_hold


def test_the_disk_of_a_folder_to_come_is_measured(tmp_path: Path) -> None:
    assert 0 < room_of(tmp_path / "not" / "yet").free_share <= 1
    assert Room(0, 0).free_share == 0


def test_a_failed_recording_is_told_and_what_was_kept_of_it_entered(
    conn: Connection, bus: RecordingBus
) -> None:
    ending = Ending(
        call_id=CALL,
        line=1,
        started_at=START,
        file_name="2026-11/x.ogg",
        seconds=3.0,
        size_bytes=900,
        reason="disk-full",
        problem=StorageFullError("no room"),
    )
    assert enter(conn, ending, now=START, tell=bus.publish) is not None
    assert enter(conn, msgspec.structs.replace(ending, file_name=None), now=START, tell=bus.publish) is None
    finished, failed, _again = bus.events
    assert isinstance(finished, RecordingFinished)
    assert isinstance(failed, RecordingFailed)
    assert (failed.reason, failed.problem) == ("disk-full", "no room")


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "sealed"])
def test_a_file_without_a_row_is_entered_once(
    conn: Connection, tmp_path: Path, bus: RecordingBus, key: BoxKey | None
) -> None:
    record(tmp_path, speech(2.5), key=key)
    assert tidy(conn, tmp_path, key, now=START, tell=bus.publish, keep_days=90, line=2) == []
    (recording_id,) = tidy(conn, tmp_path, key, now=START, tell=bus.publish, keep_days=90)
    assert tidy(conn, tmp_path, key, now=START, tell=bus.publish, keep_days=90) == []
    (row,) = list_kept_recordings(conn)
    assert (row.id, row.call_id, row.reason, row.is_encrypted) == (
        recording_id,
        CALL,
        "crash",
        key is not None,
    )
    assert row.seconds == pytest.approx(2.5)
    assert row.started_at == to_text(START)


def test_what_repair_finished_is_entered(conn: Connection, tmp_path: Path, bus: RecordingBus) -> None:
    whole = tmp_path / str(record(tmp_path, speech(4)).file_name)
    whole.with_name(whole.name + ".part").write_bytes(whole.read_bytes()[:-200])
    whole.unlink()
    (repaired,) = repair_folder(tmp_path, None)
    assert repaired.ending is not None
    enter(conn, repaired.ending, now=START, tell=bus.publish)
    assert tidy(conn, tmp_path, None, now=START, tell=bus.publish, keep_days=90) == []
    assert [row.seconds for row in list_kept_recordings(conn)] == [
        pytest.approx(repaired.ending.seconds, abs=0.001)
    ]


def test_a_file_whose_row_is_deleted_is_removed(
    conn: Connection, tmp_path: Path, bus: RecordingBus, office: Office
) -> None:
    path = entered(conn, tmp_path, bus)
    (row,) = list_kept_recordings(conn)
    with acting(conn, START, office.owner, bus.publish) as act:
        delete_recording(act, row.id)
    assert path.exists()
    tidy(conn, tmp_path, None, now=START, tell=bus.publish, keep_days=90)
    assert not path.exists()


def test_a_file_that_is_no_recording_is_neither_entered_nor_touched(
    conn: Connection, tmp_path: Path, bus: RecordingBus, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / str(record(tmp_path, speech(1), key=KEY).file_name)
    path.write_bytes(path.read_bytes()[:-30])
    assert tidy(conn, tmp_path, KEY, now=START, tell=bus.publish, keep_days=90) == []
    assert path.exists()
    assert "cut short" in caplog.text


def test_what_was_set_aside_goes_when_its_time_is_over(
    conn: Connection, tmp_path: Path, bus: RecordingBus
) -> None:
    (tmp_path / ASIDE).mkdir()
    for name, days in (("old", 91), ("new", 1)):
        (tmp_path / ASIDE / name).touch()
        os.utime(tmp_path / ASIDE / name, ((START - timedelta(days=days)).timestamp(),) * 2)
    tidy(conn, tmp_path, None, now=START, tell=bus.publish, keep_days=90)
    assert [path.name for path in (tmp_path / ASIDE).iterdir()] == ["new"]


def test_the_key_inside_a_sealed_file_is_destroyed_before_the_file_goes(tmp_path: Path) -> None:
    path = tmp_path / str(record(tmp_path, speech(1), key=KEY).file_name)
    sealed = path.read_bytes()
    still_there = tmp_path / "another-name"
    os.link(path, still_there)
    assert remove_file(tmp_path, str(path.relative_to(tmp_path)))
    assert not path.exists()
    assert still_there.read_bytes() == bytes(HEADER_BYTES) + sealed[HEADER_BYTES:]
    assert remove_file(tmp_path, str(path.relative_to(tmp_path)))
