"""From the packets of a call's two sides to frames in which both stand at the same moment. Pure.

Packets come late, out of order, twice or not at all; the two sides' clocks are not the box's. A side is placed by
its own timestamps, anchored to the box's clock when its first packet comes, and again when the two drift apart.
"""

from __future__ import annotations

import numpy as np

from callerid.drivers.sip import rtp
from callerid.drivers.sip.g711 import VALUES
from callerid.drivers.sip.messages import LegName, Sound
from callerid.dsp.message import Samples

FRAME = rtp.PACKET_SAMPLES
JITTER_S = 0.12
"""A packet that comes later than this after its moment is taken for lost."""
DRIFT_S = 0.25
"""So far apart from the box's clock a side is anchored anew (it paused, or its clock is another)."""
LONGEST_AHEAD_S = 2.0
FULL_SCALE = 32768.0
_DECODED = {codec: np.array(values, np.float32) / FULL_SCALE for codec, values in VALUES.items()}
_LEGS: tuple[LegName, ...] = ("caller", "office")


class _Side:
    def __init__(self) -> None:
        self.samples = np.zeros(int(LONGEST_AHEAD_S * rtp.RATE_HZ), np.float32)
        """What came, from the call's next frame on."""
        self.source: int | None = None
        self.place = 0
        """Where the newest packet begins, in samples of the call."""
        self.sequence = 0
        self.timestamp = 0
        self.missing: dict[int, int] = {}
        """Sequence numbers that did not come yet, and where they belong."""
        self.received = 0
        self.lost = 0


class CallSound:
    """The sound of one bridged call."""

    def __init__(self, start: float) -> None:
        """`start`: monotonic seconds of the call's first sample."""
        self._start = start
        self._done = 0
        """Samples given out."""
        self._sides: dict[LegName, _Side] = {"caller": _Side(), "office": _Side()}
        self._left_out = 0

    @property
    def received(self) -> int:
        """Packets that came in time."""
        return sum(side.received for side in self._sides.values())

    @property
    def lost(self) -> int:
        """Packets that did not come, or came too late."""
        return sum(side.lost for side in self._sides.values())

    def put(self, sound: Sound) -> None:
        """Take one packet."""
        side = self._sides[sound.leg]
        if sound.codec == "L16":
            samples = (
                np.frombuffer(sound.payload[: len(sound.payload) // 2 * 2], np.int16).astype(np.float32)
                / FULL_SCALE
            )
        else:
            samples = _DECODED[sound.codec][np.frombuffer(sound.payload, np.uint8)]
        place = self._place(side, sound, len(samples))
        if place is None:
            return
        start = place - self._done
        if start < 0 or start + len(samples) > len(side.samples):
            return
        side.missing.pop(sound.sequence, None)
        side.received += 1
        side.samples[start : start + len(samples)] = samples

    def frames(self, now: float) -> list[tuple[float, Samples, int]]:
        """Give the frames complete by `now`: end in monotonic seconds, ``(n, 2)`` samples, samples lost before."""
        ready = round((now - self._start - JITTER_S) * rtp.RATE_HZ)
        given = []
        while self._done + FRAME <= ready:
            end = self._done + FRAME
            is_gone = all(self._is_gone(side, self._done, end) for side in self._sides.values())
            both = np.stack([self._sides[leg].samples[:FRAME] for leg in _LEGS], axis=1)
            for side in self._sides.values():
                self._forget(side, end)
            self._done = end
            if is_gone:
                self._left_out += FRAME
                continue
            given.append((self._start + end / rtp.RATE_HZ, both, self._left_out))
            self._left_out = 0
        return given

    def _place(self, side: _Side, sound: Sound, count: int) -> int | None:
        arrived = round((sound.at - self._start) * rtp.RATE_HZ) - count
        due = side.place + rtp.ahead(sound.timestamp, side.timestamp, 32)
        is_anchored = sound.source == side.source and abs(due - arrived) <= DRIFT_S * rtp.RATE_HZ
        if not is_anchored:
            if sound.source == side.source and rtp.ahead(sound.sequence, side.sequence, 16) <= 0:
                return None
            side.missing.clear()
            side.source, due = sound.source, arrived
        elif (gap := rtp.ahead(sound.sequence, side.sequence, 16)) > 1:
            for back in range(1, min(gap, 200)):
                side.missing[(sound.sequence - back) & 0xFFFF] = due - back * count
        elif gap <= 0:
            return due
        side.place, side.sequence, side.timestamp = due, sound.sequence, sound.timestamp
        return due

    @staticmethod
    def _is_gone(side: _Side, start: int, end: int) -> bool:
        overlaps = (min(end, place + FRAME) - max(start, place) for place in side.missing.values())
        return sum(overlap for overlap in overlaps if overlap > 0) >= end - start

    @staticmethod
    def _forget(side: _Side, end: int) -> None:
        side.samples[:-FRAME] = side.samples[FRAME:]
        side.samples[-FRAME:] = 0.0
        for sequence in [sequence for sequence, place in side.missing.items() if place + FRAME <= end]:
            del side.missing[sequence]
            side.lost += 1
