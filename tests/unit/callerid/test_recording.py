"""The calls of a line become recordings as the office wishes, whatever the form of its sound."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from appliance.core.config import Config, DataSection, LineSection, RecordingSection
from appliance.core.events import CallAnswered, CallEnded, CallSnapshot, Event
from callerid.drivers import Frame
from callerid.recording import ASK_AGAIN_S, CallRecorder
from db import connect
from db.queries.recordings import RecordingRow, insert_refusal, list_kept_recordings
from recorder.keeper import Keeper
from recorder.keys import open_key
from recorder.naming import finished_files, unfinished_files
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import FakeClock
from tests.unit.recorder.recordings import KEY, decoded, loudness, ogg_of, speech

BLOCK_S = 0.02
NUMBER = "+989121234567"
A, B = "01KB000000000000000000000A", "01KB000000000000000000000B"


class Line:
    """A line whose calls and sound are in the test's hand."""

    def __init__(
        self, folder: Path, database: Path, *, rate_hz: int = 8000, hears_line: bool = True, **settings: Any
    ) -> None:
        self.rate_hz = rate_hz
        self.clock = FakeClock()
        self.bus = RecordingBus()
        self.database = database
        self.config = Config(
            data=DataSection(folder=str(folder / "data")),
            lines=[LineSection(number=1)],
            recording=RecordingSection(**{"lines": [1], "folder": str(folder / "kept"), **settings}),
        )
        (folder / "data").mkdir()
        database.rename(self.config.data.database)
        self.database = self.config.data.database
        self.keeper = Keeper(self.config, line=1, clock=self.clock, tell=self.bus.publish)
        self.recorder = CallRecorder(
            self.config, line=1, rate_hz=rate_hz, hears_line=hears_line, clock=self.clock, keeper=self.keeper
        )
        self.talking: dict[str, str] = {}

    @property
    def folder(self) -> Path:
        return self.config.recordings_folder

    def answer(self, call_id: str = A, *, channel: str = "", number: str | None = NUMBER) -> None:
        """Somebody lifts the handset."""
        self._tell(CallAnswered, call_id, number, state="answered")
        self.talking[channel] = call_id

    def end(self, call_id: str = A, reason: str = "on-hook") -> None:
        """A call is over."""
        self.talking = {channel: one for channel, one in self.talking.items() if one != call_id}
        self._tell(
            CallEnded, call_id, NUMBER, state="ended", ended_at="2026-11-22T09:00:00.000Z", end_reason=reason
        )

    def carry(self, sound: np.ndarray, channel: str = "", lost: int = 0) -> None:
        """Let the line carry sound at the pace of the clock."""
        block = round(self.rate_hz * BLOCK_S)
        for at in range(0, len(sound), block):
            self.clock.advance(BLOCK_S)
            frame = Frame(sound[at : at + block], self.clock.monotonic(), lost=lost, channel=channel)
            self.recorder.hear(frame, self.talking.get(channel))
            lost = 0

    def close(self) -> list[RecordingRow]:
        """End the daemon; give what is kept."""
        assert self.recorder.close(self.clock.monotonic(), timeout_s=30)
        assert self.keeper.close(timeout_s=30)
        conn = connect(self.database)
        try:
            return list_kept_recordings(conn)
        finally:
            conn.close()

    def sound_of(self, row: RecordingRow) -> np.ndarray:
        """Give a recording's sound."""
        return decoded(ogg_of(self.folder / row.file_name, self.keeper.key))

    def refuse(self, number: str) -> None:
        """The office notes that a number is never recorded."""
        conn = connect(self.database)
        insert_refusal(
            conn, person_id=None, number=number, created_at="2026-11-22T08:00:00.000Z", created_by=None
        )
        conn.commit()
        conn.close()

    def let_keeper_work(self) -> None:
        """Wait until the keeper has done what it was asked before."""
        assert self.keeper.wait(30)

    def _tell(self, kind: type[Any], call_id: str, number: str | None, **more: Any) -> None:
        snapshot = CallSnapshot(
            id=call_id, line=1, direction="in", revision=3, number=number, started_at="2026-11-22T08:00:00.000Z",
            **more,
        )  # fmt: skip
        event: Event = kind(id=call_id, at=snapshot.started_at, call=snapshot)
        self.recorder.told(event, self.clock.monotonic())  # type: ignore[arg-type]


@pytest.fixture
def line(tmp_path: Path, database: Path) -> Iterator[Line]:
    line = Line(tmp_path, database)
    yield line
    line.recorder.close(line.clock.monotonic())


def test_an_answered_call_gives_one_recording_of_its_conversation(line: Line) -> None:
    line.keeper.start()
    line.carry(speech(1))
    line.answer()
    line.carry(speech(3))
    line.end()
    line.carry(speech(1))
    (kept,) = line.close()
    assert (kept.call_id, kept.line, kept.channels, kept.reason) == (A, 1, 1, "on-hook")
    assert kept.seconds == pytest.approx(3, abs=0.1)
    assert loudness(line.sound_of(kept), 0.5, 2.5) > 0.05
    assert line.bus.names == ["recording.started", "recording.finished"]


def test_a_line_that_is_not_listed_is_not_recorded(tmp_path: Path, database: Path) -> None:
    line = Line(tmp_path, database, lines=[])
    line.keeper.start()
    line.answer()
    line.carry(speech(2))
    line.end()
    assert line.close() == []
    assert list(finished_files(line.folder)) == []
    assert line.bus.names == []


def test_a_number_that_is_refused_is_not_recorded(line: Line) -> None:
    line.refuse(NUMBER)
    line.keeper.ask(A, NUMBER)
    line.keeper.start()
    line.let_keeper_work()
    line.answer()
    line.carry(speech(2))
    assert line.recorder.recorded_calls == []
    line.end()
    assert line.close() == []
    assert line.bus.names == []


def test_a_number_refused_during_the_call_leaves_nothing(line: Line) -> None:
    line.keeper.start()
    line.answer()
    line.let_keeper_work()
    line.carry(speech(2))
    assert line.recorder.recorded_calls == [A]
    line.refuse(NUMBER)
    line.carry(speech(ASK_AGAIN_S))
    line.let_keeper_work()
    line.carry(speech(1))
    assert line.recorder.recorded_calls == []
    line.end()
    assert line.close() == []
    assert list(finished_files(line.folder)) == []
    assert list(unfinished_files(line.folder)) == []
    assert line.bus.names[-1] == "recording.discarded"


def test_a_number_whose_refusal_is_found_only_at_the_end_leaves_nothing(line: Line) -> None:
    line.refuse(NUMBER)
    line.answer()
    line.carry(speech(2))
    line.end()
    line.keeper.start()
    assert line.close() == []
    assert list(finished_files(line.folder)) == []


def test_two_sides_that_come_apart_are_recorded_apart(line: Line) -> None:
    line.keeper.start()
    line.answer(channel="7")
    both = np.stack([speech(3), np.zeros(24000, np.float32)], axis=1)
    line.carry(both, channel="7")
    line.end()
    (kept,) = line.close()
    assert kept.channels == 2
    sound = line.sound_of(kept)
    assert loudness(sound[:, 0], 0.5, 2.5) > 20 * loudness(sound[:, 1], 0.5, 2.5)


def test_sides_that_come_together_for_a_while_stay_one_recording(line: Line) -> None:
    line.keeper.start()
    line.answer()
    line.carry(np.stack([speech(1), speech(1)], axis=1))
    line.carry(speech(2))
    line.end()
    (kept,) = line.close()
    assert (kept.channels, round(kept.seconds)) == (2, 3)


def test_several_calls_at_once_are_recorded_each_by_itself(line: Line) -> None:
    line.keeper.start()
    line.answer(A, channel="1")
    line.answer(B, channel="2")
    for _ in range(50):
        line.carry(speech(BLOCK_S), channel="1")
        line.carry(speech(BLOCK_S), channel="2")
    assert sorted(line.recorder.recorded_calls) == [A, B]
    line.end(A)
    assert line.recorder.recorded_calls == [B]
    for _ in range(50):
        line.carry(speech(BLOCK_S), channel="2")
    line.end(B)
    assert {row.call_id for row in line.close()} == {A, B}


def test_a_flash_to_the_waiting_call_and_back_gives_each_call_its_own_parts(line: Line) -> None:
    line.keeper.start()
    line.answer(A)
    line.carry(speech(1))
    line.answer(B)
    line.carry(speech(1))
    line.talking[""] = A
    line.carry(speech(1))
    line.end(B)
    line.end(A)
    kept = line.close()
    assert [row.call_id for row in sorted(kept, key=lambda one: one.started_at)] == [A, B, A]


@pytest.mark.parametrize("rate_hz", [11025, 44100, 48000])
def test_any_rate_of_a_sound_card_becomes_one_that_opus_takes(
    tmp_path: Path, database: Path, rate_hz: int
) -> None:
    line = Line(tmp_path, database, rate_hz=rate_hz)
    line.keeper.start()
    line.answer()
    t = np.arange(3 * rate_hz) / rate_hz
    line.carry((0.3 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32))
    line.end()
    (kept,) = line.close()
    assert kept.seconds == pytest.approx(3, abs=0.1)
    sound = line.sound_of(kept)[8000:16000]
    assert np.abs(np.fft.rfft(sound)).argmax() == pytest.approx(1000, abs=2)
    assert loudness(sound, 0, 1) == pytest.approx(0.3 / 2**0.5, rel=0.1)


def test_a_wide_band_gateway_keeps_its_rate(tmp_path: Path, database: Path) -> None:
    line = Line(tmp_path, database, rate_hz=16000, hears_line=False)
    line.answer()
    line.carry(np.zeros(16000, np.float32))
    line.keeper.start()
    line.end()
    (kept,) = line.close()
    with soundfile.SoundFile(io.BytesIO(ogg_of(line.folder / kept.file_name))) as file:
        assert file.samplerate == 16000


def test_lost_sound_of_another_rate_becomes_silence_of_the_same_length(
    tmp_path: Path, database: Path
) -> None:
    line = Line(tmp_path, database, rate_hz=48000)
    line.keeper.start()
    line.answer()
    tone = (0.3 * np.sin(np.arange(48000) / 8)).astype(np.float32)
    line.carry(tone)
    line.clock.advance(2.0)
    line.carry(tone, lost=96000)
    line.end()
    (kept,) = line.close()
    assert kept.seconds == pytest.approx(4, abs=0.1)


def test_a_sealed_recording_has_no_ogg_in_it_and_opens_with_the_key(tmp_path: Path, database: Path) -> None:
    line = Line(tmp_path, database, key_file=str(tmp_path / "keys" / "box.key"))
    line.keeper.start()
    line.let_keeper_work()
    line.answer()
    line.carry(speech(2))
    line.end()
    (kept,) = line.close()
    assert kept.is_encrypted
    assert b"OggS" not in (line.folder / kept.file_name).read_bytes()
    assert loudness(line.sound_of(kept), 0.5, 1.5) > 0.05


def test_without_its_key_nothing_is_recorded_and_that_is_told_once_a_call(
    tmp_path: Path, database: Path
) -> None:
    (tmp_path / "kept" / "2026-10").mkdir(parents=True)
    (tmp_path / "kept" / "2026-10" / f"20261022T083000.000Z-line1-{B}.ogg.sealed").write_bytes(b"sealed")
    line = Line(tmp_path, database, key_file=str(tmp_path / "gone.key"))
    line.keeper.start()
    line.let_keeper_work()
    line.answer()
    line.carry(speech(2))
    line.end()
    assert line.close() == []
    assert line.bus.names == ["recording.failed"]
    assert not (tmp_path / "gone.key").exists()


def test_a_key_that_is_opened_while_somebody_talks_costs_a_moment_and_not_the_call(
    tmp_path: Path, database: Path
) -> None:
    line = Line(tmp_path, database, key_file=str(tmp_path / "keys" / "box.key"))
    line.answer()
    line.carry(speech(1))
    line.keeper.start()
    line.let_keeper_work()
    line.carry(speech(4))
    line.end()
    (kept,) = line.close()
    assert kept.is_encrypted
    assert kept.seconds == pytest.approx(4, abs=1.0)
    assert "recording.failed" not in line.bus.names


def test_a_key_that_comes_back_is_used_from_the_next_call_on(tmp_path: Path, database: Path) -> None:
    path = tmp_path / "keys" / "box.key"
    (tmp_path / "kept" / "2026-10").mkdir(parents=True)
    (tmp_path / "kept" / "2026-10" / f"20261022T083000.000Z-line1-{B}.ogg.sealed").write_bytes(b"sealed")
    line = Line(tmp_path, database, key_file=str(path))
    line.keeper.start()
    line.let_keeper_work()
    assert line.keeper.key is None
    made = open_key(path, tmp_path / "elsewhere")
    assert made != KEY
    line.keeper.ask(A, NUMBER)
    line.let_keeper_work()
    line.answer()
    line.carry(speech(2))
    line.end()
    (kept,) = line.close()
    assert kept.is_encrypted


def test_the_encoder_is_loaded_with_the_first_recording_only() -> None:
    quiet = "import sys; import callerid.recording; assert not {'soundfile', 'nacl'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", quiet], check=False).returncode == 0
