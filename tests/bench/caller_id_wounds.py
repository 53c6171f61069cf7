"""Messages that a line has harmed: scenes in which the right answers are the number sent, or nothing at all.

Scene ``n`` is made from the seed ``(SEED, n)`` alone, so that any one can be made again. A third each are Bell 202,
V.23 and DTMF; of each a third is noise around the point at which half of the messages are lost, a third is harmed in
a way of its own signalling, a third by what happens to any sound on a line.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from callerid.dsp.frames import FrameError, parse_frame
from callerid.dsp.levels import rms
from callerid.dsp.message import CallerMessage, Samples, Standard
from callerid.synth import damage, tones
from callerid.synth.frames import mdmf, sdmf
from callerid.synth.fsk import BAUD, FskShape, FskStandard, frame_bits, frame_span, key_bits
from tests.bench.fsk_scenes import DATE, damaged

RATE_HZ: Final = 8000
SEED: Final = 31
QUIET_S: Final = 0.12
FSK_DBM0: Final = -18.0
DTMF_DBM0: Final = -15.0
PAIR_DB: Final = 3.01
FSK_HALF_DB: Final = (-0.5, 3.0)
"""Around the SNR at which half of the FSK messages are read: 0.8 dB with a seizure, 0.9 dB without."""
DTMF_HALF_DB: Final = (-7.5, -2.5)
"""The same for DTMF: −5.5 dB (70 ms) and −4.2 dB (50 ms)."""
FSK_STANDARDS: Final[tuple[FskStandard, ...]] = ("fsk-bell202", "fsk-v23")


class Harmed(msgspec.Struct, kw_only=True):
    """A stretch of line and what was sent on it."""

    kind: str
    standard: Standard
    samples: Samples
    numbers: tuple[str, ...]
    """Every number that was sent: two where two messages are on the line."""
    name: str | None = None
    date: str | None = None

    def judge(self, message: CallerMessage) -> str:
        """Say what a message is: ``right``, ``misread`` (number right, another field wrong) or ``wrong``."""
        if message.type != "call" or message.number not in self.numbers:
            return "wrong"
        said = (message.standard, message.name, message.date)
        if len(self.numbers) == 1 and said != (self.standard, self.name, self.date):
            return "misread"
        return "right"


class _FskMessage:
    """The bits of one FSK message and how its sender sends."""

    def __init__(self, rng: np.random.Generator, standard: FskStandard) -> None:
        self.number = _digits(rng, int(rng.choice([11, 11, 11, 8, 12])))
        self.name: str | None = None
        if rng.random() < 0.3:
            frame = sdmf(number=self.number, date=DATE)
        else:
            letters = int(rng.choice([0, 0, 6, 13]))
            if letters:
                self.name = "".join(map(chr, rng.integers(ord("A"), ord("Z") + 1, letters)))
            frame = mdmf(number=self.number, name=self.name, date=DATE)
        self.frame = frame
        self.standard = standard
        self.extra_marks = int(rng.choice([0, 0, 0, 2]))
        self.shape = FskShape(
            seizure_bits=int(rng.choice([300, 96, 0, 0])),
            mark_bits=int(rng.choice([80, 180])),
            stuffing=self.extra_marks,
        )
        self.bits = frame_bits(frame, self.shape)
        self.begin, self.end = frame_span(frame, self.shape)
        self.keyed_at_hz = float(RATE_HZ) if rng.random() < 0.25 else None

    def keyed(self, rng: np.random.Generator, bits: np.ndarray | None = None) -> Samples:
        """Send these bits, or others, with tones and rate off by up to 1 %."""
        return key_bits(
            self.bits if bits is None else bits,
            standard=self.standard,
            level_dbm0=FSK_DBM0,
            baud=BAUD if self.keyed_at_hz else BAUD * (1 + rng.uniform(-0.01, 0.01)),
            tone_offset=float(rng.uniform(-0.01, 0.01)),
            twist_db=float(rng.uniform(-4, 4)),
            phase=float(rng.uniform(0, 2 * math.pi)),
            start_s=float(rng.uniform(0, 1e-3)),
            keyed_at_hz=self.keyed_at_hz,
        )

    def on_line(self, kind: str, sound: Samples, *others: str) -> Harmed:
        return Harmed(
            kind=kind,
            standard=self.standard,
            samples=sound,
            numbers=(self.number, *others),
            name=self.name,
            date=DATE,
        )


def harmed(number: int) -> Harmed:
    """Make scene ``number``."""
    rng = np.random.default_rng((SEED, number))
    standard = number % 3
    harm = number // 3 % 3
    if standard == 2:
        return (_dtmf_noise, _dtmf_damage, _dtmf_fault)[harm](rng)
    return (_fsk_noise, _fsk_damage, _fsk_fault)[harm](rng, FSK_STANDARDS[standard])


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(map(str, rng.integers(0, 10, count)))


def _quiet(sound: Samples, rng: np.random.Generator, noise_dbm0: float) -> Samples:
    """Put sound between quiet and add white noise over all."""
    quiet = np.zeros(int((QUIET_S + rng.uniform(0, 0.02)) * RATE_HZ))
    line = np.concatenate((quiet, sound, quiet))
    line += rms(noise_dbm0) * rng.standard_normal(len(line))
    samples: Samples = np.clip(line, -1, 1).astype(np.float32)
    return samples


def _fsk_noise(rng: np.random.Generator, standard: FskStandard) -> Harmed:
    message = _FskMessage(rng, standard)
    noise = FSK_DBM0 - float(rng.uniform(*FSK_HALF_DB))
    return message.on_line("fsk noise", _quiet(message.keyed(rng), rng, noise))


def _fsk_damage(rng: np.random.Generator, standard: FskStandard) -> Harmed:
    kind = str(
        rng.choice(["wounds", "bits lost or doubled", "bits turned", "spliced", "second over it", "cut"])
    )
    if kind == "wounds":
        scene = damaged(rng, standard)
        return Harmed(
            kind="fsk wounds",
            standard=standard,
            samples=scene.samples,
            numbers=(scene.number or "",),
            name=scene.name,
            date=DATE,
        )
    message = _FskMessage(rng, standard)
    noise = FSK_DBM0 - float(rng.uniform(3, 30))
    if kind == "spliced":
        other = _FskMessage(rng, standard)
        other.shape = message.shape
        other.number = (other.number * 2)[: len(message.number)]
        other.frame = _like(message, other.number)
        other.bits = frame_bits(other.frame, message.shape)
        sound, second = message.keyed(rng), other.keyed(rng)
        place = int(rng.integers(message.begin, message.end) / BAUD * RATE_HZ)
        sound = np.concatenate((sound[:place], second[place:]))
        return message.on_line("fsk spliced", _quiet(sound, rng, noise), other.number)
    if kind == "second over it":
        other = _FskMessage(rng, FSK_STANDARDS[int(rng.integers(2))])
        sound, second = message.keyed(rng), other.keyed(rng) * np.float32(10 ** (rng.uniform(-12, 6) / 20))
        at = int(rng.integers(0, len(sound)))
        both = np.zeros(max(len(sound), at + len(second)), np.float32)
        both[: len(sound)] = sound
        both[at : at + len(second)] += second
        return message.on_line("fsk second over it", _quiet(both, rng, noise), other.number)
    if kind == "cut":
        sound = message.keyed(rng)
        begin, end = int(message.begin / BAUD * RATE_HZ), int(message.end / BAUD * RATE_HZ)
        place = int(rng.integers(begin, end))
        sound = sound[place:] if rng.random() < 0.5 else sound[:place]
        return message.on_line("fsk cut", _quiet(sound, rng, noise))
    bits = _other_bits(message, rng, turned=kind == "bits turned")
    return message.on_line(f"fsk {kind}", _quiet(message.keyed(rng, bits), rng, noise))


def _like(message: _FskMessage, number: str) -> bytes:
    """Give a frame with another number of the same length, else like a message's."""
    if message.frame[0] == sdmf(number="1")[0]:
        return sdmf(number=number, date=DATE)
    return mdmf(number=number, name=message.name, date=DATE)


def _other_bits(message: _FskMessage, rng: np.random.Generator, *, turned: bool) -> np.ndarray:
    """Give a message's bits with some turned, lost or doubled, so that they are no other valid message."""
    while True:
        bits = message.bits.copy()
        count = int(rng.integers(1, 5))
        places = rng.choice(np.arange(message.begin, message.end), count, replace=False)
        if turned:
            bits[places] ^= 1
            if not _is_frame(message, bits):
                return bits
            continue
        for place in places:
            lost = rng.random() < 0.5
            bits = np.delete(bits, place) if lost else np.insert(bits, place, int(bits[place]))
        return bits


def _is_frame(message: _FskMessage, bits: np.ndarray) -> bool:
    """Say whether the data bits at the characters' places would pass every check."""
    step = 10 + message.extra_marks
    starts = message.begin + step * np.arange(len(message.frame))
    data = bits[starts[:, None] + np.arange(1, 9)]
    try:
        parse_frame(np.packbits(data, axis=1, bitorder="little").tobytes())
    except FrameError:
        return False
    return True


def _fsk_fault(rng: np.random.Generator, standard: FskStandard) -> Harmed:
    message = _FskMessage(rng, standard)
    kind = str(rng.choice(list(FAULTS)))
    sound = FAULTS[kind](message.keyed(rng), rng)
    noise = FSK_DBM0 - float(rng.uniform(2, 30))
    return message.on_line(f"fsk {kind}", _quiet(sound, rng, noise))


def _dtmf_string(rng: np.random.Generator) -> tuple[damage.CleanString, str]:
    """Give a string and its caller's number; one in eight has a diverting number as well."""
    number = _digits(rng, int(rng.choice([11, 11, 11, 8, 10])))
    on_ms, off_ms = ((70, 70), (50, 50), (60, 90), (100, 100), (40, 40), (70, 40))[int(rng.integers(6))]
    keys = f"{rng.choice(list('ABD'))}{number}{rng.choice(list('C#'))}"
    if rng.random() < 0.125:
        keys = f"A{number}D{_digits(rng, 8)}C"
    seed = int(rng.integers(1 << 30))
    level = DTMF_DBM0
    return damage.CleanString(keys, on_ms=on_ms, off_ms=off_ms, level_dbm0=level, seed=seed), number


def _dtmf(kind: str, number: str, sound: Samples, rng: np.random.Generator, snr_db: float) -> Harmed:
    line = _quiet(sound, rng, DTMF_DBM0 + PAIR_DB - snr_db)
    return Harmed(kind=f"dtmf {kind}", standard="dtmf", samples=line, numbers=(number,))


def _dtmf_noise(rng: np.random.Generator) -> Harmed:
    string, number = _dtmf_string(rng)
    return _dtmf("noise", number, string.sound, rng, float(rng.uniform(*DTMF_HALF_DB)))


def _dtmf_damage(rng: np.random.Generator) -> Harmed:
    kind = str(rng.choice(list(damage.DAMAGES)))
    string, number = _dtmf_string(rng)
    while kind == "cut_start" and string.keys.count("D") + string.keys.count("A") > 1:
        # The sound then begins with a complete string of another meaning.
        string, number = _dtmf_string(rng)
    sound = damage.DAMAGES[kind](string, int(rng.integers(len(string.keys))), rng)
    return _dtmf(kind.replace("_", " "), number, sound, rng, float(rng.uniform(-4, 30)))


def _dtmf_fault(rng: np.random.Generator) -> Harmed:
    string, number = _dtmf_string(rng)
    kind = str(rng.choice(list(FAULTS)))
    return _dtmf(kind, number, FAULTS[kind](string.sound, rng), rng, float(rng.uniform(-4, 30)))


def _somewhere(sound: Samples, rng: np.random.Generator, length: int) -> int:
    return int(rng.integers(0, max(1, len(sound) - length)))


def _power(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) or 1.0


def echo(sound: Samples, rng: np.random.Generator) -> Samples:
    """An echo 0.25–60 ms late, −3 … −20 dB."""
    late = int(rng.integers(2, 480))
    out = np.concatenate((sound, np.zeros(late, np.float32)))
    out[late:] += sound * np.float32(rng.choice([-1, 1]) * 10 ** (rng.uniform(-20, -3) / 20))
    return out


def clipped(sound: Samples, rng: np.random.Generator) -> Samples:
    """Clipped 1–20 dB under its peaks."""
    top = float(np.abs(sound).max()) * 10 ** (-rng.uniform(1, 20) / 20)
    return np.clip(sound, -top, top).astype(np.float32)


def block_lost(sound: Samples, rng: np.random.Generator) -> Samples:
    """Packets of 10–30 ms silent, left out or played twice, one to three times."""
    for _ in range(int(rng.integers(1, 4))):
        length = int(rng.integers(80, 240))
        at = _somewhere(sound, rng, length)
        how = int(rng.integers(3))
        if how == 0:
            sound = sound.copy()
            sound[at : at + length] = 0
        elif how == 1:
            sound = np.delete(sound, slice(at, at + length))
        else:
            sound = np.concatenate((sound[: at + length], sound[at:]))
    return sound


def level_steps(sound: Samples, rng: np.random.Generator) -> Samples:
    """The level changes by up to 20 dB, one to three times."""
    out = sound.copy()
    for _ in range(int(rng.integers(1, 4))):
        out[_somewhere(out, rng, 1) :] *= np.float32(10 ** (rng.uniform(-10, 10) / 20))
    return out


def fading(sound: Samples, rng: np.random.Generator) -> Samples:
    """The level swings by 3–20 dB, 0.5–12 times a second."""
    depth = 1 - 10 ** (-rng.uniform(3, 20) / 20)
    time_s = np.arange(len(sound)) / RATE_HZ
    swing = 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.5, 12) * time_s + rng.uniform(0, 6)))
    return (sound * swing).astype(np.float32)


def bursts(sound: Samples, rng: np.random.Generator) -> Samples:
    """Noise of 1–60 ms, −3 … +20 dB against the signal, one to four times."""
    out = sound.copy()
    for _ in range(int(rng.integers(1, 5))):
        length = int(rng.integers(8, 480))
        at = _somewhere(out, rng, length)
        piece = (
            rng.standard_normal(len(out[at : at + length])) * _power(sound) * 10 ** (rng.uniform(-3, 20) / 20)
        )
        out[at : at + length] += piece.astype(np.float32)
    return out


def talk(sound: Samples, rng: np.random.Generator) -> Samples:
    """Somebody speaks over it, −20 … +3 dB."""
    voice = tones.speech(len(sound) / RATE_HZ + 0.01, int(rng.integers(1 << 30)))[: len(sound)]
    gain = _power(sound) / _power(voice) * 10 ** (rng.uniform(-20, 3) / 20)
    return sound + voice * np.float32(gain)


def ringing(sound: Samples, rng: np.random.Generator) -> Samples:
    """A burst of ringing breaks in and clips."""
    burst = tones.ring_burst(float(rng.uniform(0.1, 0.6)))
    at = _somewhere(sound, rng, len(burst))
    out = sound.copy()
    out[at : at + len(burst)] += burst[: len(out) - at]
    return np.clip(out, -1, 1).astype(np.float32)


def tone_beside(sound: Samples, rng: np.random.Generator) -> Samples:
    """A steady tone sounds with it, −15 … +3 dB."""
    level_dbm0 = 20 * math.log10(_power(sound) / rms(0.0)) + float(rng.uniform(-15, 3))
    hum = tones.hum(
        len(sound) / RATE_HZ + 0.01, level_dbm0=level_dbm0, frequency_hz=float(rng.uniform(300, 3300))
    )
    return sound + hum[: len(sound)]


def clock_slip(sound: Samples, rng: np.random.Generator) -> Samples:
    """Single samples are lost or doubled, one to forty of them."""
    for _ in range(int(rng.integers(1, 41))):
        at = _somewhere(sound, rng, 1)
        lost = rng.random() < 0.5
        sound = np.delete(sound, at) if lost else np.insert(sound, at, sound[at])
    return sound


FAULTS: Final[dict[str, Callable[[Samples, np.random.Generator], Samples]]] = {
    "echo": echo,
    "clipped": clipped,
    "packets lost": block_lost,
    "level steps": level_steps,
    "fading": fading,
    "bursts": bursts,
    "talk over it": talk,
    "ringing over it": ringing,
    "tone beside it": tone_beside,
    "clock slips": clock_slip,
}
"""What may happen to any sound on a line."""
