"""A line's calls become recordings: those that may, from answer to end, and nothing of those that may not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recorder.endings import Ending
from recorder.lines import LineRecorder
from recorder.naming import finished_files
from recorder.trigger import Change, ChangeKind, Trigger
from tests.fakes.clock import FakeClock
from tests.unit.recorder.recordings import BLOCK, RATE_HZ, decoded, loudness, speech

BLOCK_S = BLOCK / RATE_HZ


class Line:
    """A line under a test's hand, whose time passes as it is talked on."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder, self.clock = folder, clock
        self.endings: list[Ending] = []
        self.refused: set[str] = set()
        self.recorder = LineRecorder(
            line=1,
            rate_hz=RATE_HZ,
            folder=folder,
            clock=clock,
            may_record=lambda call_id: call_id not in self.refused,
            on_end=self.endings.append,
            trigger=Trigger(silence_limit_s=5.0),
        )

    def happens(self, kind: ChangeKind, call: str = "A", reason: str | None = None) -> None:
        self.recorder.change(Change(kind, call, self.clock.monotonic(), reason))

    def carries(self, sound: np.ndarray) -> None:
        for at in range(0, len(sound), BLOCK):
            self.clock.advance(BLOCK_S)
            now = self.clock.monotonic()
            self.recorder.sound(sound[at : at + BLOCK], now, end_monotonic=now)

    def close(self) -> list[Ending]:
        assert self.recorder.close(self.clock.monotonic(), timeout_s=30.0)
        return sorted(self.endings, key=lambda one: one.started_at)


@pytest.fixture
def line(tmp_path: Path, clock: FakeClock) -> Line:
    return Line(tmp_path, clock)


def test_a_call_is_recorded_from_answer_to_end_and_not_its_ringing(line: Line) -> None:
    line.happens("ringing")
    line.carries(speech(3, level=0.9))
    line.happens("answered")
    assert line.recorder.recorded_call == "A"
    line.carries(speech(4))
    line.happens("ended", reason="busy-tone")
    assert line.recorder.recorded_call is None
    line.carries(speech(2, level=0.9))
    (ending,) = line.close()
    assert (ending.call_id, ending.reason, ending.silence_s) == ("A", "busy-tone", 0.0)
    assert ending.seconds == pytest.approx(4)
    sound = decoded((line.folder / str(ending.file_name)).read_bytes())
    assert loudness(sound, 1, 3) == pytest.approx(loudness(speech(4), 1, 3), rel=0.3)


def test_calls_one_after_the_other_are_files_of_their_own(line: Line) -> None:
    for call in "AB":
        line.happens("answered", call)
        line.carries(speech(2))
        line.happens("ended", call, "on-hook")
    assert [ending.call_id for ending in line.close()] == ["A", "B"]


def test_a_call_that_may_not_be_recorded_leaves_nothing(line: Line) -> None:
    line.refused.add("A")
    line.happens("answered")
    line.carries(speech(2))
    line.happens("ended")
    assert line.close() == []
    assert list(line.folder.iterdir()) == []


def test_what_was_recorded_before_the_other_side_was_known_goes_too(line: Line) -> None:
    line.happens("dialling")
    line.carries(speech(3))
    line.recorder.refuse("A")
    line.happens("dialled")
    line.carries(np.concatenate([np.zeros(8 * RATE_HZ, np.float32), speech(3)]))
    line.happens("ended")
    (ending,) = line.close()
    assert (ending.file_name, ending.reason) == (None, "switched-off")
    assert list(finished_files(line.folder)) == []


def test_a_long_silence_ends_a_part_and_a_voice_begins_the_next(line: Line) -> None:
    line.happens("answered")
    line.carries(np.concatenate([speech(3), np.zeros(8 * RATE_HZ, np.float32), speech(3)]))
    line.happens("ended", reason="on-hook")
    first, second = line.close()
    assert (first.reason, second.reason) == ("silence", "on-hook")
    assert first.call_id == second.call_id == "A"
    assert first.seconds == pytest.approx(8, abs=0.5)
    assert second.seconds == pytest.approx(3, abs=0.5)
    assert len(list(finished_files(line.folder))) == 2


@pytest.mark.parametrize(("end", "reason"), [("lost", "line-lost"), ("closed", "stopped")])
def test_a_lost_line_and_the_daemons_end_finish_the_file(line: Line, end: str, reason: str) -> None:
    line.happens("answered")
    line.carries(speech(2))
    if end == "lost":
        line.recorder.line_lost(line.clock.monotonic())
    (ending,) = line.close()
    assert ending.reason == reason
    assert ending.file_name is not None


def test_seconds_without_the_hardware_are_silence(line: Line) -> None:
    line.happens("answered")
    line.carries(speech(2))
    line.clock.advance(3.0)
    line.carries(speech(2))
    (ending,) = line.close()
    assert ending.seconds == pytest.approx(7, abs=0.1)
    assert ending.silence_s == pytest.approx(3, abs=0.1)
