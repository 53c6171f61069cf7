"""One call's recording while it is made.

The audio loop hands over its blocks and goes on; a thread of the recording encodes and stores them. A page of
about a second is written as soon as it is whole, and every second one waits for the disk, so a power cut costs
less than three seconds. Nothing that the disk does reaches the caller: a recording that cannot go on ends by
itself and says so through `on_end`.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from recorder.encoding import OpusEncoder, Pcm
from recorder.endings import Ending, EndOfRecording
from recorder.errors import RecorderError, StorageError, StorageFullError
from recorder.keys import BoxKey
from recorder.naming import PART, RecordingName
from recorder.storing import GrowingFile, PlainFile
from recorder.timeline import Timeline
from recorder.vault import SealedFile

log = logging.getLogger("recorder")

FLUSH_S = 1.5
"""A page that ends so much sound after the last flush is flushed: of pages of a second, every other one."""
QUEUE_S = 30.0
"""Sound that may wait for a slow disk; what comes beyond becomes silence."""
WAKE_S = 0.25
"""Sound that is gathered before the thread wakes."""
IDLE_S = 1.0
ROOM_EVERY_S = 10.0
_PCM_FULL_SCALE = 32767.0


class CallRecording:
    """Records one call; made when the call is answered, ended by `finish` or `discard`."""

    def __init__(
        self,
        folder: Path,
        call_id: str,
        *,
        line: int,
        started_at: datetime,
        rate_hz: int,
        channels: Literal[1, 2] = 1,
        title: str = "",
        key: BoxKey | None = None,
        least_free_share: float = 0.0,
        on_end: Callable[[Ending], object] | None = None,
    ) -> None:
        """Begin at once; touches no disk in the calling thread.

        With a `key` the file is sealed. Recording ends when less than `least_free_share` of the disk is free.
        `on_end` is called once, from the recording's thread.
        """
        self.name = RecordingName(started_at, line, call_id, key is not None)
        self._folder = folder
        self._rate_hz = rate_hz
        self._channels = channels
        self._title = title
        self._key = key
        self._least_free_share = least_free_share
        self._on_end = on_end
        self._timeline = Timeline(rate_hz)
        self._changed = threading.Condition()
        self._blocks: deque[tuple[int, Pcm]] = deque()
        self._waiting = 0
        self._dropped = 0
        self._asked: EndOfRecording | None = None
        self._is_discarded = False
        self._encoded = 0
        self._silence = 0
        self._ending: Ending | None = None
        self._thread = threading.Thread(target=self._run, name=f"recording-{line}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Tell whether sound is still being kept."""
        return self._asked is None and self._ending is None

    @property
    def is_alive(self) -> bool:
        """Tell whether its thread still works; what became of it is known when it does not."""
        return self._thread.is_alive()

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that were taken and are not being encoded yet."""
        return self._waiting / self._rate_hz

    def write(
        self, samples: npt.NDArray[np.float32], *, lost: int = 0, end_monotonic: float | None = None
    ) -> bool:
        """Take a block, ``(n,)`` or ``(n, 2)`` float32, full scale ±1; never blocks and never raises for a disk.

        `lost` samples before it and, when `end_monotonic` says so, time without sound become silence. Gives
        False when the recording is over or the block found no room in the queue.
        """
        if samples.shape[1:] != ((2,) if self._channels == 2 else ()):
            raise ValueError(f"expected samples for {self._channels} channel(s), got shape {samples.shape}")
        if not self.is_running:
            return False
        gap = self._timeline.gap_before(len(samples), lost=lost, end_monotonic=end_monotonic)
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, posinf=1.0, neginf=-1.0)
        pcm = np.rint(np.clip(samples, -1.0, 1.0) * _PCM_FULL_SCALE).astype(np.int16)
        with self._changed:
            if self._waiting + len(pcm) > QUEUE_S * self._rate_hz:
                self._dropped += gap + len(pcm)
                return False
            self._blocks.append((gap + self._dropped, pcm))
            self._dropped = 0
            self._waiting += len(pcm)
            if self._waiting >= WAKE_S * self._rate_hz:
                self._changed.notify()
        return True

    def finish(self, reason: EndOfRecording) -> None:
        """End the recording; what waits is still stored. Returns at once; the first reason counts."""
        with self._changed:
            self._asked = self._asked or reason
            self._changed.notify()

    def discard(self) -> None:
        """End the recording and keep nothing of it (the other side may not be recorded). Returns at once."""
        self._is_discarded = True
        self.finish("switched-off")

    def wait(self, timeout_s: float) -> Ending | None:
        """Give what became of it, or None when that is not known after `timeout_s`."""
        self._thread.join(timeout_s)
        return self._ending

    def _run(self) -> None:
        file: GrowingFile | None = None
        problem: RecorderError | None = None
        final = self._folder / self.name.relative
        is_kept = False
        try:
            self._require_room()
            part = final.with_name(final.name + PART)
            file = SealedFile(part, self._key) if self._key else PlainFile(part)
            encoder = OpusEncoder(
                self._rate_hz, self._channels, title=self._title, comment=f"call {self.name.call_id}"
            )
            problem = self._store(encoder, file)
            if self._is_discarded or not self._encoded:
                part.unlink()
            else:
                file.append(encoder.finish())
                file.finish(final)
                is_kept = True
        except RecorderError as error:
            problem = error
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            problem = StorageError(f"the recording ended: {error}")
        finally:
            if file is not None:
                file.close()
            self._end(is_kept, file.size if file and is_kept else 0, problem)

    def _store(self, encoder: OpusEncoder, file: GrowingFile) -> RecorderError | None:
        """Encode and store until asked to end, or give why to end before that (the file is still whole then)."""
        unflushed = since_room = 0
        is_dirty = False
        while True:
            blocks = self._next_blocks()
            if blocks is None or self._is_discarded:
                return None
            for pcm in self._with_silence(blocks):
                pages = encoder.feed(pcm)
                self._encoded += len(pcm)
                unflushed += len(pcm)
                since_room += len(pcm)
                if pages:
                    file.append(pages)
                    is_dirty = True
                    if unflushed >= FLUSH_S * self._rate_hz:
                        file.flush()
                        is_dirty, unflushed = False, 0
                if since_room >= ROOM_EVERY_S * self._rate_hz:
                    since_room = 0
                    try:
                        self._require_room()
                    except StorageFullError as error:
                        return error
            if is_dirty and not blocks:
                file.flush()
                is_dirty, unflushed = False, 0

    def _next_blocks(self) -> list[tuple[int, Pcm]] | None:
        """Wait for sound; None when there is none left and the recording shall end."""
        with self._changed:
            if self._asked is None and self._waiting < WAKE_S * self._rate_hz:
                self._changed.wait(IDLE_S)
            blocks, self._waiting = list(self._blocks), 0
            self._blocks.clear()
            return blocks if blocks or self._asked is None else None

    def _with_silence(self, blocks: list[tuple[int, Pcm]]) -> Iterator[Pcm]:
        """Give the sound, its silence put in, in pieces of about `WAKE_S`: encoding few costs less than many."""
        piece: list[Pcm] = []
        length = 0
        for gap, pcm in blocks:
            if piece and (gap or length >= WAKE_S * self._rate_hz):
                yield np.concatenate(piece)
                piece, length = [], 0
            self._silence += gap
            for at in range(0, gap, self._rate_hz):
                yield self._quiet(min(gap - at, self._rate_hz))
            piece.append(pcm)
            length += len(pcm)
        if piece:
            yield np.concatenate(piece)

    def _quiet(self, count: int) -> Pcm:
        return np.zeros(count if self._channels == 1 else (count, 2), np.int16)

    def _require_room(self) -> None:
        if not self._least_free_share:
            return
        folder = self._folder if self._folder.is_dir() else self._folder.parent
        usage = shutil.disk_usage(folder)
        if usage.free < self._least_free_share * usage.total:
            raise StorageFullError(
                f"{usage.free >> 20} MiB of {usage.total >> 20} MiB are free and "
                f"{self._least_free_share:.0%} must stay so: calls go on without recording"
            )

    def _end(self, is_kept: bool, size: int, problem: RecorderError | None) -> None:
        reason = self._asked or "stopped"
        if problem is not None:
            reason = "disk-full" if isinstance(problem, StorageFullError) else "stopped"
        with self._changed:
            self._ending = Ending(
                call_id=self.name.call_id,
                line=self.name.line,
                started_at=self.name.started_at,
                file_name=self.name.relative if is_kept else None,
                seconds=self._encoded / self._rate_hz,
                size_bytes=size,
                channels=self._channels,
                is_encrypted=self._key is not None,
                reason=reason,
                silence_s=self._silence / self._rate_hz,
                problem=problem,
            )
            self._blocks.clear()
        if problem is not None:
            call = self.name.call_id
            log.error("happening=recording-failed line=%d call=%s problem=%s", self.name.line, call, problem)
        if self._on_end is not None:
            try:
                self._on_end(self._ending)
            except Exception:
                log.exception("happening=recording-not-told call=%s", self.name.call_id)
