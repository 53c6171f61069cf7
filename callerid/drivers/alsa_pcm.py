"""One capture device as ALSA gives it: opened at a rate of its own, read period by period.

It is opened without blocking: ALSA's own open waits for ever for a device another program holds, and a blocking
read cannot be ended. `read` starts the stream and never waits where a real device is behind it; `wait` does.
"""

from __future__ import annotations

import errno
import importlib
import select
import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from callerid.drivers import DriverError
from callerid.drivers.alsa_options import RATES_HZ

PERIODS_PER_S = 50
"""A period is 20 ms, a frame's length."""
PERIODS = 10
"""The card's own buffer: 200 ms for a process that is late."""
PREFERRED_HZ = (48000, 16000, 32000, 24000, 44100, 96000, 22050, 11025, 8000)
"""The converters of USB cards run at 48 kHz; at 8 kHz many throw samples away without a filter before."""
PLAIN_HZ = 48000
STAMP_TRUSTED_S = 1.0
"""A stamp that is older than the buffer can be, or of the future, is no stamp."""

Load = Callable[[], Any]
"""Gives the module alsaaudio, or raises ImportError."""


def load_alsa() -> Any:
    """Import pyalsaaudio."""
    return importlib.import_module("alsaaudio")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to open."""

    name: str
    """ALSA's name: ``hw:CARD=<id>,DEV=<n>``, or a PCM of asound.conf."""
    rate_hz: int = 0
    """0: the best of the device's own."""
    is_stereo: bool = False
    """Both channels are needed."""
    is_card: bool = True
    """It is a card's own device, whose time stamps tell when the sound was taken."""


class Pcm(Protocol):
    """An open capture device."""

    rate_hz: int
    channels: int

    def read(self) -> bytes | None:
        """Give whole interleaved S16 samples, nothing when none are there yet, None after an overrun. Raises
        `DriverError` when the device went away."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Wait until there may be something to read."""
        ...

    def newest(self) -> float:
        """Monotonic seconds at which the last sample given was taken."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class AlsaPcm:
    """A capture device through pyalsaaudio."""

    def __init__(
        self, wanted: Wanted, load: Load = load_alsa, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Open it. Raises `DriverError`."""
        try:
            self._alsa = load()
        except ImportError as error:
            raise DriverError(
                f"pyalsaaudio is not installed ({error}); 'make venv-hardware' installs it, "
                "'aminbox doctor' tells whether it is there"
            ) from error
        self._monotonic = monotonic
        self._has_stamps = wanted.is_card
        name, rate_hz = self._settle(wanted)
        self._pcm = self._open(name, rate_hz, 2 if wanted.is_stereo else 1)
        # ALSA takes the nearest it can do and raises nothing: what it took is what counts.
        got = self._pcm.info()
        self.rate_hz, self.channels = int(got["rate"]), int(got["channels"])
        self._refuse(wanted, int(got["format"]))
        if self._has_stamps:
            self._pcm.set_tstamp_mode(self._alsa.PCM_TSTAMP_ENABLE)
            self._pcm.set_tstamp_type(self._alsa.PCM_TSTAMP_TYPE_MONOTONIC)
        self._poll = select.poll()
        for descriptor, mask in self._pcm.polldescriptors():
            self._poll.register(descriptor, mask)

    def read(self) -> bytes | None:
        """Read what is there, a period at most."""
        try:
            count, data = self._pcm.read()
        except self._alsa.ALSAAudioError as error:
            raise DriverError(f"the sound card went away ({error})") from error
        if count == -errno.EPIPE:
            return None
        if count < 0:
            raise DriverError(f"the sound card cannot be read ({errno.errorcode.get(-count, count)})")
        return bytes(data)

    def wait(self, timeout_s: float) -> None:
        """Wait for the next period. A plug-in's descriptor may always be ready: its read waits instead."""
        self._poll.poll(timeout_s * 1000)

    def newest(self) -> float:
        """Take the card's stamp of what it has, less what is still in its buffer."""
        now = self._monotonic()
        if not self._has_stamps:
            return now
        try:
            seconds, nanoseconds, waiting = self._pcm.htimestamp()
        except self._alsa.ALSAAudioError:
            return now
        taken = seconds + nanoseconds / 1e9 - waiting / self.rate_hz
        return float(taken) if 0 <= now - taken <= STAMP_TRUSTED_S else now

    def close(self) -> None:
        """Close it."""
        self._pcm.close()

    def _settle(self, wanted: Wanted) -> tuple[str, int]:
        """Find the name and rate to open with; asks a card for its own."""
        if not wanted.is_card:
            return wanted.name, wanted.rate_hz or PLAIN_HZ
        probe = self._open(wanted.name, PREFERRED_HZ[0], 2 if wanted.is_stereo else 1)
        try:
            rates = _rates(probe.getrates())
            has_s16 = probe.info()["format"] == self._alsa.PCM_FORMAT_S16_LE
        finally:
            probe.close()
        # The plug layer changes the form of a sample only: rate and channels stay the card's own.
        name = wanted.name if has_s16 else f"plug{wanted.name}"
        return name, wanted.rate_hz or next((one for one in PREFERRED_HZ if one in rates), max(rates))

    def _refuse(self, wanted: Wanted, sample_format: int) -> None:
        """Close what cannot be used and say why. Raises `DriverError`."""
        problem = ""
        if sample_format != self._alsa.PCM_FORMAT_S16_LE:
            problem = "does not give 16-bit samples"
        elif not RATES_HZ[0] <= self.rate_hz <= RATES_HZ[1]:
            problem = f"runs at {self.rate_hz} Hz, and {RATES_HZ[0]}–{RATES_HZ[1]} Hz can be used"
        elif wanted.is_stereo and self.channels < 2:
            problem = "has one channel, and the option channel says that two lines share it"
        if problem:
            self.close()
            raise DriverError(f"{wanted.name} {problem}; 'aminbox doctor' lists the sound cards")

    def _open(self, name: str, rate_hz: int, channels: int) -> Any:
        alsa = self._alsa
        try:
            return alsa.PCM(
                type=alsa.PCM_CAPTURE,
                mode=alsa.PCM_NONBLOCK,
                rate=rate_hz,
                channels=channels,
                format=alsa.PCM_FORMAT_S16_LE,
                periodsize=rate_hz // PERIODS_PER_S,
                periods=PERIODS,
                device=name,
            )
        except alsa.ALSAAudioError as error:
            raise DriverError(
                f"ALSA cannot open {name} ({error}); is it plugged in, free and readable for the group 'audio'? "
                "'aminbox doctor' lists the sound cards"
            ) from error


def _rates(found: int | tuple[int, int] | list[int]) -> list[int]:
    """Give the rates of a device: one, a range, or a list."""
    if isinstance(found, int):
        return [found]
    if isinstance(found, tuple):
        return [rate for rate in PREFERRED_HZ if found[0] <= rate <= found[1]] or [found[1]]
    return found
