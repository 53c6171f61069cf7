"""The picture of a recording: the loudest sample of every two-hundredth of it, for each channel.

It is made once and kept beside the file; of a sealed recording it is sealed too, because it shows who spoke when.
Losing it costs a second of work, so any fault only makes it be made again.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import numpy as np

from recorder.encoding import SoundFile
from recorder.errors import RecorderError
from recorder.naming import PEAKS
from recorder.playing import Playback
from recorder.storing import PlainBytes, PlainFile
from recorder.vault import SealedBytes, SealedFile

POINTS = 200
_READ_FRAMES = 1 << 15
_FULL_SCALE = 32767


class Waveform(msgspec.Struct, frozen=True):
    """The peaks of each channel, 0-255 for silence to full scale."""

    of_bytes: int
    """Size of the recording the picture was made of."""
    channels: list[list[int]]


def waveform(playback: Playback) -> Waveform:
    """Give a recording's picture, from beside its file or made now. Raises `UnplayableError`."""
    kept = _read(playback)
    if kept is not None and kept.of_bytes == playback.size:
        return kept
    made = Waveform(playback.size, _peaks(playback))
    with contextlib.suppress(RecorderError, OSError):
        _keep(playback, made)
    return made


def peaks_path(recording: Path) -> Path:
    """Give where a recording's picture is kept."""
    return recording.with_name(recording.name + PEAKS)


def _peaks(playback: Playback) -> list[list[int]]:
    file = SoundFile(playback.source)
    peaks = np.zeros((POINTS, file.channels), np.int32)
    try:
        at = 0
        while len(pcm := file.read(_READ_FRAMES)):
            loud = np.abs(pcm.astype(np.int32))
            places = np.minimum((np.arange(at, at + len(pcm)) * POINTS) // max(file.frames, 1), POINTS - 1)
            firsts = np.flatnonzero(np.diff(places, prepend=-1))
            np.maximum.at(peaks, places[firsts], np.maximum.reduceat(loud, firsts))
            at += len(pcm)
    finally:
        file.close()
    scaled = np.minimum(peaks * 255 // _FULL_SCALE, 255)
    return [[int(value) for value in scaled[:, channel]] for channel in range(scaled.shape[1])]


def _read(playback: Playback) -> Waveform | None:
    path = peaks_path(playback.path)
    try:
        opened = SealedBytes(path, playback.key) if playback.is_sealed and playback.key else PlainBytes(path)
        with opened as source:
            return msgspec.json.decode(source.read(0, source.size), type=Waveform)
    except (RecorderError, OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _keep(playback: Playback, made: Waveform) -> None:
    path = peaks_path(playback.path)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    file = SealedFile(part, playback.key) if playback.is_sealed and playback.key else PlainFile(part)
    try:
        file.append(msgspec.json.encode(made))
        file.finish(path)
    finally:
        file.close()
        part.unlink(missing_ok=True)
