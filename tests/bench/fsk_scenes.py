"""Scenes for the FSK decoder: one message on a line with everything a test wants to go wrong.

Shared by the unit tests (small counts) and the bench (large ones). SNR is the power of the signal over that
of the noise in the whole band, 0–4 kHz at 8 kHz.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np

from callerid.dsp.fsk import FskDecoder
from callerid.dsp.levels import rms
from callerid.dsp.message import CallerMessage, Samples
from callerid.synth.frames import mdmf, sdmf
from callerid.synth.fsk import BAUD, TONES_HZ, FskShape, FskStandard, last_bit_end_s, modulate

RATE_HZ = 8000
STANDARDS: tuple[FskStandard, ...] = ("fsk-bell202", "fsk-v23")
BLOCK = 160
"""Samples a block: 20 ms, as the line daemon feeds."""
QUIET_S = 0.25
"""Line before and after the signal."""
DATE = "11221457"

TONE_ERROR = {"fsk-bell202": 0.01, "fsk-v23": 0.015}
"""GR-30-CORE section 2.3 and EN 300 659-1 clause 6.1."""
BAUD_ERROR = 0.01
TWIST_DB = {"fsk-bell202": (-6.0, 10.0), "fsk-v23": (-6.0, 6.0)}
"""TIA-777 and EN 300 659-1, mark over space."""
LOUDEST_WITH_HUM_DBM0 = -17.0
"""Hum 18 dB over the signal must itself stay under full scale."""
HUM_50_HZ_DB = 18.0
HUM_100_HZ_DB = 12.0
"""Single tones that must be borne, over the signal (TIA-716: 60 Hz and under, 60 to 120 Hz)."""
IN_SPEC_SNR_DB = 25.0
"""Noise that must be borne (EN 300 659-1, TIA-716)."""


class Scene(msgspec.Struct, kw_only=True):
    """A stretch of line with at most one message."""

    standard: FskStandard
    samples: Samples
    number: str | None
    name: str | None
    last_bit_s: float = math.inf

    def is_right(self, message: CallerMessage) -> bool:
        """Say whether every field is what was sent."""
        return (message.standard, message.number, message.name, message.date) == (
            self.standard,
            self.number,
            self.name,
            DATE,
        )


def some_frame(rng: np.random.Generator, *, name_length: int = 13) -> tuple[bytes, str, str]:
    """Give a frame of 41 bytes (410 bits) with 11 digits and 13 letters, and its number and name."""
    number = "".join(map(str, rng.integers(0, 10, 11)))
    name = "".join(map(chr, rng.integers(ord("A"), ord("Z") + 1, name_length)))
    return mdmf(number=number, name=name, date=DATE), number, name


def put_on_line(
    wave: Samples, rng: np.random.Generator, *, snr_db: float, level_dbm0: float, quiet_s: float = QUIET_S
) -> Samples:
    """Put a signal between quiet and add white noise."""
    quiet = np.zeros(int(quiet_s * RATE_HZ))
    line = np.concatenate([quiet, wave, quiet])
    line += rng.normal(size=len(line)) * rms(level_dbm0 - snr_db)
    samples: Samples = line.astype(np.float32)
    return samples


def noisy(
    rng: np.random.Generator,
    standard: FskStandard,
    snr_db: float,
    *,
    seizure_bits: int = 300,
    tolerance: float = 0.01,
    quiet_s: float = QUIET_S,
    is_stepped: bool = False,
) -> Scene:
    """Give a 410-bit message in noise; tones and rate off by up to ``tolerance``, unknown phase and
    position. ``is_stepped``: from a sender that keys by samples of 8 kHz, at its exact rate."""
    frame, number, name = some_frame(rng)
    level_dbm0 = -20.0
    wave = modulate(
        frame,
        standard=standard,
        level_dbm0=level_dbm0,
        seizure_bits=seizure_bits,
        baud=BAUD if is_stepped else BAUD * (1.0 + rng.uniform(-tolerance, tolerance)),
        tone_offset=rng.uniform(-tolerance, tolerance),
        phase=rng.uniform(0.0, 2.0 * math.pi),
        start_s=rng.uniform(0.0, 1e-3),
        keyed_at_hz=float(RATE_HZ) if is_stepped else None,
    )
    samples = put_on_line(wave, rng, snr_db=snr_db, level_dbm0=level_dbm0, quiet_s=quiet_s)
    return Scene(standard=standard, samples=samples, number=number, name=name)


def in_spec(rng: np.random.Generator, standard: FskStandard) -> Scene:
    """Give a message with everything inside the standards' limits off at once."""
    frame, number, name = some_frame(rng)
    wanted_name: str | None = name
    form = rng.integers(3)
    if form == 1:
        frame, wanted_name = sdmf(number=number, date=DATE), None
    elif form == 2:
        extra = [(0x11, b"\x01"), (0x77, rng.bytes(5)), (0x1A, b"0912")]
        frame = mdmf(number=number, name=name, date=DATE, extra=extra)
    mark_hz, space_hz = TONES_HZ[standard]
    error = TONE_ERROR[standard]
    shape = FskShape(
        seizure_bits=int(rng.choice([300, 300, 96, 30, 7, 0])),
        mark_bits=int(rng.choice([55, 80, 155, 180, 205])),
        stuffing=[int(gap) for gap in rng.integers(0, rng.choice([1, 2, 11]), len(frame))],
        mark_out_bits=int(rng.integers(1, 11)),
    )
    baud = BAUD * (1.0 + rng.uniform(-BAUD_ERROR, BAUD_ERROR))
    start_s = rng.uniform(0.0, 1e-3)
    level_dbm0 = rng.uniform(-36.0, LOUDEST_WITH_HUM_DBM0)
    wave = modulate(
        frame,
        standard=standard,
        level_dbm0=level_dbm0,
        seizure_bits=shape.seizure_bits,
        mark_bits=shape.mark_bits,
        stuffing=shape.stuffing,
        mark_out_bits=shape.mark_out_bits,
        baud=baud,
        mark_hz=mark_hz * (1.0 + rng.uniform(-error, error)),
        space_hz=space_hz * (1.0 + rng.uniform(-error, error)),
        twist_db=rng.uniform(*TWIST_DB[standard]),
        phase=rng.uniform(0.0, 2.0 * math.pi),
        start_s=start_s,
    )
    line = put_on_line(wave, rng, snr_db=IN_SPEC_SNR_DB, level_dbm0=level_dbm0).astype(np.float64)
    time_s = np.arange(len(line)) / RATE_HZ
    hum_hz, over_db = ((50.0, HUM_50_HZ_DB), (100.0, HUM_100_HZ_DB), (0.0, 0.0))[int(rng.integers(3))]
    if hum_hz:
        hum = np.sin(2.0 * math.pi * hum_hz * time_s + rng.uniform(0.0, 6.0))
        line += math.sqrt(2.0) * rms(level_dbm0 + over_db) * hum
    samples: Samples = np.clip(line, -1.0, 1.0).astype(np.float32)
    last = QUIET_S + start_s + last_bit_end_s(frame, shape, baud=baud)
    return Scene(standard=standard, samples=samples, number=number, name=wanted_name, last_bit_s=last)


def damaged(rng: np.random.Generator, standard: FskStandard) -> Scene:
    """Give a message at fair noise with one to four wounds: dropouts, clicks, bursts, lost or doubled
    samples."""
    scene = noisy(rng, standard, float(rng.uniform(4.0, 20.0)), seizure_bits=int(rng.choice([300, 96, 0])))
    line = scene.samples
    data = int((QUIET_S + 0.2) * RATE_HZ)
    for _ in range(int(rng.integers(1, 5))):
        place = int(rng.integers(data, len(line) - data // 2))
        length = int(rng.integers(1, 120))
        kind = int(rng.integers(5))
        if kind == 0:
            line[place : place + length] = 0.0
        elif kind == 1:
            line[place : place + length // 16 + 1] += rng.choice([-1.0, 1.0]) * rng.uniform(0.05, 0.8)
        elif kind == 2:
            line[place : place + length] += rng.normal(size=length) * rng.uniform(0.03, 0.5)
        elif kind == 3:
            line = np.delete(line, slice(place, place + length))
        else:
            line = np.concatenate([line[: place + length], line[place:]])
    scene.samples = line.astype(np.float32)
    return scene


def decode(samples: Samples, block: int = BLOCK) -> list[CallerMessage]:
    """Feed a new decoder block by block."""
    decoder = FskDecoder()
    return [
        message
        for start in range(0, len(samples), block)
        for message in decoder.feed(samples[start : start + block])
    ]


class Score(msgspec.Struct):
    """What came of a number of scenes."""

    scenes: int = 0
    right: int = 0
    wrong: int = 0
    """Messages given out that were not what was sent."""
    misnamed: int = 0
    """Of those, right but for the standard's name."""
    latencies_s: list[float] = []

    def add(self, scene: Scene, messages: list[CallerMessage]) -> None:
        """Count one scene."""
        good = [message for message in messages if scene.is_right(message)]
        self.scenes += 1
        self.right += bool(good)
        self.wrong += len(messages) - len(good)
        self.misnamed += sum(
            message.number == scene.number and message.standard != scene.standard for message in messages
        )
        if good:
            self.latencies_s.append(good[0].t_end - scene.last_bit_s)


def score(count: int, seed: int, make: Callable[[np.random.Generator], Scene], block: int = BLOCK) -> Score:
    """Decode ``count`` scenes made from one seed."""
    rng = np.random.default_rng(seed)
    total = Score()
    for _ in range(count):
        scene = make(rng)
        total.add(scene, decode(scene.samples, block))
    return total
