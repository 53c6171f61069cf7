"""The thread that reads a card, and the queue a line takes its sound from.

A thread of its own, because a plug-in's read may wait for ever and because a decoder that is late for a moment must
not cost sound: what it has not fetched waits here, and what had to be thrown away is counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.drivers import DriverError
from callerid.drivers.alsa_pcm import Pcm

WAIT_S = 0.1
QUEUED = 50
"""Periods that wait for a late decoder: one second."""
CLOSING_S = 0.5
"""A reader that does not end in this time hangs in a read; it ends when that does, and lets go of the card then."""

Pcm16 = npt.NDArray[np.int16]


class Sound(msgspec.Struct, frozen=True):
    """A period of one or two channels."""

    samples: Pcm16
    """``(n, channels)``."""
    rate_hz: int
    end_monotonic: float
    """Monotonic seconds at which the last sample was taken."""
    lost: int = 0
    """Samples of one channel lost before it."""


class Source(Protocol):
    """Where one line's sound comes from: a card of its own, or another line's process that reads the card."""

    def read(self, timeout_s: float) -> Sound | None:
        """Wait for the next period, one channel. Raises `DriverError` when there will be none."""
        ...

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        ...


class Sink(Protocol):
    """Who else gets the card's sound."""

    def put(self, sound: Sound) -> None:
        """Take a period; called in the reader's thread and must not wait."""
        ...

    def close(self) -> None:
        """There will be no more."""
        ...


class CardSource:
    """Reads a card in a thread and gives one channel of it; hands every period to the sinks as well."""

    def __init__(
        self,
        pcm: Pcm,
        channel: int = 0,
        sinks: Sequence[Sink] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pcm = pcm
        self._channel = min(channel, pcm.channels - 1)
        self._sinks = tuple(sinks)
        self._monotonic = monotonic
        self._queue: deque[Sound] = deque()
        self._problem: str | None = None
        self._condition = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound card", daemon=True)
        self._thread.start()

    def read(self, timeout_s: float) -> Sound | None:
        """Give the oldest period that waits."""
        with self._condition:
            self._condition.wait_for(lambda: self._queue or self._problem is not None, timeout_s)
            if self._queue:
                return self._queue.popleft()
            if self._problem is not None:
                raise DriverError(self._problem)
            return None

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join(CLOSING_S)

    def _run(self) -> None:
        problem = "the sound card was closed"
        try:
            self._follow()
        except DriverError as error:
            problem = str(error)
        finally:
            self._pcm.close()
            for sink in self._sinks:
                sink.close()
            with self._condition:
                self._problem = problem
                self._condition.notify_all()

    def _follow(self) -> None:
        last_end: float | None = None
        is_broken = False
        while not self._stop.is_set():
            data = self._pcm.read()
            if data is None:
                is_broken = True
                continue
            if not data:
                self._pcm.wait(WAIT_S)
                continue
            samples = np.frombuffer(data, np.int16).reshape(-1, self._pcm.channels)
            end = self._pcm.newest()
            lost = 0
            if is_broken and last_end is not None:
                begin = end - len(samples) / self._pcm.rate_hz
                lost = max(1, round((begin - last_end) * self._pcm.rate_hz))
            end = end if last_end is None else max(end, last_end)
            last_end, is_broken = end, False
            self._deliver(Sound(samples, self._pcm.rate_hz, end, lost))

    def _deliver(self, sound: Sound) -> None:
        for sink in self._sinks:
            sink.put(sound)
        own = sound.samples[:, self._channel : self._channel + 1]
        with self._condition:
            self._queue.append(Sound(own, sound.rate_hz, sound.end_monotonic, sound.lost))
            if len(self._queue) > QUEUED:
                thrown, oldest = self._queue.popleft(), self._queue[0]
                lost = oldest.lost + thrown.lost + len(thrown.samples)
                self._queue[0] = msgspec.structs.replace(oldest, lost=lost)
            self._condition.notify()
