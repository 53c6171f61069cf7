"""A telephone line on a sound card, with ring and hook by pins where they are wired.

The card is opened at a rate of its own and its sound brought to 8 kHz here, so that every card gives the same
frames. Without pins `ring` and `off_hook` stay unknown and the line daemon judges by the sound.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame
from callerid.drivers.alsa_capture import CardSource, Sound, Source
from callerid.drivers.alsa_cards import find_card
from callerid.drivers.alsa_options import AlsaOptions, read_options
from callerid.drivers.alsa_pcm import AlsaPcm, Load, Pcm, Wanted, load_alsa
from callerid.drivers.alsa_sharing import (
    TRIES,
    TRY_AGAIN_S,
    CardLock,
    ChannelServer,
    OwnerLeftError,
    SharedSource,
    place_of,
)
from callerid.drivers.alsa_watch import Fault, LevelWatch
from callerid.drivers.pins import PinChange, Pins
from callerid.drivers.pins.boards import make_pins
from callerid.drivers.pins.sensing import HookSense, RingSense
from callerid.dsp.resample import OUTPUT_HZ, Resampler

log = logging.getLogger("line")

FULL_SCALE = 32768.0
STALLED_S = 2.0
"""Without a period for so long the card counts as gone."""
ADVICE: dict[Fault, str] = {
    "clipping": "lower the card's capture volume",
    "silent": "the input is muted or nothing is wired to it",
    "off-centre": "direct current reaches the card: look at the coupling capacitors",
}

OpenPins = Callable[[AlsaOptions], Pins]


def pins_of(options: AlsaOptions) -> Pins:
    """Give the pins a line's options name, on this board."""
    return make_pins(options.pins, options.gpio, options.gpio_chip)


class AlsaDriver:
    """One line on one channel of a sound card."""

    rate_hz = OUTPUT_HZ
    hears_line = True

    def __init__(
        self,
        line: LineSection,
        runtime: Path,
        *,
        root: Path = Path("/"),
        load: Load = load_alsa,
        open_pins: OpenPins = pins_of,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Check the options; touches no hardware. `root`: where the file system with /sys and /proc begins."""
        self._options = read_options(line.options)
        self._line = line.number
        self._runtime = runtime
        self._root = root
        self._load = load
        self._open_pins = open_pins
        self._monotonic = monotonic
        self._sleep = sleep
        self._source: Source | None = None
        self._lock: CardLock | None = None
        self._pins: Pins | None = None
        self._heard_at = 0.0
        self._last_end: float | None = None
        self._is_taken_over = False

    def open(self) -> None:
        """Find the card and take hold of it and of the pins."""
        self.close()
        try:
            self._open_source()
            self._open_senses()
        except DriverError:
            self.close()
            raise
        self._last_end, self._is_taken_over = None, False

    def read(self, timeout_s: float) -> Frame | None:
        """Give the next 20 ms."""
        if self._source is None:
            raise DriverError("the sound card is not open")
        try:
            sound = self._source.read(timeout_s)
        except OwnerLeftError:
            self._source.close()
            self._open_source()
            self._is_taken_over = True
            return None
        now = self._monotonic()
        if sound is None:
            if now - self._heard_at >= STALLED_S:
                raise DriverError(
                    f"the sound card fell silent: no sample for {now - self._heard_at:.1f} s; it is tried again"
                )
            return None
        self._heard_at = now
        return self._frame(sound)

    def close(self) -> None:
        """Let go of card and pins."""
        source, self._source = self._source, None
        if source is not None:
            source.close()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()
        pins, self._pins = self._pins, None
        if pins is not None:
            pins.close()

    def _open_source(self) -> None:
        options = self._options
        name = options.pcm
        if options.card:
            name = f"hw:CARD={find_card(options.card, self._root).id},DEV={options.device}"
        wanted = Wanted(
            name=name,
            rate_hz=options.rate,
            is_stereo=options.channel is not None,
            is_card=bool(options.card),
        )
        self._source = (
            CardSource(self._open_pcm(wanted), 0, monotonic=self._monotonic)
            if options.channel is None
            else self._share(wanted, options.channel)
        )
        self._rate_in = 0
        self._heard_at = self._monotonic()

    def _share(self, wanted: Wanted, channel: int) -> Source:
        place = place_of(self._runtime, wanted.name)
        lock = CardLock(place.lock)
        tries_left = TRIES
        while not lock.take():
            try:
                return SharedSource(place.socket, channel, self._line)
            except OwnerLeftError:
                tries_left -= 1
                if not tries_left:
                    raise
            self._sleep(TRY_AGAIN_S)
        try:
            pcm = self._open_pcm(wanted)
            try:
                server = ChannelServer(place.socket, channel, self._line)
            except DriverError:
                pcm.close()
                raise
        except DriverError:
            lock.release()
            raise
        self._lock = lock
        return CardSource(pcm, channel, [server], self._monotonic)

    def _open_pcm(self, wanted: Wanted) -> Pcm:
        return AlsaPcm(wanted, self._load, self._monotonic)

    def _open_senses(self) -> None:
        self._ring: RingSense | None = None
        self._hook: HookSense | None = None
        self._waiting: deque[PinChange] = deque()
        if not self._options.pins:
            return
        self._pins = self._open_pins(self._options)
        active = self._pins.open()
        if self._options.ring_pin is not None:
            self._ring = RingSense()
        if self._options.hook_pin is not None:
            self._hook = HookSense(active[self._options.hook_pin], self._monotonic())

    def _frame(self, sound: Sound) -> Frame | None:
        column = sound.samples[:, 0]
        if sound.rate_hz != self._rate_in:
            self._begin(sound.rate_hz)
        for fault, is_begin in self._watch.feed(column):
            log.warning(
                "happening=%s-%s line=%d advice=%s", fault, "began" if is_begin else "over", self._line,
                ADVICE[fault] if is_begin else "-",
            )  # fmt: skip
        lost = sound.lost
        if self._is_taken_over and self._last_end is not None:
            gap_s = sound.end_monotonic - len(column) / sound.rate_hz - self._last_end
            lost, self._is_taken_over = max(lost, round(gap_s * sound.rate_hz)), False
        self._last_end = sound.end_monotonic
        self._lost += lost * OUTPUT_HZ / sound.rate_hz
        samples = self._resampler.feed(column.astype(np.float32) / np.float32(FULL_SCALE))
        self._taken += len(column)
        self._given += len(samples)
        if not len(samples):
            return None
        lost_here = int(self._lost)
        self._lost -= lost_here
        end = sound.end_monotonic - (self._taken / sound.rate_hz - self._given / OUTPUT_HZ)
        ring, off_hook = self._sense(end)
        return Frame(np.clip(samples, -1.0, 1.0), end, ring, off_hook, lost_here)

    def _begin(self, rate_hz: int) -> None:
        self._rate_in = rate_hz
        self._resampler = Resampler(rate_hz)
        self._watch = LevelWatch(rate_hz)
        self._taken = self._given = 0
        self._lost = 0.0

    def _sense(self, at: float) -> tuple[bool | None, bool | None]:
        if self._pins is None:
            return None, None
        self._waiting.extend(self._pins.changes())
        while self._waiting and self._waiting[0].at <= at:
            change = self._waiting.popleft()
            if change.number == self._options.ring_pin and self._ring is not None:
                self._ring.change(change.at)
            elif self._hook is not None:
                self._hook.change(change.is_active, change.at)
        off_hook = self._hook.is_off_hook(at) if self._hook is not None else None
        ring = self._ring.is_ringing(at) if self._ring is not None else None
        return (ring and not off_hook if ring is not None else None), off_hook
