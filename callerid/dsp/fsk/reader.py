"""Read one message from a run of marks on: a generator that says up to which sample it must hear next."""

from __future__ import annotations

import math
from collections.abc import Generator

import msgspec
import numpy as np

from callerid.dsp.frames import FrameError, FrameFields, frame_length, is_known_type, parse_frame
from callerid.dsp.fsk.acquire import (
    Start,
    acquire,
    choose_timing,
    likely_hypotheses,
    samples_needed,
    stepped_hypotheses,
)
from callerid.dsp.fsk.carrier import HOP, MarkRun
from callerid.dsp.fsk.clock import CLOCKS, EVEN
from callerid.dsp.fsk.highpass import DELAY
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.margins import Survey, find_rivals, least_combination
from callerid.dsp.fsk.path import Path, Trellis
from callerid.dsp.fsk.preamble import LEAST_NOISE_SHARE, Marks, fit_marks
from callerid.dsp.fsk.seizure import fit_seizure, prior_information
from callerid.dsp.fsk.standards import (
    BELL202,
    BYTE_BITS,
    RATIO_BOUNDARY,
    SAMPLES_PER_BIT,
    STANDARDS,
    V23,
    FskStandard,
    ToneStandard,
)
from callerid.dsp.fsk.wave import A_MARK, Floats, Wave, refine
from callerid.dsp.middle import medians, quantile

FIRST_PIECE_BITS = 34
PIECE_BITS = 60
"""Bits the trellis grows by at a time; the first ones are learned from soon."""
EARLY = DELAY + 1
"""Samples of the last stop bit that are not waited for: the filter's delay is made up for. A message not sure
without them is looked at again with them."""
UNSURE_BITS = 8
"""Newest bits that are not learned from yet."""
AMBIGUOUS_MARK_HZ = (1235.0, 1262.0)
"""Marks in here may be Bell 202 sharp or V.23 flat (±4 %): both are tried."""
FORGETTING = 0.98
"""What is left of the old information after a piece: line and clocks may drift."""
LOST_SHARE = 0.25
"""The signal is gone when a piece explains less than this part of what the level promises."""
MOST_ATTEMPTS = 4
"""Starts from which a message is read until one gives it."""
MOST_REVISIONS = 4
"""Times a path may change when it is looked at again with the refined wave."""
LEAST_DISTANCE = 10.0
"""Nats by which every other message that passes the checksum must be less likely."""
LOCAL_BITS = 5
"""Bits over which the noise around one is taken."""
WHOLE_ROUNDS = 2
"""Gauss-Newton steps on the whole message."""
STRETCH_BITS = 24
"""Bits whose median noise is compared along the message."""
USUAL_QUANTILE = 0.3
LARGEST_UNEVENNESS = 1.9
UNEVEN_FAULT = 0.06
"""A stretch may have this many times the usual noise, and this part of the power more: six sigma of chance, and what
the model misses on a real line."""
LOCAL_EXCESS = 2.0
"""Local noise over this many times the mean is no chance (33 samples): it discounts the margins there."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One message read, with where it stood."""

    standard: FskStandard
    fields: FrameFields
    frame: bytes
    start: int
    """Absolute index of the first start bit."""
    end: int
    """Absolute index after the checksum's stop bit."""
    confidence: float
    margin: float
    """Nats to the nearest other message that passes the checksum."""
    mark_hz: float
    space_hz: float
    snr_db: float


def read_message(history: History, run: MarkRun) -> Generator[int, None, Reading | None]:
    """Yield the absolute index up to which samples must be there; return the message or None."""
    yield run.end + HOP
    marks = fit_marks(history, run)
    if marks is None:
        return None
    yield samples_needed(marks)
    starts, certain = _starts(history, marks)
    for start in sorted(starts, key=lambda start: start.excess)[:MOST_ATTEMPTS]:
        reading = yield from _read_data(history, start)
        if reading is not None:
            return reading
    for vector in certain:
        for start in _stepped_starts(history, marks, vector):
            reading = yield from _read_data(history, start)
            if reading is not None:
                return reading
    return None


def _starts(history: History, marks: Marks) -> tuple[list[Start], list[Floats]]:
    """Give the ways in which the data may begin: standards, and clocks while they are in doubt.

    Then the parameters of starts with even bits that left no doubt: in noise the first bits of a stepped
    clock look so, too, and what cannot be read as even bits may be one.
    """
    starts: list[Start] = []
    certain: list[Floats] = []
    for standard in _candidates(marks.wave.mark_hz):
        seizures = fit_seizure(history, marks, standard)
        if seizures:
            timings = [choose_timing(history, marks, seizure) for seizure in seizures]
            starts += [start for start in timings if start is not None]
            continue
        vectors = likely_hypotheses(history, marks, standard)
        even = acquire(history, marks, vectors, EVEN)
        if even is not None:
            starts.append(even)
        if even is not None and even.is_clean:
            certain.append(even.wave.vector.copy())
        else:
            starts += _stepped_starts(history, marks, vectors[0] if even is None else even.wave.vector)
    return starts, certain


def _stepped_starts(history: History, marks: Marks, vector: Floats) -> list[Start]:
    """Give the starts of a sender that keys by samples, best first, near what even bits have given."""
    starts: list[Start] = []
    for clock in CLOCKS[1:]:
        start = acquire(history, marks, stepped_hypotheses(vector, clock), clock)
        if start is not None:
            starts.append(start)
            if start.is_clean:
                break
    return sorted(starts, key=lambda start: start.excess)


def _candidates(mark_hz: float) -> tuple[ToneStandard, ...]:
    low, high = AMBIGUOUS_MARK_HZ
    if mark_hz < low:
        return (BELL202,)
    return (V23,) if mark_hz > high else STANDARDS


def _read_data(history: History, start: Start) -> Generator[int, None, Reading | None]:
    wave, learned = start.wave, start.learned
    trellis = Trellis(history, wave.clock, start.first_bit)
    bits = FIRST_PIECE_BITS
    is_last = False
    while True:
        end = wave.edge(trellis.next_bit + bits)
        yield end - EARLY if is_last else end
        trellis.extend(wave, bits)
        path = trellis.path()
        remaining = _bits_to_come(path)
        if remaining is None:
            return None
        if remaining == 0:
            reading = _decide(history, wave, trellis.path(ends_between=True))
            if reading is None:
                yield end
                reading = _decide(history, wave, _read_again(history, wave, trellis))
            return reading
        upto = trellis.next_bit - UNSURE_BITS
        if upto > learned:
            share = _learn(history, wave, path, learned, upto)
            learned = upto
            if share < LOST_SHARE:
                return None
        bits = min(PIECE_BITS, remaining)
        is_last = bits == remaining


def _read_again(history: History, wave: Wave, first: Trellis) -> Path:
    """Run over the same bits with what the wave has become: the first ones were read knowing less."""
    again = Trellis(history, wave.clock, first.pieces[0].first)
    while again.next_bit < first.next_bit:
        again.extend(wave, min(PIECE_BITS, first.next_bit - again.next_bit))
    return again.path(ends_between=True)


def _bits_to_come(path: Path) -> int | None:
    """Give the fewest bits until the frame can be complete, 0 when it is; None when it is no frame."""
    values, _ = path.data_bytes()
    if not values:
        return FIRST_PIECE_BITS if len(path.bits) < 3 * FIRST_PIECE_BITS else None
    if len(values) > 1 and not is_known_type(values[0]):
        return None
    length = frame_length(values)
    if length is None:
        return BYTE_BITS
    inside = path.places[-1]
    return max((length - len(values)) * BYTE_BITS - inside, 0)


def _learn(history: History, wave: Wave, path: Path, low: int, high: int) -> float:
    """Refine a wave with decided bits; give the part of the promised energy they explain."""
    first = low - path.first
    bits = path.bits[first : high - path.first]
    start = wave.edge(low)
    wave.information *= FORGETTING
    fit = refine(wave, history.view(start, wave.edge(high) + 1), start, bits, low, int(path.spaces()[first]))
    return fit.explained * (wave.power + wave.noise) / wave.power


def _decide(history: History, wave: Wave, path: Path) -> Reading | None:
    """Look again at the whole message with what is known now, and give it out when it is sure."""
    values, starts = path.data_bytes()
    length = frame_length(values)
    if length is None or len(values) < length:
        return None
    wave = _fit_whole(history, wave, path)
    for _ in range(MOST_REVISIONS):
        wave.noise, local, is_one = _noise(history, wave, path)
        survey = Survey(history, wave, path)
        rivals = find_rivals(survey, local)
        if rivals is None:
            return None
        if all(rival.margin >= 0.0 for rival in rivals):
            break
        path = survey.revise(rivals)
    else:
        return None
    values, starts = path.data_bytes()
    if not is_one or frame_length(values) != len(values):
        return None
    try:
        fields = parse_frame(values)
    except FrameError:
        return None
    sure = least_combination(rivals)
    if sure < LEAST_DISTANCE:
        return None
    return Reading(
        standard="fsk-bell202" if wave.space_hz / wave.mark_hz > RATIO_BOUNDARY else "fsk-v23",
        fields=fields,
        frame=values,
        start=wave.edge(path.first + starts[0]),
        end=wave.edge(path.first + starts[-1] + BYTE_BITS),
        confidence=-math.expm1(-sure),
        margin=sure,
        mark_hz=wave.mark_hz,
        space_hz=wave.space_hz,
        snr_db=10.0 * math.log10(wave.power / wave.noise),
    )


def _fit_whole(history: History, wave: Wave, path: Path) -> Wave:
    """Give a wave fitted to all bits of a message alike; what was learned on the way favours the last ones."""
    whole = wave.copy()
    whole.information = prior_information(float(wave.vector[A_MARK]), 0, wave.clock)
    low = wave.edge(path.first)
    heard = history.view(low, wave.edge(path.first + len(path.bits)))
    refine(whole, heard, low, path.bits, path.first, 0, rounds=WHOLE_ROUNDS)
    return whole


def _noise(history: History, wave: Wave, path: Path) -> tuple[float, Floats, bool]:
    """Give the noise power a sample, that around each bit as a part of it (at least 1), and whether it is one.

    It is not when one wave does not fit all the message: samples lost or doubled on the way leave a stretch in
    which most bits fit badly, where a click leaves a few.
    """
    low = wave.edge(path.first)
    heard = history.view(low, wave.edge(path.first + len(path.bits)))
    fit = refine(wave, heard, low, path.bits, path.first, 0, rounds=0)
    mean = max(fit.residual / max(fit.count, 1), LEAST_NOISE_SHARE * float(wave.vector[A_MARK]) ** 2)
    by_bit = np.bincount(fit.places, weights=fit.residuals**2, minlength=len(path.bits)) / SAMPLES_PER_BIT
    local = np.convolve(by_bit, np.ones(LOCAL_BITS) / LOCAL_BITS, mode="same")
    stretches = medians(np.lib.stride_tricks.sliding_window_view(by_bit, STRETCH_BITS))
    usual = quantile(stretches, USUAL_QUANTILE)
    is_one = float(stretches.max()) < LARGEST_UNEVENNESS * usual + UNEVEN_FAULT * wave.power
    return mean, np.maximum(local / (LOCAL_EXCESS * mean), 1.0), is_one
