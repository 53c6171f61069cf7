"""Talk is heard over any line; noise, hum and tones are silence once they have gone on for a while."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from recorder.voice import VoiceDetector

RATE_HZ = 8000
Sound = npt.NDArray[np.float32]


def noise(seconds: float, dbfs: float) -> Sound:
    level = 10 ** (dbfs / 20)
    return np.random.default_rng(5).normal(0, level, round(seconds * RATE_HZ)).astype(np.float32)


def tone(seconds: float, hz: float, level: float = 0.2) -> Sound:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def talk(seconds: float, level: float) -> Sound:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    syllables = np.clip(np.sin(2 * np.pi * 3 * t), 0, 1)
    sentences = np.sin(2 * np.pi * 0.2 * t) > -0.5
    return (tone(seconds, 180, level) * syllables * sentences).astype(np.float32)


def heard(sound: Sound, block: int = 160) -> list[float]:
    """Give the seconds at which a voice was heard."""
    detector = VoiceDetector(RATE_HZ)
    return [at / RATE_HZ for at in range(0, len(sound), block) if detector.feed(sound[at : at + block])]


@pytest.mark.parametrize("floor_dbfs", [-75, -60, -48])
@pytest.mark.parametrize("level", [0.3, 0.03])
def test_talk_is_heard_again_and_again(floor_dbfs: float, level: float) -> None:
    times = heard(talk(60, level) + noise(60, floor_dbfs))
    assert max(np.diff([0.0, *times, 60.0])) < 6


@pytest.mark.parametrize(
    "sound",
    [noise(90, -75), noise(90, -40), tone(90, 425) + noise(90, -60), tone(90, 50) + noise(90, -50), noise(90, -200)],
    ids=["quiet-line", "loud-noise", "dial-tone", "hum", "nothing"],
)  # fmt: skip
def test_what_does_not_pause_is_silence(sound: Sound) -> None:
    assert [at for at in heard(sound) if at > 5] == []


def test_a_tone_that_begins_on_a_quiet_line_becomes_silence_within_a_minute() -> None:
    assert max(heard(np.concatenate([noise(10, -70), tone(120, 425) + noise(120, -70)]))) < 70


def test_the_size_of_blocks_does_not_matter() -> None:
    sound = talk(20, 0.1) + noise(20, -65)
    by_blocks = {round(at, 1) for at in heard(sound, 160)}
    assert len(by_blocks) == pytest.approx(len(heard(sound, 800)), abs=2)


def test_a_voice_on_either_channel_counts() -> None:
    detector = VoiceDetector(RATE_HZ)
    both = np.stack([noise(10, -70), talk(10, 0.2) + noise(10, -70)], axis=1)
    assert detector.feed(both)
