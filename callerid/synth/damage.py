"""DTMF caller-ID strings damaged in every way a line, an exchange or a sound card damages them.

Each damage takes the place it strikes and a source of chance, and gives sound in which the number cannot or should
not be read any more — or can still, where the damage left enough. No damage makes a clean string of another number:
what a receiver reads from it is either the number that was sent or wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from callerid.dsp.levels import rms
from callerid.dsp.message import Samples
from callerid.synth import dtmf, tones

RATE_HZ: Final = 8000
DIGITS: Final = "0123456789"


class CleanString:
    """A string with the sample positions of its tones, to be damaged."""

    def __init__(
        self,
        keys: str,
        *,
        on_ms: float = 70.0,
        off_ms: float = 70.0,
        level_dbm0: float = -15.0,
        seed: int = 0,
    ) -> None:
        self.keys = keys
        self.level_dbm0 = level_dbm0
        self.on = round(on_ms * RATE_HZ / 1000)
        self.step = self.on + round(off_ms * RATE_HZ / 1000)
        self.on_ms, self.off_ms = on_ms, off_ms
        self.sound = dtmf.dial(keys, on_ms=on_ms, off_ms=off_ms, level_dbm0=level_dbm0, seed=seed)

    def span(self, place: int) -> slice:
        """Where the tone of a place sounds."""
        return slice(place * self.step, place * self.step + self.on)

    def tone(self, key: str, samples: int, level_db: float = 0.0) -> Samples:
        """Another tone of the same sender."""
        return dtmf.tone_pair(key, on_ms=samples * 1000 / RATE_HZ, level_dbm0=self.level_dbm0 + level_db)[
            :samples
        ]


Damage = Callable[[CleanString, int, np.random.Generator], Samples]


def _other(key: str, rng: np.random.Generator) -> str:
    return str(rng.choice([digit for digit in DIGITS if digit != key]))


def dropped(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit is silent."""
    sound = string.sound.copy()
    sound[string.span(place)] = 0
    return sound


def nearly_dropped(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit sounds 12–30 dB weaker than its brothers."""
    sound = string.sound.copy()
    sound[string.span(place)] *= np.float32(10 ** (-rng.uniform(12, 30) / 20))
    return sound


def shortened(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """Only 5–18 ms of a digit are left, somewhere within its place."""
    sound, span = string.sound.copy(), string.span(place)
    left = round(rng.uniform(5, 18) * RATE_HZ / 1000)
    begin = int(rng.integers(span.start, span.stop - left))
    kept = sound[begin : begin + left].copy()
    sound[span] = 0
    sound[begin : begin + left] = kept
    return sound


def doubled(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit sounds again in the pause after it."""
    sound, span = string.sound.copy(), string.span(place)
    pause = string.step - string.on
    length = max(80, round(pause * rng.uniform(0.6, 1.0)))
    begin = span.stop + (pause - length) // 2
    extra = string.tone(string.keys[place], length)[: max(0, len(sound) - begin)]
    sound[begin : begin + len(extra)] = extra
    return sound


def stray(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """Another digit sounds in the pause after a digit."""
    sound, span = string.sound.copy(), string.span(place)
    pause = string.step - string.on
    extra = string.tone(_other(string.keys[place], rng), pause)[: max(0, len(sound) - span.stop)]
    sound[span.stop : span.stop + len(extra)] = extra
    return sound


def smeared(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit's tone goes on through the pause and over the next digit."""
    sound, span = string.sound.copy(), string.span(place)
    end = min(len(sound), span.start + string.step + string.on)
    sound[span.start : end] = string.tone(string.keys[place], end - span.start)
    return sound


def smeared_pause(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit's tone goes on until the next digit begins."""
    sound, span = string.sound.copy(), string.span(place)
    end = min(len(sound), span.start + string.step)
    sound[span.start : end] = string.tone(string.keys[place], end - span.start)
    return sound


def cut_start(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """The sound begins within or after a digit."""
    return string.sound[string.span(place).start + int(rng.integers(string.on // 2, string.step)) :]


def cut_end(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """The sound ends within or before a digit, at the last by its middle."""
    return string.sound[: string.span(place).start + int(rng.integers(0, string.on // 3))]


def noise_burst(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """Noise over one digit, −3 … +20 dB against it."""
    sound, span = string.sound.copy(), string.span(place)
    level = string.level_dbm0 + 3 + rng.uniform(-3, 20)
    sound[span] += (rms(level) * rng.standard_normal(string.on)).astype(np.float32)
    return sound


def noise_instead(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """Noise in place of one digit."""
    sound, span = string.sound.copy(), string.span(place)
    level = string.level_dbm0 + rng.uniform(-10, 10)
    sound[span] = (rms(level) * rng.standard_normal(string.on)).astype(np.float32)
    return sound


def two_digits(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """Another digit at about the same level over one."""
    sound, span = string.sound.copy(), string.span(place)
    sound[span] += string.tone(_other(string.keys[place], rng), string.on, rng.uniform(-3, 3))
    return sound


def half_and_half(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A digit turns into another one half way."""
    sound, span = string.sound.copy(), string.span(place)
    half = string.on // 2
    sound[span.start + half : span.stop] = string.tone(_other(string.keys[place], rng), string.on - half)
    return sound


def one_tone(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """One of a digit's two tones is missing."""
    sound, span = string.sound.copy(), string.span(place)
    frequency = dtmf.PAIRS_HZ[string.keys[place]][int(rng.integers(2))]
    sound[span] = tones.sine(string.on / RATE_HZ, frequency, level_dbm0=string.level_dbm0)[: string.on]
    return sound


def cut_out(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """20–110 ms of sound are missing (a card that lost blocks): less than a step, the digit may be gone."""
    begin = string.span(place).start + int(rng.integers(-200, 200))
    gone = round(rng.uniform(20, min(110.0, 0.78 * string.step / 8)) * RATE_HZ / 1000)
    begin = max(0, begin)
    return np.concatenate((string.sound[:begin], string.sound[begin + gone :]))


def repeated_block(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """20–110 ms of sound come twice (a card that played a block again)."""
    begin = max(0, string.span(place).start + int(rng.integers(-200, 200)))
    more = round(rng.uniform(20, min(110.0, 0.78 * string.step / 8)) * RATE_HZ / 1000)
    return np.concatenate((string.sound[: begin + more], string.sound[begin:]))


def overlapped(string: CleanString, place: int, rng: np.random.Generator) -> Samples:
    """A second message begins while the first goes on, −6 … +6 dB against it."""
    number = "".join(rng.choice(list(DIGITS), 11))
    second = CleanString(
        f"A{number}C", on_ms=string.on_ms, off_ms=string.off_ms, level_dbm0=string.level_dbm0 + rng.uniform(-6, 6),
        seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
    begin = min(string.span(place).start, len(string.sound) - 2 * string.on)
    # The second one stops with the first, so its end sign is more than half gone: its own number is never complete.
    begin = max(0, begin) + int(rng.integers(string.on // 2 + 1, string.on))
    sound = string.sound.copy()
    length = min(len(second.sound), len(sound) - begin)
    sound[begin : begin + length] += second.sound[:length]
    return sound


DAMAGES: Final[dict[str, Damage]] = {
    damage.__name__: damage
    for damage in (
        dropped, nearly_dropped, shortened, doubled, stray, smeared, smeared_pause, cut_start, cut_end, noise_burst,
        noise_instead, two_digits, half_and_half, one_tone, cut_out, repeated_block, overlapped,
    )
}  # fmt: skip
"""By name; with 13 places of an 11-digit string and 2 speeds more than 430 kinds."""
