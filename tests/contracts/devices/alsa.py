"""A sound card made of libasound's own parts, for the `alsa` driver: `file` over `null`, fed through a FIFO.

Everything from snd_pcm_open to snd_pcm_readi is the real library. The simulated line is the right channel of a
48 kHz stereo card; a thread writes it at the line's pace. A FIFO without a writer makes the plug-in give old sound
for ever, which no card does; so unplugging means that the writer stops and holds the FIFO open, as a card whose
USB cable was pulled gives nothing more.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.core.config import LineSection
from callerid.drivers import find_driver
from callerid.exchange.line import BLOCK_S, SimulatedLine
from callerid.exchange.plans import IncomingPlan
from tests.contracts.devices import Device
from tests.fakes.pins import FakePins

CARD_HZ = 48000
STEP = CARD_HZ // 8000
RING_PIN, HOOK_PIN = 17, 27
HOW_TO_GET_IT = "pyalsaaudio is not installed; 'make venv-hardware' brings it (needs gcc and libasound2-dev)"
PCM = """pcm.line {{
    type file
    slave.pcm {{ type null }}
    file /dev/null
    infile "{fifo}"
    format raw
}}
"""


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Device]:
    """Give a line on the card's right channel; the card is not plugged in yet."""
    if importlib.util.find_spec("alsaaudio") is None:
        if os.environ.get("AMINBOX_REQUIRE_HARDWARE"):
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    with FifoCard(tmp_path) as card:
        options = {
            "pcm": "line", "rate": CARD_HZ, "channel": 1, "ring_pin": RING_PIN, "hook_pin": HOOK_PIN,
        }  # fmt: skip
        section = LineSection(number=1, driver="alsa", options=options)

        def pins(read_options: object) -> FakePins:
            card.pins = FakePins(read_options.pins, RING_PIN, HOOK_PIN)  # type: ignore[attr-defined]
            return card.pins

        driver = find_driver("alsa")(section, tmp_path, open_pins=pins)  # type: ignore[call-arg]
        yield Device(driver, card.plug, card.unplug, card.ring)


class FifoCard:
    """The card, and the line on its right channel; on the left one there is silence."""

    def __init__(self, folder: Path) -> None:
        self._fifo = folder / "card.fifo"
        self._config = folder / "asound.conf"
        self._config.write_text(PCM.format(fifo=self._fifo))
        self._before = os.environ.get("ALSA_CONFIG_PATH")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._descriptor: int | None = None
        self._line = SimulatedLine()
        self.left = 0.0
        """Height of the sound on the left channel, which belongs to another line."""
        self.pins: FakePins | None = None

    def __enter__(self) -> FifoCard:
        os.environ["ALSA_CONFIG_PATH"] = str(self._config)
        return self

    def __exit__(self, *_error: object) -> None:
        self.unplug()
        self._let_readers_go()
        if self._before is None:
            del os.environ["ALSA_CONFIG_PATH"]
        else:
            os.environ["ALSA_CONFIG_PATH"] = self._before

    def plug(self) -> None:
        """Put the card in."""
        self._let_readers_go()
        os.mkfifo(self._fifo)
        self._descriptor = os.open(self._fifo, os.O_RDWR | os.O_NONBLOCK)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, args=(self._descriptor, self._stop))
        self._thread.start()

    def unplug(self) -> None:
        """Pull it out: no sound comes any more, and it cannot be opened."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._fifo.unlink(missing_ok=True)

    def ring(self) -> None:
        """Ring for a second, then lift the handset for two."""
        assert self.pins is not None
        now = time.monotonic()
        self._line.start(IncomingPlan(number="09120000001", answer_after=1.0, talk=2), datetime(2026, 11, 22))
        self.pins.ring(now, 1.0)
        self.pins.lift(now + 1.05)
        self.pins.put_down(now + 3.05)

    def start(self, plan: IncomingPlan) -> None:
        """Begin a call on the line."""
        self._line.start(plan, datetime(2026, 11, 22))

    def _play(self, descriptor: int, stop: threading.Event) -> None:
        due = time.monotonic()
        while not stop.is_set():
            sound = np.repeat(self._line.step().sound, STEP)
            both = np.column_stack((np.full_like(sound, self.left), sound))
            with contextlib.suppress(BlockingIOError):  # nobody reads and the FIFO is full: the card goes on
                os.write(descriptor, np.round(both * 32767).astype(np.int16).tobytes())
            due += BLOCK_S
            stop.wait(max(0.0, due - time.monotonic()))

    def _let_readers_go(self) -> None:
        """Close the FIFO: a read that still waits in it comes back, and its thread ends."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
