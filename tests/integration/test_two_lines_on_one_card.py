"""Two processes on one stereo card through libasound: each hears its channel, and one dies with SIGKILL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame
from callerid.drivers.alsa import AlsaDriver
from callerid.exchange.plans import IncomingPlan
from tests.contracts.devices.alsa import CARD_HZ, HOW_TO_GET_IT, FifoCard

OTHER_LINE = """
import sys
from pathlib import Path
from appliance.core.config import LineSection
from callerid.drivers.alsa import AlsaDriver

options = {"pcm": "line", "rate": 48000, "channel": 1}
driver = AlsaDriver(LineSection(number=2, driver="alsa", options=options), Path(sys.argv[1]))
driver.open()
loudest, frames = 0.0, 0
while True:
    frame = driver.read(0.5)
    if frame is not None:
        loudest, frames = max(loudest, abs(frame.samples).max()), frames + 1
        if frames % 25 == 0:
            print(loudest, flush=True)
"""
LEFT = 0.25


def read_for(driver: AlsaDriver, seconds: float) -> list[Frame]:
    frames, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        frame = driver.read(0.2)
        if frame is not None:
            frames.append(frame)
    return frames


def test_each_process_hears_its_line_and_the_survivor_takes_the_card_over(tmp_path: Path) -> None:
    if not os.environ.get("AMINBOX_REQUIRE_HARDWARE"):
        pytest.importorskip("alsaaudio", reason=HOW_TO_GET_IT)
    options = {"pcm": "line", "rate": CARD_HZ, "channel": 0}
    mine = AlsaDriver(LineSection(number=1, driver="alsa", options=options), tmp_path)
    with FifoCard(tmp_path) as card:
        card.left = LEFT
        card.plug()
        other = subprocess.Popen(
            [sys.executable, "-c", OTHER_LINE, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        try:
            assert float(other.stdout.readline()) < 0.01, "its channel is the quiet one"
            mine.open()
            assert np.concatenate([frame.samples for frame in read_for(mine, 0.5)]).mean() == pytest.approx(
                LEFT, abs=0.001
            )
            card.start(IncomingPlan(number="09120000001", rings=1))
            heights = [float(other.stdout.readline()) for _ in range(4)]
            assert heights[-1] > 0.5, "it rings there"
            assert abs(np.concatenate([frame.samples for frame in read_for(mine, 0.3)])).max() < LEFT + 0.01

            other.send_signal(signal.SIGKILL)
            other.wait()
            frames, end = list[Frame](), time.monotonic() + 15
            while sum(len(frame.samples) for frame in frames) <= 8000 and time.monotonic() < end:
                frames += read_for(mine, 0.5)
            assert sum(len(frame.samples) for frame in frames) > 8000
            assert frames[-1].samples.mean() == pytest.approx(LEFT, abs=0.001)
            ends = [frame.end_monotonic for frame in frames]
            assert ends == sorted(ends)

            card.unplug()
            with pytest.raises(DriverError):
                read_for(mine, 3.0)
        finally:
            other.kill()
            other.wait()
            other.stdout.close()
            mine.close()
