"""Recordings in the test office: real files, entered as the line daemon enters them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from appliance.core.config import Config, DataSection, LineSection, OfficeSection, RecordingSection
from db import Connection
from db.queries.recordings import RecordingRow, list_kept_recordings
from recorder.keeping import enter
from recorder.keys import BoxKey
from recorder.writing import CallRecording
from tests.fakes.clock import FakeClock
from tests.panel.simulated_calls import SimulatedCall
from tests.unit.recorder.recordings import BLOCK, LONGEST_WAIT_S, RATE_HZ, speech


def recording_config(folder: Path, **recording: object) -> Config:
    """Give the configuration of an office that records line 1."""
    return Config(
        office=OfficeSection(name="دفتر آزمون"),
        data=DataSection(folder=str(folder), runtime=str(folder / "run")),
        lines=[LineSection(number=1), LineSection(number=2, title="خط دوم")],
        recording=RecordingSection(**{"lines": [1], **recording}),  # type: ignore[arg-type]
    )


def keep(
    conn: Connection,
    config: Config,
    clock: FakeClock,
    call: SimulatedCall,
    *,
    seconds: float = 3.0,
    is_stereo: bool = False,
    key: BoxKey | None = None,
    reason: str = "on-hook",
) -> RecordingRow:
    """Record a call's conversation and enter it; give its row."""
    sound = speech(seconds)
    if is_stereo:
        sound = np.stack([sound, 0.3 * speech(seconds, seed=2)], axis=1)
    known = {row.id for row in list_kept_recordings(conn)}
    clock.advance(0.001)  # two recordings do not begin in the same millisecond
    recording = CallRecording(
        config.recordings_folder, call.id, line=call.snapshot.line, started_at=clock.now(), rate_hz=RATE_HZ,
        channels=2 if is_stereo else 1, key=key,
    )  # fmt: skip
    for at in range(0, len(sound), BLOCK):
        recording.write(sound[at : at + BLOCK])
    recording.finish(reason)  # type: ignore[arg-type]
    ending = recording.wait(LONGEST_WAIT_S)
    assert ending is not None
    enter(conn, ending, now=clock.now(), tell=lambda _event: None)
    (row,) = (row for row in list_kept_recordings(conn) if row.id not in known)
    return row
