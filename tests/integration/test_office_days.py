"""Some hours of an office: calls of every kind at high speed, and roles killed in the middle of calls."""

from __future__ import annotations

from pathlib import Path

from db import migrate
from tests.bench.office_alive import Records, kill_in_calls
from tests.bench.office_days import SEED, OfficeLine, compare, stored_rows
from tests.bench.office_scenes import WEIGHTS, Expected
from tests.integration.office import RunningOffice

SCENES = [
    "abandoned", "waiting_switched", "restarted", "ghost_ring", "lifted_too_late", "second_right_after", "unplugged",
    "out_and_hung_up_on", "no_hang_up_tone",
]  # fmt: skip
"""Some of the bench's kinds, those in which most can go wrong; it runs all of them."""
TWO_CALLS = 2
"""Scenes of two calls, less the one of none."""
MOST_KILLS = 5


def lived(folder: Path, names: list[str]) -> tuple[OfficeLine, list[Expected]]:
    """Let scenes happen on one line, one an hour, and everything be stored."""
    database = folder / "office.sqlite3"
    migrate(database)
    office = OfficeLine(1, database, SEED)
    start = office.clock.monotonic()
    scenes = office.live((start + 3600.0 * hour, name) for hour, name in enumerate(names))
    office.close()
    return office, [call for scene in scenes for call in scene.expected()]


def ids(office: OfficeLine) -> list[str]:
    return list(dict.fromkeys(event.call.id for event in office.bus.events if hasattr(event, "call")))


def test_every_call_of_some_hours_is_stored_once_and_right(tmp_path: Path) -> None:
    assert set(SCENES) <= set(WEIGHTS)
    office, expected = lived(tmp_path, SCENES)
    assert len(expected) == len(SCENES) + TWO_CALLS
    assert compare(office, expected, stored_rows(tmp_path / "office.sqlite3", ids(office))) == []


def test_the_comparison_sees_a_call_that_is_missing_doubled_or_wrong(tmp_path: Path) -> None:
    office, expected = lived(tmp_path, ["answered", "out_engaged"])
    rows = stored_rows(tmp_path / "office.sqlite3", ids(office))
    assert compare(office, expected, rows) == []
    assert compare(office, expected, rows[:1]) != []
    assert compare(office, expected, [*rows, rows[0]]) != []
    assert compare(office, expected[:1], rows) != []
    wrong = expected[0]._replace(number="0", ended=(expected[0].ended[0] + 1.0, 0.5))
    assert len(compare(office, [wrong, expected[1]], rows)) == 2


def test_daemons_killed_in_calls_leave_every_call_closed_and_its_recording_whole(
    office: RunningOffice,
) -> None:
    ordered = kill_in_calls(office, MOST_KILLS, lines=4, longest_talk_s=11.0)
    assert Records(office).check(ordered, is_strict=False) == []
