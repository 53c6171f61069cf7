"""The decoder bank: every standard all the time, one decision per message, nothing it is fed can break it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.dsp.bank import DecoderBank
from callerid.dsp.message import CallerMessage, Samples
from callerid.dsp.signals import LineSignals
from callerid.synth import dtmf, frames, fsk, tones

pytestmark = pytest.mark.unit
NUMBER = "02188776655"


def dtmf_call(rate_hz: float = 8000) -> Samples:
    return dtmf.dial(f"A{NUMBER}C", rate_hz=rate_hz, seed=1)


def fsk_call(standard: fsk.FskStandard, rate_hz: float = 8000) -> Samples:
    return fsk.modulate(frames.mdmf(number=NUMBER, date="11221430"), standard=standard, rate_hz=rate_hz)


def decode(sound: Samples, *, rate_hz: float = 8000, block: int | None = None) -> list[CallerMessage]:
    bank, step = DecoderBank(rate_hz), block or round(rate_hz / 50)
    found = [one for at in range(0, len(sound), step) for one in bank.feed(sound[at : at + step])]
    return found + bank.flush()


def seen(messages: list[CallerMessage]) -> list[tuple[str, str | None]]:
    return [(message.standard, message.number) for message in messages]


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 44100, 48000])
def test_all_three_standards_on_one_line_at_any_rate(rate_hz: int) -> None:
    pause = tones.silence(0.5, rate_hz)
    sound = np.concatenate(
        (
            pause,
            fsk_call("fsk-bell202", rate_hz),
            pause,
            dtmf_call(rate_hz),
            pause,
            fsk_call("fsk-v23", rate_hz),
            pause,
        )
    )
    sound += tones.noise(len(sound) / rate_hz, -45, 3, rate_hz=rate_hz)[: len(sound)]
    assert seen(decode(sound, rate_hz=rate_hz)) == [
        ("fsk-bell202", NUMBER),
        ("dtmf", NUMBER),
        ("fsk-v23", NUMBER),
    ]


def test_a_message_before_and_one_after_the_first_ring() -> None:
    ring, pause = tones.ring_burst(1.0, drive=4), tones.silence(0.6)
    before = np.concatenate(
        (tones.line_reversal(), tones.silence(0.3), dtmf_call(), tones.silence(0.3), ring)
    )
    after = np.concatenate((ring, pause, fsk_call("fsk-v23"), pause, ring))
    assert seen(decode(before)) == [("dtmf", NUMBER)]
    assert seen(decode(after)) == [("fsk-v23", NUMBER)]


@pytest.mark.parametrize("call", [dtmf_call(), fsk_call("fsk-v23")])
def test_a_message_may_end_with_the_last_sample(call: Samples) -> None:
    sound = np.concatenate((tones.silence(0.4), call))
    messages = decode(sound)
    assert [message.number for message in messages] == [NUMBER]
    assert messages[0].t_last <= messages[0].t_end <= len(sound) / 8000


def test_a_message_is_there_within_20_ms_of_its_last_digit() -> None:
    for lead in range(0, 320, 23):
        sound = np.concatenate((np.zeros(4000 + lead, np.float32), dtmf_call(), tones.silence(0.5)))
        (message,) = decode(sound)
        assert message.t_end - (4000 + lead + len(dtmf_call())) / 8000 <= 0.020
        # It may be given out while its last tone still sounds: t_last is then the end of the block.
        assert message.t_last == pytest.approx((4000 + lead + len(dtmf_call())) / 8000, abs=0.012)


def test_nan_and_infinities_around_a_message_do_not_hurt() -> None:
    bad = np.array([np.nan, np.inf, -np.inf, 1e30] * 40, np.float32)
    sound = np.concatenate((bad, tones.silence(0.5), dtmf_call(), tones.silence(0.5), bad))
    assert seen(decode(sound)) == [("dtmf", NUMBER)]


def test_signals_are_heard_from_the_same_samples() -> None:
    bank = DecoderBank(16000, signals=LineSignals())
    bank.feed(
        np.concatenate((tones.silence(1, 16000), tones.ring_burst(1.0, 16000), tones.silence(1, 16000)))
    )
    assert [signal.kind for signal in bank.take_signals()] == ["ring-on", "ring-off"]
    assert bank.take_signals() == []


@settings(deadline=None, max_examples=15)
@given(cuts=st.lists(st.integers(0, 9000), max_size=10))
def test_the_block_size_does_not_matter(cuts: list[int]) -> None:
    sound = np.concatenate((tones.silence(0.3), dtmf_call(), tones.silence(0.3)))
    sound += tones.noise(len(sound) / 8000, -24, 9)[: len(sound)]
    bank, at, found = DecoderBank(8000), 0, []
    for cut in cuts:
        found += bank.feed(sound[at : at + cut])
        at += cut
    found += bank.feed(sound[at:])
    whole = DecoderBank(8000).feed(sound)
    assert [(m.number, m.t_start, m.t_last) for m in found] == [
        (m.number, pytest.approx(m.t_start), pytest.approx(m.t_last)) for m in whole
    ]


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(["noise", "clipped", "square", "nan", "steps", "huge", "silence"]),
    rate_hz=st.sampled_from([8000, 44100]),
)
def test_no_stream_of_samples_makes_a_message(seed: int, kind: str, rate_hz: int) -> None:
    rng = np.random.default_rng(seed)
    n = rate_hz * 2
    streams = {
        "noise": lambda: rng.normal(0, rng.uniform(0.001, 0.5), n),
        "clipped": lambda: np.clip(rng.normal(0, 3, n), -1, 1),
        "square": lambda: np.sign(np.sin(np.arange(n) * rng.uniform(0.001, 3))),
        "nan": lambda: np.where(rng.random(n) < 0.3, np.nan, rng.normal(0, 0.2, n)),
        "steps": lambda: np.cumsum(rng.normal(0, 0.01, n)),
        "huge": lambda: rng.normal(0, 1e20, n),
        "silence": lambda: np.zeros(n),
    }
    assert decode(streams[kind]().astype(np.float32), rate_hz=rate_hz) == []


@pytest.mark.parametrize(("snr_db", "within_db"), [(6.0, 1.0), (20.0, 2.5)])
def test_a_message_says_how_far_it_stands_over_the_noise(snr_db: float, within_db: float) -> None:
    """SNR in 0–4 kHz, of a DTMF string that of both tones."""
    pause = tones.silence(0.5)
    fsk_dbm0, key_dbm0 = -15.0, -15.0 - 3.0
    keys = dtmf.dial(f"A{NUMBER}C", level_dbm0=key_dbm0, seed=1)
    for sound in (fsk_call("fsk-bell202"), fsk_call("fsk-v23"), keys):
        line = np.concatenate((pause, sound, pause))
        line += tones.noise(len(line) / 8000 + 0.01, fsk_dbm0 - snr_db, 3)[: len(line)]
        (message,) = decode(line)
        assert message.snr_db == pytest.approx(snr_db, abs=within_db)
        assert message.margin is not None
        assert message.margin > 10.0
