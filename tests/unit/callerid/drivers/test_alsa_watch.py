"""What is said of a card's level: once when it begins, once when it is over."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from callerid.drivers.alsa_watch import Fault, LevelWatch

RATE = 8000


def second(height: float, centre: float = 0.0) -> npt.NDArray[np.int16]:
    at = np.arange(RATE) / RATE
    wave = 32768 * (height * np.sin(2 * np.pi * 300 * at) + centre)
    return np.clip(np.round(wave), -32768, 32767).astype(np.int16)


def notes(*seconds: npt.NDArray[np.int16]) -> list[tuple[Fault, bool]]:
    watch = LevelWatch(RATE)
    return [note for one in seconds for at in range(0, RATE, 160) for note in watch.feed(one[at : at + 160])]


def test_a_healthy_line_is_not_spoken_of() -> None:
    assert notes(*[second(0.3)] * 30) == []


def test_ringing_that_clips_is_no_fault() -> None:
    cadence = [second(3.0), second(3.0), *[second(0.01)] * 4]
    assert notes(*cadence * 8) == []


def test_lasting_clipping_is_said_once_and_taken_back_once() -> None:
    assert notes(*[second(3.0)] * 20, *[second(0.3)] * 15) == [("clipping", True), ("clipping", False)]


def test_a_muted_input_is_said_after_ten_seconds() -> None:
    assert notes(*[second(0.0)] * 9) == []
    assert notes(*[second(0.0)] * 40, second(0.01)) == [("silent", True), ("silent", False)]


def test_direct_current_is_said() -> None:
    assert notes(*[second(0.1, 0.4)] * 20) == [("off-centre", True)]
