"""The recordings' files as the panel finds them: opened for a listener, or why they cannot be.

The path comes from the database, never from a browser. The key is read anew each time: it is a small file, and one
that was put back must count at once.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from appliance.core.clock import from_text
from appliance.core.config import Config
from db.queries.calls import CallRow
from db.queries.recordings import RecordingRow
from recorder.errors import KeyMissingError, KeyUnusableError, RecorderError, UnplayableError
from recorder.keys import BoxKey, read_key
from recorder.naming import PART, parse_name
from recorder.playing import Playback

GROWS_WITHIN_S = 20.0
"""A recording that is being made gets a page a second; one that did not grow for so long was left by a crash."""
JUST_ENDED = timedelta(minutes=1)
FileState = Literal["whole", "deleted", "no-key", "missing", "broken"]
Unfinished = Literal["none", "now", "left"]


class SoundUnavailableError(RecorderError):
    """A recording's file cannot be opened; `state` says why."""

    def __init__(self, state: FileState, problem: str) -> None:
        super().__init__(problem)
        self.state = state


@dataclass(frozen=True)
class Shelf:
    """The folder of recordings."""

    config: Config

    @property
    def folder(self) -> Path:
        """Where the recordings lie."""
        return self.config.recordings_folder

    def open(self, recording: RecordingRow) -> Playback:
        """Open a recording. Raises `SoundUnavailableError`; whoever opens it closes it."""
        if recording.deleted_at is not None:
            raise SoundUnavailableError("deleted", f"recording {recording.id} is deleted")
        path = self.folder / recording.file_name
        if not path.is_file():
            raise SoundUnavailableError("missing", f"there is no file {path}")
        try:
            playback = Playback(path, self._key() if recording.is_encrypted else None)
        except (KeyMissingError, KeyUnusableError) as error:
            raise SoundUnavailableError("no-key", str(error)) from error
        except RecorderError as error:
            raise SoundUnavailableError("broken", str(error)) from error
        try:
            if not playback.seconds > 0:
                raise UnplayableError("it has no sound")
        except RecorderError as error:
            playback.close()
            raise SoundUnavailableError("broken", str(error)) from error
        return playback

    def state(self, recording: RecordingRow) -> FileState:
        """Tell whether a recording could be played now."""
        try:
            self.open(recording).close()
        except SoundUnavailableError as error:
            return error.state
        return "whole"

    def unfinished(self, call_id: str, started_at: str, now: datetime) -> Unfinished:
        """Tell whether a call is being recorded, or was when the power went and waits for its line to mend it."""
        months = {f"{from_text(started_at):%Y-%m}", f"{now:%Y-%m}"}
        for month in months:
            with contextlib.suppress(OSError):
                for name in os.listdir(self.folder / month):
                    if call_id in name and name.endswith(PART) and parse_name(Path(name)) is not None:
                        age = now.timestamp() - (self.folder / month / name).stat().st_mtime
                        return "now" if age < GROWS_WITHIN_S else "left"
        return "none"

    def running(self, call: CallRow, now: datetime) -> Unfinished:
        """Tell the same of a call on a card: only of one that is on, or was a moment ago, is there anything to tell."""
        is_over = call.ended_at is not None and now - from_text(call.ended_at) > JUST_ENDED
        if is_over or call.line not in self.config.recording.lines:
            return "none"
        return self.unfinished(call.id, call.started_at, now)

    def _key(self) -> BoxKey:
        if not self.config.recording.key_file:
            raise KeyMissingError("the recording is sealed and no key is configured: set recording.key_file")
        return read_key(Path(self.config.recording.key_file))
