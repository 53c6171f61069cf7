"""An exact continuous-phase FSK modulator for caller-ID frames (Bell 202 and V.23, 1200 baud).

The phase is the true integral of the keyed frequency at every sample instant: bit edges fall between samples
where the rates say so, at any sample rate. Noise, hum and the line itself are not made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from callerid.dsp.levels import amplitude
from callerid.dsp.message import Samples

FskStandard = Literal["fsk-bell202", "fsk-v23"]

BAUD = 1200.0
"""Bits a second (GR-30-CORE, section 2.3; EN 300 659-1, clause 6.1)."""
TONES_HZ: dict[FskStandard, tuple[float, float]] = {
    "fsk-bell202": (1200.0, 2200.0),
    "fsk-v23": (1300.0, 2100.0),
}
"""Mark (1) and space (0) of each standard (GR-30-CORE, section 2.3; EN 300 659-1, clause 6.1)."""
SEIZURE_BITS = 300
"""Alternating 0 and 1 before the marks, on-hook only (EN 300 659-1, clause 6.2.1)."""
MARK_BITS = 180
"""Marks before the first start bit, on-hook; 80 off-hook (EN 300 659-1, clause 6.2.2)."""
DATA_BITS = 8
EDGE_ROUNDING = 1e-9
TIME_ROUNDING_S = 1e-12
"""Edges that fall on a sample are not moved by the last digit."""


class FskShape(msgspec.Struct, frozen=True, kw_only=True):
    """The bits around a frame: how much comes before, between and after its bytes."""

    seizure_bits: int = SEIZURE_BITS
    """Alternating bits starting with 0; an even count ends with 1."""
    mark_bits: int = MARK_BITS
    stuffing: int | Sequence[int] = 0
    """Extra marks after the stop bit of each byte but the last: one count, or one a byte (0–10 are legal)."""
    mark_out_bits: int = 4
    """Marks after the checksum's stop bit."""


def frame_bits(frame: bytes, shape: FskShape) -> npt.NDArray[np.uint8]:
    """Give every bit sent, ``(n,) uint8`` of 0 (space) and 1 (mark)."""
    gaps = _gaps(frame, shape)
    bits: list[int] = [position & 1 for position in range(shape.seizure_bits)]
    bits += [1] * shape.mark_bits
    for byte, gap in zip(frame, gaps, strict=True):
        bits += [0, *((byte >> place) & 1 for place in range(DATA_BITS)), 1]
        bits += [1] * gap
    bits += [1] * shape.mark_out_bits
    return np.array(bits, dtype=np.uint8)


def frame_span(frame: bytes, shape: FskShape) -> tuple[int, int]:
    """Give the indices of the first start bit and of the bit after the checksum's stop bit."""
    first = shape.seizure_bits + shape.mark_bits
    return first, first + (DATA_BITS + 2) * len(frame) + sum(_gaps(frame, shape))


def last_bit_end_s(frame: bytes, shape: FskShape, *, baud: float = BAUD) -> float:
    """Give the seconds from the start of the signal to the end of the checksum's stop bit."""
    return frame_span(frame, shape)[1] / baud


def _gaps(frame: bytes, shape: FskShape) -> list[int]:
    """Give the extra marks after each byte; none after the last."""
    if isinstance(shape.stuffing, int):
        return [shape.stuffing] * (len(frame) - 1) + [0] * bool(frame)
    gaps = [int(gap) for gap in shape.stuffing][: max(len(frame) - 1, 0)]
    return gaps + [0] * (len(frame) - len(gaps))


def key_bits(
    bits: npt.NDArray[np.uint8],
    *,
    standard: FskStandard,
    rate_hz: float = 8000.0,
    level_dbm0: float = -15.0,
    baud: float = BAUD,
    tone_offset: float = 0.0,
    mark_hz: float | None = None,
    space_hz: float | None = None,
    twist_db: float = 0.0,
    phase: float = 0.0,
    start_s: float = 0.0,
    keyed_at_hz: float | None = None,
) -> Samples:
    """Key a carrier with ``bits``; ``(n,) float32`` that ends with the last bit.

    ``tone_offset`` is a fraction that moves both tones (0.01 = +1 %); ``mark_hz`` and ``space_hz`` override
    the standard's tones before it. ``twist_db`` is the mark's level over the space's; ``level_dbm0`` is the
    mean of both powers. ``start_s`` delays the first bit edge after the first sample, for fractional
    positions; the signal is 0 before it. With ``keyed_at_hz`` bits change only at the ticks of such a clock, the
    next after their time: a modem that keys sample by sample, as spandsp, Asterisk and many line cards do at
    8 kHz. A space then lasts six or seven samples, and the phase wanders with the data.
    """
    mark, space = TONES_HZ[standard]
    mark = (mark if mark_hz is None else mark_hz) * (1.0 + tone_offset)
    space = (space if space_hz is None else space_hz) * (1.0 + tone_offset)
    count = int(np.floor((start_s + len(bits) / baud) * rate_hz)) + 1
    time_s = np.arange(count) / rate_hz - start_s
    edges_s = np.arange(len(bits) + 1) / baud
    if keyed_at_hz is not None:
        edges_s = np.ceil(edges_s * keyed_at_hz - EDGE_ROUNDING) / keyed_at_hz
    place = np.clip(np.searchsorted(edges_s, time_s + TIME_ROUNDING_S, side="right") - 1, 0, len(bits) - 1)
    tones_hz = np.where(bits, mark, space)
    cycles_at_edge = np.concatenate([[0.0], np.cumsum(tones_hz * np.diff(edges_s))])
    cycles = cycles_at_edge[place] + (time_s - edges_s[place]) * tones_hz[place]
    mean_power = (1.0 + 10.0 ** (-twist_db / 10.0)) / 2.0
    mark_peak = amplitude(level_dbm0) / np.sqrt(mean_power)
    peaks = np.where(bits, mark_peak, mark_peak * 10.0 ** (-twist_db / 20.0))
    wave = peaks[place] * np.sin(2.0 * np.pi * cycles + phase)
    wave[time_s < 0.0] = 0.0
    samples: Samples = wave.astype(np.float32)
    return samples


def modulate(
    frame: bytes,
    *,
    standard: FskStandard,
    rate_hz: float = 8000.0,
    level_dbm0: float = -15.0,
    seizure_bits: int = SEIZURE_BITS,
    mark_bits: int = MARK_BITS,
    stuffing: int | Sequence[int] = 0,
    mark_out_bits: int = 4,
    baud: float = BAUD,
    tone_offset: float = 0.0,
    mark_hz: float | None = None,
    space_hz: float | None = None,
    twist_db: float = 0.0,
    phase: float = 0.0,
    start_s: float = 0.0,
    keyed_at_hz: float | None = None,
) -> Samples:
    """Give the audio of one frame, seizure to mark-out; ``(n,) float32``, full scale ±1.

    See ``FskShape`` and ``key_bits`` for the arguments; the frame is sent as it is, checksum included.
    """
    shape = FskShape(
        seizure_bits=seizure_bits, mark_bits=mark_bits, stuffing=stuffing, mark_out_bits=mark_out_bits
    )
    return key_bits(
        frame_bits(frame, shape),
        standard=standard,
        rate_hz=rate_hz,
        level_dbm0=level_dbm0,
        baud=baud,
        tone_offset=tone_offset,
        mark_hz=mark_hz,
        space_hz=space_hz,
        twist_db=twist_db,
        phase=phase,
        start_s=start_s,
        keyed_at_hz=keyed_at_hz,
    )
