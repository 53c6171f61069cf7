"""The parts of the FSK detector, each against what it must be equal to."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from callerid.dsp.fsk.carrier import WINDOW, MarkScanner
from callerid.dsp.fsk.clock import BITS_IN_CYCLE, CLOCKS, EVEN, STEPS_IN_CYCLE, TABLE_BITS, Clock
from callerid.dsp.fsk.highpass import DELAY, HighPass
from callerid.dsp.fsk.history import History
from callerid.dsp.fsk.margins import FARTHEST, WEAK_MARGIN, Rival, Survey, least_combination
from callerid.dsp.fsk.path import Trellis
from callerid.dsp.fsk.standards import BELL202, RATE_HZ, SAMPLES_PER_BIT, V23, ToneStandard, radians
from callerid.dsp.fsk.trellis import BETWEEN, NEVER, PLACES, branch_metrics, forward, trace
from callerid.dsp.fsk.wave import PARAMETERS, Floats, Wave, refine
from callerid.synth.fsk import FskStandard, modulate
from tests.bench.fsk_scenes import STANDARDS, decode, put_on_line, some_frame

TONES = {"fsk-bell202": BELL202, "fsk-v23": V23}


def filtered(samples: Floats) -> Floats:
    return HighPass().feed(samples.astype(np.float32))


@pytest.mark.parametrize(
    ("hertz", "most_db"), [(0.0, -80.0), (50.0, -70.0), (60.0, -70.0), (120.0, -55.0), (200.0, -40.0)]
)
def test_hum_is_taken_out(hertz: float, most_db: float) -> None:
    wave = np.cos(2.0 * math.pi * hertz / RATE_HZ * np.arange(RATE_HZ))
    left = filtered(wave)[1000:]
    assert 10.0 * math.log10(float(np.mean(left**2) / np.mean(wave**2))) < most_db


@pytest.mark.parametrize("hertz", [700.0, 1100.0, 1300.0, 1700.0, 2200.0, 3000.0])
def test_tones_pass_unbent_and_less_than_a_millisecond_late(hertz: float) -> None:
    wave = np.cos(2.0 * math.pi * hertz / RATE_HZ * np.arange(2000))
    error = filtered(wave)[500 + DELAY :] - wave[500:-DELAY]
    assert float(np.mean(error**2) / np.mean(wave**2)) < 2e-3
    assert DELAY / RATE_HZ < 1e-3


def test_the_history_shows_no_more_than_was_asked_for() -> None:
    history = History(100)
    for start in range(0, 1000, 50):
        history.append(np.arange(start, start + 50, dtype=np.float64))
    history.limit = 970
    assert history.start <= 900
    assert history.view(940, 990).tolist() == list(range(940, 970))


def test_the_scanner_reports_a_tone_once_when_it_is_over() -> None:
    tone = 0.1 * np.sin(radians(1207.0) * np.arange(1600))
    line = np.concatenate([np.zeros(1600), tone, np.zeros(1600)]) + 1e-3 * np.random.default_rng(1).normal(
        size=4800
    )
    scanner = MarkScanner()
    runs = [scanner.look(line[start : start + WINDOW], start) for start in range(0, 4480, 160)]
    found = [run for run in runs if run is not None]
    assert len(found) == 1
    assert found[0].frequency_hz == pytest.approx(1207.0, abs=16.0)
    assert 1400 <= found[0].start <= 1760
    assert 3040 <= found[0].end <= 3360


def test_a_stepped_clock_counts_the_samples_of_its_bits() -> None:
    for position in range(BITS_IN_CYCLE):
        lengths = Clock(position).lengths(-30, 60)
        assert set(lengths.tolist()) == {6, 7}
        assert lengths.sum() == 60 * STEPS_IN_CYCLE // BITS_IN_CYCLE
    assert len({tuple(clock.lengths(0, 3).tolist()) for clock in CLOCKS[1:]}) == BITS_IN_CYCLE
    assert EVEN.edge(7) == 7.0


def wave_of(tones: ToneStandard, clock: Clock = EVEN, noise: float = 0.1) -> Wave:
    vector = np.array([0.3, radians(tones.mark_hz), radians(tones.space_hz), SAMPLES_PER_BIT, 1.7, 1.0, 0.8])
    return Wave(origin=0, vector=vector, information=np.eye(PARAMETERS) * 1e-6, noise=noise, clock=clock)


def signal_of(wave: Wave, bits: list[int]) -> Floats:
    """Compute the model sample by sample, the slow and obvious way."""
    phase, w_mark, w_space, spb, tau, a_mark, a_space = wave.vector
    edges = tau + wave.clock.edges(0, len(bits) + 1) * spb
    out = []
    for n in range(math.ceil(edges[0]), math.ceil(edges[-1])):
        place = int(np.searchsorted(edges, n, side="right")) - 1
        spent = sum(edges[k + 1] - edges[k] for k in range(place) if not bits[k])
        spent += 0.0 if bits[place] else n - edges[place]
        amplitude = a_mark if bits[place] else a_space
        out.append(amplitude * math.cos(phase + w_mark * (n - spent) + w_space * spent))
    return np.array(out)


@pytest.mark.parametrize("tones", [BELL202, V23], ids=lambda tones: tones.name)
@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_the_fit_finds_the_wave_again(tones: ToneStandard, clock: Clock) -> None:
    rng = np.random.default_rng(2)
    bits = rng.integers(0, 2, 120)
    truth = wave_of(tones, clock)
    heard = signal_of(truth, bits.tolist())
    guess = truth.copy()
    guess.vector += np.array([0.1, 1e-4, -1e-4, 1e-3, 0.1, 0.05, -0.05])
    start = guess.edge(0)
    for _ in range(2):
        fit = refine(guess, heard, truth.edge(0), bits.astype(np.int8), 0, 0, rounds=4)
    assert fit.residual < 1e-9 * fit.energy
    assert guess.vector == pytest.approx(truth.vector, abs=1e-5)
    assert start <= truth.edge(0) + 1


@pytest.mark.parametrize("clock", CLOCKS[:2], ids=str)
def test_hypotheses_side_by_side_come_out_as_each_alone(clock: Clock) -> None:
    rng = np.random.default_rng(8)
    steps, hypotheses, width = 30, 3, 6 * clock.scale + 3
    lengths = clock.lengths(-9, steps)
    both = rng.normal(size=(steps, 2, hypotheses, width))
    metrics = np.full((hypotheses, PLACES, width), NEVER)
    metrics[:, BETWEEN, 0] = 0.0
    alone = [
        forward(metrics[one : one + 1], both[:, :, one : one + 1].copy(), lengths)
        for one in range(hypotheses)
    ]
    final, decisions = forward(metrics, both, lengths)
    for one, (own, decided) in enumerate(alone):
        reached = own[0] > 0.5 * NEVER
        assert reached.sum() > width
        assert np.array_equal(final[one][reached], own[0][reached])
        assert (final[one][~reached] < 0.5 * NEVER).all()
        place, column = divmod(int(own[0].argmax()), width)
        (bits, *state), (same, *other) = (
            trace(decisions, one, place, column, lengths),
            trace(decided, 0, place, column, lengths),
        )
        assert np.array_equal(bits, same)
        assert state == other
        assert state[1:] == [BETWEEN, 0]


@pytest.mark.parametrize("clock", CLOCKS[1:], ids=str)
def test_a_clock_begins_its_bits_alike_inside_and_outside_its_table(clock: Clock) -> None:
    low, high = TABLE_BITS
    # A whole number of cycles further on everything is the same, only later.
    cycles = (high - low) // BITS_IN_CYCLE + 1
    later = clock.starts(low + cycles * BITS_IN_CYCLE, 40) - cycles * STEPS_IN_CYCLE
    assert later.tolist() == clock.starts(low, 40).tolist()
    assert clock.edge(low + 7) == clock.edges(low + 7, 1)[0]


@pytest.mark.parametrize("clock", CLOCKS[:2], ids=str)
def test_the_trellis_finds_the_best_of_all_sequences(clock: Clock) -> None:
    rng = np.random.default_rng(5)
    wave = wave_of(BELL202, clock, noise=1.5)
    count = 12
    heard = signal_of(wave, [1, 0, *rng.integers(0, 2, 8).tolist(), 1, 1])
    heard = heard + rng.normal(size=len(heard)) * math.sqrt(wave.noise)
    start, lengths = wave.edge(0), clock.lengths(0, count)
    columns = np.arange(int(lengths.sum()) + 1, dtype=np.float64)
    both = branch_metrics(wave.vector[None], wave.noise, heard, start, 0, count, columns, clock)
    metrics = np.full((1, PLACES, len(columns)), NEVER)
    metrics[0, BETWEEN, 0] = 0.0
    final, decisions = forward(metrics, both, lengths)
    best = float(final[0, BETWEEN].max())
    bits, _, place, column = trace(decisions, 0, BETWEEN, int(final[0, BETWEEN].argmax()), lengths)
    assert (place, column) == (BETWEEN, 0)

    def likelihood(sequence: list[int]) -> float:
        model = signal_of(wave, sequence)
        return float(np.sum(heard * model - 0.5 * model**2)) / wave.noise

    framed = [[1] * count]
    for before in range(count - 9):
        after = count - 10 - before
        framed += [
            [1] * before + [0, *data, 1] + [1] * after
            for data in itertools.product((0, 1), repeat=8)
            if after >= 0
        ]
    assert best == pytest.approx(max(likelihood(sequence) for sequence in framed), abs=1e-6)
    assert likelihood(bits.tolist()) == pytest.approx(best, abs=1e-6)


def test_rivals_that_cancel_make_the_distance() -> None:
    def rival(margin: float, first: int, change: int) -> Rival:
        return Rival(margin, first, first + 1, change % 256, (0, 1))

    assert least_combination([rival(1.0, 5, 8), rival(2.0, 30, 4)]) == FARTHEST
    assert least_combination([rival(1.0, 5, 8), rival(2.5, 30, -8)]) == 3.5
    assert least_combination([rival(1.0, 5, 8), rival(2.0, 6, -8)]) == FARTHEST
    assert least_combination([rival(1.0, 5, 8), rival(2.0, 20, -16), rival(4.0, 40, 8)]) == 7.0
    assert least_combination([rival(6.0, 5, 0)]) == 6.0
    assert least_combination([]) == FARTHEST


@pytest.mark.parametrize("tones", [BELL202, V23], ids=lambda tones: tones.name)
@pytest.mark.parametrize("clock", CLOCKS[:2], ids=str)
def test_margins_worked_in_segments_are_those_of_the_whole(tones: ToneStandard, clock: Clock) -> None:
    rng = np.random.default_rng(8)
    wave = wave_of(tones, clock, noise=0.3)
    bits = [1] * 5 + [bit for _ in range(24) for bit in (0, *rng.integers(0, 2, 8).tolist(), 1)]
    heard = signal_of(wave, bits)
    history = History(len(heard) + wave.edge(0))
    history.append(
        np.concatenate([np.zeros(wave.edge(0)), heard + rng.normal(size=len(heard)) * wave.noise**0.5])
    )
    history.limit = history.end
    trellis = Trellis(history, clock, 0)
    trellis.extend(wave, len(bits))
    path = trellis.path(ends_between=True)
    part, whole = Survey(history, wave, path), Survey(history, wave, path, segment_bits=len(bits))
    weak = whole.margins() < WEAK_MARGIN
    assert weak.any()
    assert part.margins()[weak] == pytest.approx(whole.margins()[weak], abs=0.2)


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("seizure_bits", [300, 0])
def test_a_modem_that_keys_by_samples_is_read(standard: FskStandard, seizure_bits: int) -> None:
    rng = np.random.default_rng(6)
    for start_s in (0.0, 3e-4):
        frame, number, _ = some_frame(rng)
        wave = modulate(
            frame,
            standard=standard,
            seizure_bits=seizure_bits,
            start_s=start_s,
            level_dbm0=-20.0,
            keyed_at_hz=8000.0,
        )
        heard = put_on_line(wave, rng, snr_db=20.0, level_dbm0=-20.0)
        assert [(m.number, m.standard) for m in decode(heard)] == [(number, standard)]


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_modem_that_keys_by_samples_is_read_in_noise_without_a_seizure(standard: FskStandard) -> None:
    """Its first bits look like even ones in noise, and the tone they give is some hertz off."""
    rng = np.random.default_rng(7)
    for start_s in (0.0, 2e-4, 5e-4):
        frame, number, _ = some_frame(rng)
        wave = modulate(
            frame,
            standard=standard,
            seizure_bits=0,
            start_s=start_s,
            level_dbm0=-20.0,
            tone_offset=float(rng.uniform(-0.01, 0.01)),
            keyed_at_hz=8000.0,
        )
        heard = put_on_line(wave, rng, snr_db=6.0, level_dbm0=-20.0)
        assert [m.number for m in decode(heard)] == [number]
