"""Holding back sound on an idle line: it saves work, and nobody can tell by what is found."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.bank import DecoderBank
from callerid.dsp.patience import HELD, QUIET_FOR, Patience
from callerid.dsp.signals import LineSignals
from callerid.synth import dtmf, frames, fsk, tones

pytestmark = pytest.mark.unit
BLOCK = 160
NUMBER = "02188776655"


def test_pieces_are_gathered_while_nothing_is_urgent() -> None:
    patience = Patience()
    given = [patience.take(np.full(BLOCK, piece, np.float32), is_urgent=False) for piece in range(8)]
    lengths = [None if one is None else len(one) for one in given]
    assert lengths == [None, None, None, HELD, None, None, None, HELD]
    assert given[3] is not None
    assert given[3][::BLOCK].tolist() == [0, 1, 2, 3]


def test_what_was_held_back_comes_before_what_is_urgent() -> None:
    patience = Patience()
    assert patience.take(np.zeros(BLOCK, np.float32), is_urgent=False) is None
    both = patience.take(np.ones(BLOCK, np.float32), is_urgent=True)
    assert both is not None
    assert both[[0, BLOCK]].tolist() == [0, 1]
    last = patience.take(np.ones(BLOCK, np.float32), is_urgent=True)
    assert last is not None
    assert len(last) == BLOCK


def test_a_loud_sound_ends_the_quiet_at_once_and_for_a_second() -> None:
    patience = Patience()
    quiet, loud = np.zeros(BLOCK, np.float32), np.array([0.1, -0.1] * (BLOCK // 2), np.float32)
    for _ in range(QUIET_FOR // BLOCK):
        patience.take_quiet(quiet)
    assert patience.take_quiet(quiet) is None
    assert patience.take_quiet(loud) is not None
    told = [patience.take_quiet(quiet) is not None for _ in range(QUIET_FOR // BLOCK)]
    assert all(told[:-1])
    assert not told[-1]


@pytest.mark.parametrize("shift", range(0, HELD, BLOCK))
def test_the_shortest_messages_after_long_quiet_are_given_out_in_time(shift: int) -> None:
    """Wherever in the held-back piece they begin: message waiting of six bytes after 80 marks, and B00C."""
    waiting = fsk.modulate(
        frames.message_waiting(on=True, single_data=True), standard="fsk-v23", seizure_bits=0, mark_bits=80
    )
    unavailable = dtmf.dial("B00C", on_ms=50, off_ms=50, seed=1)
    for sound in (waiting, unavailable):
        line = np.concatenate((tones.silence(1.2), np.zeros(shift, np.float32), sound, tones.silence(0.6)))
        line += tones.noise(len(line) / 8000 + 0.01, -60, 3)[: len(line)]
        bank = DecoderBank(8000)
        heard = [one for at in range(0, len(line), BLOCK) for one in bank.feed(line[at : at + BLOCK])]
        assert len(heard) == 1
        assert heard[0].t_end - heard[0].t_last < 0.021


def test_signals_after_long_quiet_are_told_as_soon_as_without_any() -> None:
    def told(line: np.ndarray) -> list[tuple[str, float, int]]:
        detector = LineSignals()
        return [
            (signal.kind, signal.t_start, at)
            for at in range(0, len(line), BLOCK)
            for signal in detector.feed(line[at : at + BLOCK])
        ]

    sound = np.concatenate((tones.ring_burst(0.8), tones.silence(0.7), tones.dt_as(0.1), tones.silence(0.6)))
    loud = np.tile(np.array([0.01, -0.01], np.float32), 2 * 8000)
    hiss = np.tile(np.array([0.0001, -0.0001], np.float32), 2 * 8000)
    kinds = [kind for kind, *_ in told(np.concatenate((hiss, sound)))]
    assert kinds == ["ring-on", "ring-off", "dt-as"]
    assert told(np.concatenate((hiss, sound))) == told(np.concatenate((loud, sound)))
